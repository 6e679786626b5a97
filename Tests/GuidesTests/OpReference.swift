import Foundation
import OpKit
import TapestryCompiler
import TapestryCore
import TapestryGraph
import TapestryTape

/// The op reference, made from the definitions of the ops.
///
/// Types are those of the op's own samples. The gradient is what the op's rule records, printed as a formula; its error
/// is measured against central differences. What an op runs as is read from its compiled sample.
struct OpReference {
  let text: String

  init() throws {
    let sources = try OpReference.sources()
    var families: [(name: String, entries: [String])] = []
    for op in OpCatalogue.all {
      guard let source = sources[op.name] else { throw BlockMaker.Unknown("no source declares the op '\(op.name)'") }
      let family = source.split(separator: "/").dropLast().last.map(String.init) ?? ""
      let entry = try OpReference.entry(of: op, source)
      if let place = families.firstIndex(where: { $0.name == family }) {
        families[place].entries.append(entry)
      } else {
        families.append((family, [entry]))
      }
    }
    text = families.map { "## \($0.name)\n\n\($0.entries.joined(separator: "\n\n"))" }.joined(separator: "\n\n")
  }

  /// The file that defines each op.
  private static func sources() throws -> [String: String] {
    var found: [String: String] = [:]
    for file in Repository.files("Sources/TapestryGraph", ".swift") {
      let text = try String(contentsOf: Repository.root.appending(path: file), encoding: .utf8)
      for match in text.matches(of: /static let name = "(.+)"/) { found[String(match.1)] = file }
    }
    return found
  }

  private static func entry(of op: any Op.Type, _ source: String) throws -> String {
    var lines = ["### \(op.name)", "", "\(op.summary)", ""]
    let shapes = try distinct(op.samples.map(types)).prefix(3).map { "`\($0)`" }
    lines.append("- shapes: " + shapes.joined(separator: "; "))
    switch op.differentiability {
    case .differentiable: lines += try gradientLines(of: op)
    case .zero: lines.append("- gradient: zero wherever there is one")
    case .missing: lines.append("- gradient: none")
    }
    lines.append("- runs as: \(try routines(of: op))")
    lines.append("- source: [\(source.split(separator: "/").last ?? "")](../\(source))")
    return lines.joined(separator: "\n")
  }

  private static func distinct(_ texts: [String]) -> [String] {
    texts.enumerated().filter { texts[..<$0.offset].firstIndex(of: $0.element) == nil }.map(\.element)
  }

  /// The types of a sample, as in `float32[3], float32[] -> float32[3]`.
  private static func types(of sample: OpSample) throws -> String {
    let operands = sample.operands.map(\.type)
    let results = try sample.op.resultTypes(of: operands)
    let attributes = sample.op.attributes.isEmpty ? "" : " (\(sample.op.attributes))"
    let taken = operands.map(\.description).joined(separator: ", ")
    return (taken.isEmpty ? "" : taken + " ") + "-> " + results.map(\.description).joined(separator: ", ") + attributes
  }

  private static func gradientLines(of op: any Op.Type) throws -> [String] {
    let rules = op.samples.lazy.compactMap(GradientFormula.init).first { !$0.lines.isEmpty }?.lines ?? []
    let errors = try op.samples.compactMap { try $0.gradientCheck()?.errors() }
    guard let first = errors.map(\.first).max(), let second = errors.map(\.second).max() else {
      return [
        op.samples.contains { $0.op.fusion == .leaf }
          ? "- gradient: none asked for: it has no operand" : "- gradient: a loop of the same kind, see the source"
      ]
    }
    return ["- gradient: " + rules.map { "`\($0)`" }.joined(separator: "; ")]
      + ["- measured error of the gradient \(bound(first)), of second order \(bound(second))"]
  }

  /// The power of ten above an error.
  private static func bound(_ error: Double) -> String {
    let power = Int(log10(max(error, 1e-16)).rounded(.up))
    return "below 1e\(power)"
  }

  /// The kernels that run an op's first samples, or that it is called out to.
  private static func routines(of op: any Op.Type) throws -> String {
    var names: [String] = []
    for sample in op.samples where !(sample.op is InputOp || sample.op is VariableOp) {
      let graph = Graph()
      let operands = sample.operands.enumerated().map { graph.input("x\($0)", $1.type.shape, $1.type.dtype) }
      for (place, result) in recorded(sample.op, operands, in: graph).enumerated() { graph.report("y\(place)", result) }
      var options = CompilerOptions()
      options.passes = PassPlan([])
      let tape = try CompiledProgram(graph, options).tape
      names += tape.instructions.map { tape.name(of: $0.routine) }
    }
    let isView = op.samples.allSatisfy { $0.op.fusion == .view }
    if isView { return "strides of what reads it; where strides cannot say it, or nothing reads it, a copy (`region`)" }
    let isFused = op.samples.contains { [.elementwise, .reduction].contains($0.op.fusion) }
    let kernels = distinct(names).map { $0.hasPrefix("call ") ? "call-out to its reference meaning" : "`\($0)`" }
    if kernels.isEmpty { return "no instruction" }
    return distinct(kernels).joined(separator: ", ") + (isFused ? ", joined with its neighbours" : "")
  }

  private static func recorded(_ op: some Op, _ operands: [Tensor], in graph: Graph) -> [Tensor] {
    graph.record(op, operands)
  }
}
