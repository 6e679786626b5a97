public import TapestryCore
import TapestryGraph

// Where numbers stop being numbers. The trace is run by the reference meaning, node by node, so what is found is a node of
// the model as it was written, before any pass. Where that is a loop, it is run again step by step, and the first node of
// its body is found in the same way, in loops within loops too.

/// The first value of a run that is not finite.
public struct NonFiniteValue: Sendable, CustomStringConvertible {
  /// An operand of the op that made it.
  public struct Operand: Sendable, Hashable {
    /// Its line in the trace.
    public let line: String
    /// Its least and greatest finite element; nil where there is none.
    public let range: ClosedRange<Double>?
  }

  /// A step of a loop.
  public struct LoopStep: Sendable, Hashable {
    /// The line of the loop.
    public let loop: String
    /// The place of its slice, counted from 0.
    public let place: Int
    /// How many steps the loop has.
    public let length: Int
  }

  /// The line of the node in the trace, with scope, file and line; of a node in a loop, that in the loop's body.
  public let line: String
  /// The steps of the loops it lies in, the outermost first.
  public let steps: [LoopStep]
  /// The path of the layer.
  public let scope: String
  /// The line of the model.
  public let place: SourcePlace?
  /// How many elements are not a number, and how many are infinite.
  public let counts: (nan: Int, infinite: Int)
  /// What it was made of.
  public let operands: [Operand]
  /// The forward node whose gradient it belongs to; nil for others.
  public let forwardPartner: String?

  /// What it is and what it was made of, one line each.
  public var description: String {
    var lines = [
      "first value that is not finite: \(counts.nan) not a number, \(counts.infinite) infinite", "  \(line)",
    ]
    for operand in operands {
      lines.append(
        "  of \(operand.line)\n    in "
          + (operand.range.map { "\($0.lowerBound)...\($0.upperBound)" } ?? "no finite value"))
    }
    for step in steps.reversed() {
      lines.append("  in step \(step.place) of 0..<\(step.length) of the loop \(step.loop)")
    }
    if let forwardPartner { lines.append("  gradient of \(forwardPartner)") }
    return lines.joined(separator: "\n")
  }
}

extension Program {
  /// Runs one step by the reference meaning of its ops, slowly, and gives the first value that is not finite and that a
  /// result or the next state depends on; nil where all of those are finite. The state given stays as it is.
  ///
  /// A value is the first where all it is made of is finite, or where it is not a number and none of what it is made of
  /// is. Infinities that come from constants, such as those of a mask, are no fault, unless they reach a result.
  ///
  /// - Throws: as ``run(_:_:)`` does.
  public func firstNonFinite(
    _ state: ModelState, _ feeds: Feeds, mode: TracingMode = .training
  ) throws(TapestryError) -> NonFiniteValue? {
    let source = try compiled(for: feeds, mode: mode).source
    let inputs = Dictionary(feeds.entries.map { ($0.input.name, $0.array) }) { first, _ in first }
    var arrays: [String: NDArray] = [:]
    for variable in source.store.effects.variables { arrays[variable.path] = state[variable.path] }
    let results = try Interpreter(source.store).results(
      source.roots.map(\.value), inputs: inputs, state: arrays)
    guard let first = source.firstNonFinite(results, from: 0) else { return nil }
    return try NonFiniteValue(StageProgram(Stage.gradient.rawValue, source), first, results, in: [], partner: nil)
  }
}

extension ProgramGraph {
  /// The first node, of those from a number on, that is not finite and that a root depends on which is not either.
  fileprivate func firstNonFinite(_ results: [[NDArray]], from start: Int) -> Int? {
    let wrong = roots.map(\.value).filter { !results[Int($0.node)][Int($0.output)].isFinite }
    let reached = store.reach(of: wrong)
    return (start..<store.count).first { node in
      reached[node] && !store.isOp(node, ConstantOp.self) && isFirst(results[node], of: operands(of: node, results))
    }
  }

  fileprivate func operands(of node: Int, _ results: [[NDArray]]) -> [NDArray] {
    store.operands(of: node).map { results[Int($0.node)][Int($0.output)] }
  }

  private func isFirst(_ results: [NDArray], of operands: [NDArray]) -> Bool {
    if operands.allSatisfy(\.isFinite) { return !results.allSatisfy(\.isFinite) }
    return results.contains(where: \.holdsNaN) && !operands.contains(where: \.holdsNaN)
  }
}

extension Scan {
  /// The first step that makes a value which is not finite, with that node and the values of the step.
  fileprivate func firstNonFinite(
    _ operands: [NDArray]
  ) throws(TapestryError) -> (place: Int, program: ProgramGraph, node: Int, results: [[NDArray]])? {
    let outputs = body.outputs.enumerated().map { ProgramGraph.Root(.output("result \($0)"), $1) }
    let program = ProgramGraph(store: body.store, roots: outputs)
    var found: (place: Int, program: ProgramGraph, node: Int, results: [[NDArray]])?
    try forEachStep(operands) { (place, results) throws(TapestryError) in
      // What the step is given was made elsewhere.
      found = program.firstNonFinite(results, from: body.inputs.count).map { (place, program, $0, results) }
      return found == nil
    }
    return found
  }
}

extension NonFiniteValue {
  /// - Parameters:
  ///   - steps: those of the loops around it.
  ///   - partner: the forward node of the outermost of them.
  fileprivate init(
    _ stage: StageProgram, _ node: Int, _ results: [[NDArray]], in steps: [LoopStep], partner: String?
  ) throws(TapestryError) {
    let store = stage.program.store
    let lines = stage.lines
    let origins = store.origins(of: node)
    // Origins within a body number the nodes of the graph it was traced in.
    let own =
      steps.isEmpty
      ? origins.lazy.map { Int($0.partner) }.first { $0 >= 0 && stage.number[$0] >= 0 }
        .map { String(lines[stage.number[$0]]) } : partner
    if let scan = store.op(of: node, as: Scan.self),
      let inside = try scan.firstNonFinite(stage.program.operands(of: node, results))
    {
      let step = LoopStep(loop: String(lines[stage.number[node]]), place: inside.place, length: scan.length)
      self = try NonFiniteValue(
        StageProgram("loop", inside.program), inside.node, inside.results, in: steps + [step], partner: own)
      return
    }
    (self.steps, forwardPartner) = (steps, own)
    line = String(lines[stage.number[node]])
    (scope, place) = (origins.last?.scope ?? "", origins.last?.place)
    let elements = results[node].flatMap(\.doubles)
    counts = (elements.count(where: \.isNaN), elements.count(where: \.isInfinite))
    operands = store.operands(of: node).map { value in
      let finite = results[Int(value.node)][Int(value.output)].doubles.filter(\.isFinite)
      return Operand(
        line: String(lines[stage.number[Int(value.node)]]),
        range: finite.isEmpty ? nil : finite.min()!...finite.max()!)
    }
  }
}

extension NDArray {
  fileprivate var isFinite: Bool { !dtype.isFloat || doubles.allSatisfy(\.isFinite) }
  fileprivate var holdsNaN: Bool { dtype.isFloat && doubles.contains(where: \.isNaN) }
}
