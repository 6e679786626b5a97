public import TapestryCore
import TapestryGraph

// Where numbers stop being numbers. The trace is run by the reference meaning, node by node, so what is found is a node of
// the model as it was written, before any pass.

/// The first value of a run that is not finite.
public struct NonFiniteValue: Sendable, CustomStringConvertible {
  /// An operand of the op that made it.
  public struct Operand: Sendable, Hashable {
    /// Its line in the trace.
    public let line: String
    /// Its least and greatest finite element; nil where there is none.
    public let range: ClosedRange<Double>?
  }

  /// The line of the node in the trace, with scope, file and line.
  public let line: String
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
    let wrong = source.roots.map(\.value).filter { !results[Int($0.node)][Int($0.output)].isFinite }
    let reached = source.store.reach(of: wrong)
    let first = reached.indices.first { node in
      reached[node] && !(source.store.op(of: node) is ConstantOp)
        && isFirst(results[node], of: source.store.operands(of: node).map { results[Int($0.node)][Int($0.output)] })
    }
    return first.map { NonFiniteValue(StageProgram(Stage.gradient.rawValue, source), $0, results) }
  }

  private func isFirst(_ results: [NDArray], of operands: [NDArray]) -> Bool {
    if operands.allSatisfy(\.isFinite) { return !results.allSatisfy(\.isFinite) }
    return results.contains(where: \.holdsNaN) && !operands.contains(where: \.holdsNaN)
  }
}

extension NonFiniteValue {
  fileprivate init(_ stage: StageProgram, _ node: Int, _ results: [[NDArray]]) {
    let store = stage.program.store
    let lines = stage.lines
    let origins = store.origins(of: node)
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
    forwardPartner = origins.lazy.map { Int($0.partner) }.first { $0 >= 0 && stage.number[$0] >= 0 }
      .map { String(lines[stage.number[$0]]) }
  }
}

extension NDArray {
  fileprivate var isFinite: Bool { !dtype.isFloat || doubles.allSatisfy(\.isFinite) }
  fileprivate var holdsNaN: Bool { dtype.isFloat && doubles.contains(where: \.isNaN) }
}
