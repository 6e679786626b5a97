import TapestryCompiler
import TapestryCore
import TapestryGraph

/// A small program at which a pass has something to do: what the page of the pass shows before and after.
struct PassExample: Sendable {
  let pass: String
  let build: @Sendable (Graph) -> Void
  /// The passes it goes through: the standard ones, unless the pass is no part of them.
  private let plan: PassPlan
  /// Whether nodes that nothing needs are printed, too.
  private let showsAll: Bool

  init(
    _ pass: String, plan: PassPlan = .standard, showsAll: Bool = false, _ build: @escaping @Sendable (Graph) -> Void
  ) {
    self.pass = pass
    self.showsAll = showsAll
    self.plan = plan
    self.build = build
  }

  static func of(_ pass: String) throws -> PassExample {
    guard let example = all.first(where: { $0.pass == pass }) else {
      throw BlockMaker.Unknown("no example of the pass '\(pass)'")
    }
    return example
  }

  /// The program as the pass finds it and as it leaves it, and the rules that applied.
  func run() throws -> (before: String, after: String, hits: [String]) {
    let graph = Graph()
    build(graph)
    let program = try ProgramGraph(tracing: graph)
    var context = PassContext(verifies: true)
    var states: [(pass: String, text: String)] = [("", text(of: program))]
    context.observe = { states.append(($0, text(of: $1))) }
    _ = try plan.run(program, &context)
    guard let place = states.firstIndex(where: { $0.pass == pass }) else {
      throw BlockMaker.Unknown("no pass is called '\(pass)'")
    }
    let hits = context.reports[place - 1].rules.filter { $0.hits > 0 }.map(\.rule)
    return (states[place - 1].text, states[place].text, hits)
  }

  /// The rules of the pass; none where it is no table of rules.
  var rules: [Rule] { plan.passes.lazy.compactMap { $0 as? RulePass }.first { $0.name == pass }?.rules ?? [] }

  /// The program, with the steps of its loops behind it, indented; without places.
  private func text(of program: ProgramGraph) -> String {
    var text = withoutNotes(
      program.store.text(roots: program.roots.map { ($0.target.label, $0.value) }, allNodes: showsAll))
    let reached = program.store.reach(of: program.roots.map(\.value))
    for node in reached.indices where reached[node] {
      guard let scan = program.store.op(of: node) as? Scan else { continue }
      let body = scan.body
      let roots = body.outputs.enumerated().map { ("\($0.offset)", $0.element) }
      let step = withoutNotes(body.store.text(roots: roots)).split(separator: "\n").map { "    \($0)\n" }.joined()
      text += "step of a loop of \(scan.length)\(scan.isReverse ? " backwards" : ""):\n" + step
    }
    return text
  }

  private func withoutNotes(_ text: String) -> String {
    text.split(separator: "\n").map { line in
      (line.firstRange(of: "  # ").map { line[..<$0.lowerBound] } ?? line) + "\n"
    }.joined()
  }
}

extension ProgramGraph.Target {
  fileprivate var label: String {
    switch self {
    case .output(let name): name
    case .state(let path): "state \(path)"
    }
  }
}
