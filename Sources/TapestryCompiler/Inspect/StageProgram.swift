import TapestryCore
import TapestryGraph

// The graph after each pass.
//
// A compilation keeps the graph it began with, the one it ended with, and its plan of passes. Passes are functions of the
// graph, so running the plan again gives what every pass has left, without a copy of each in every program.

/// A graph on the road, with what is known of its nodes.
struct StageProgram: Sendable {
  /// As it is asked for: `gradient`, the name of a pass, `optimized`.
  let name: String
  let program: ProgramGraph
  /// The rules that made its nodes.
  let trail: RuleTrail
  let number: [Int]

  init(_ name: String, _ program: ProgramGraph, _ trail: RuleTrail = RuleTrail()) {
    self.name = name
    self.program = program
    self.trail = trail
    number = program.printedNumbers
  }
}

extension CompiledProgram {
  /// The names of the passes that ran, in order. One that ran before has its turn behind it: `fold`, `fold.2`.
  var passNames: [String] {
    var turns: [String: Int] = [:]
    return plan.passes.map { pass in
      turns[pass.name, default: 0] += 1
      let turn = turns[pass.name]!
      return turn == 1 ? pass.name : "\(pass.name).\(turn)"
    }
  }

  /// The whole trace, then the program after each pass, last the optimised one.
  func stagePrograms() throws(TapestryError) -> [StageProgram] {
    var stages = [StageProgram(Stage.gradient.rawValue, source)]
    var (program, context) = (source, PassContext())
    for (name, pass) in zip(passNames, plan.passes) {
      program = try PassPlan([pass]).run(program, &context)
      stages.append(StageProgram(name, program, context.trail))
    }
    return stages + [StageProgram(Stage.optimized.rawValue, optimized, trail)]
  }
}

extension StageProgram {
  /// The lines of the nodes, by their numbers.
  var lines: [Substring] { program.text.split(separator: "\n") }

  /// The node something names: its number, or an input, a variable or an output.
  ///
  /// - Throws: `usage` for a name that nothing has, with the nearest one.
  func node(_ name: String) throws(TapestryError) -> Int {
    let store = program.store
    let digits = name.hasPrefix("%") ? name.dropFirst() : name[...]
    if let wanted = Int(digits) {
      if wanted >= 0, let node = number.firstIndex(of: wanted) { return node }
      throw TapestryError(
        .usage, "there is no node %\(wanted) at stage '\(self.name)'",
        remedy: "they go from %0 to %\((number.max() ?? 0)); `--stage \(self.name)` lists them")
    }
    var named: [(name: String, node: Int)] = []
    for root in program.roots { if case .output(let name) = root.target { named.append((name, Int(root.value.node))) } }
    for node in number.indices where number[node] >= 0 {
      if let input = store.op(of: node, as: InputOp.self) { named.append((input.name, node)) }
      if let variable = store.op(of: node, as: VariableOp.self) { named.append((variable.path, node)) }
    }
    if let found = named.first(where: { $0.name == name }) { return found.node }
    let near = nearest(to: name, in: named.map(\.name)).map { "did you mean '\($0)'? " } ?? ""
    throw TapestryError(
      .usage, "no node at stage '\(self.name)' is called '\(name)'",
      remedy: near + "write its number, as %7, or the name of an input, variable or output")
  }
}

extension ProgramGraph {
  /// The number each node has in the text, or -1 for nodes that are not printed.
  var printedNumbers: [Int] {
    var next = 0
    return store.reach(of: roots.map(\.value)).map { isPrinted in
      guard isPrinted else { return -1 }
      next += 1
      return next - 1
    }
  }
}
