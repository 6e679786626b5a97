import OpKit
import TapestryCore
import TapestryGraph

/// What the gradient rule of an op records, as formulas: `dx0 = dy * x1`.
struct GradientFormula {
  /// One for each operand of a float type.
  private(set) var lines: [String] = []

  init?(_ sample: OpSample) {
    let graph = Graph()
    let operands = sample.operands.enumerated().map { graph.input("x\($0)", $1.type.shape, $1.type.dtype) }
    let results = sample.op.recorded(on: operands, in: graph)
    let outputs = results.filter(\.dtype.isFloat)
    let names = outputs.count == 1 ? ["y"] : outputs.indices.map { "y\($0)" }
    let cotangents = zip(outputs, names).map { graph.input("d\($1)", $0.shape, $0.dtype) }
    let targets = operands.filter(\.dtype.isFloat)
    guard !targets.isEmpty, !outputs.isEmpty else { return nil }
    let slopes = vectorJacobianProduct(of: outputs, in: targets, with: cotangents, disconnected: .zeros)
    guard graph.diagnostics.isEmpty else { return nil }
    var printer = FormulaPrinter(graph.snapshot)
    for (place, operand) in operands.enumerated() { printer.texts[operand.value] = "x\(place)" }
    for (output, name) in zip(outputs, names) { printer.texts[output.value] = name }
    for (operand, slope) in zip(targets, slopes) {
      guard let target = printer.texts[operand.value] else { continue }
      lines.append("d\(target) = \(printer.text(of: slope.value))")
    }
  }
}

/// Prints values of a graph as one formula each.
private struct FormulaPrinter {
  /// What values are called.
  var texts: [Value: String] = [:]
  private let store: GraphStore
  /// The longest formula; a longer one is described by its size.
  private static let longest = 160

  init(_ store: GraphStore) { self.store = store }

  /// The formula of a value, or how many ops it takes.
  mutating func text(of value: Value) -> String {
    let text = nested(value)
    if text.count <= FormulaPrinter.longest { return text }
    let named = Set(texts.keys)
    let nodes = store.reach(of: [value]).enumerated().filter { $0.element && !named.contains(Value($0.offset)) }
    return "\(nodes.count) ops"
  }

  /// The text in parentheses, unless it is one word or in some already.
  private func grouped(_ text: String) -> String {
    text.contains(" ") && !text.hasPrefix("(") ? "(\(text))" : text
  }

  private func nested(_ value: Value) -> String {
    if let known = texts[value] { return known }
    let op = store.op(of: Int(value.node))
    let operands = store.operands(of: Int(value.node)).map(nested)
    if operands.contains(where: { $0.count > FormulaPrinter.longest }) {
      return String(repeating: "?", count: FormulaPrinter.longest + 1)
    }
    let result = store.resultCount(of: Int(value.node)) > 1 ? ".\(value.output)" : ""
    switch op {
    case let input as InputOp: return input.name
    case is ConstantOp: return op.attributes
    case is Broadcast: return operands[0]
    case is Negate: return "-\(operands[0])"
    case is Add: return "(\(operands[0]) + \(operands[1]))"
    case is Subtract: return "(\(operands[0]) - \(operands[1]))"
    case is Multiply: return "\(operands[0]) * \(operands[1])"
    case is Divide: return "\(operands[0]) / \(grouped(operands[1]))"
    default:
      let name = type(of: op).name
      let attributes = op.attributes.isEmpty ? [] : [op.attributes]
      return "\(name)(\((operands + attributes).joined(separator: ", ")))\(result)"
    }
  }
}

extension Op {
  fileprivate func recorded(on operands: [Tensor], in graph: Graph) -> [Tensor] { graph.record(self, operands) }
}
