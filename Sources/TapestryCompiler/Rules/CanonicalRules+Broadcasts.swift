import TapestryCore
import TapestryGraph

// An elementwise op broadcasts its operands by itself, and of equal elements it makes equal elements. So broadcasts
// below it are taken off; what is missing then of the shape is put on above it, where it may meet a reduction, a product
// or another elementwise op that needs it as little.
extension CanonicalRules {
  /// Whether an op is one scalar operation at each element.
  static func isElementwise(_ type: any Op.Type) -> Bool {
    OpCatalogue.isElementwise(type) || type == Cast.self || type == CheckIndex.self || type == RandomUniform.self
  }

  static let broadcasts: [Rule] = [
    Rule("elementwise ops broadcast by themselves", where: isElementwise, .exact) { m in
      guard m.hasOperand(Broadcast.self), m.shape.count > 0 else { return nil }
      return m.rebuilt(m.operands.map { operand in m.node(operand, Broadcast.self)?[0] ?? operand })
    }
  ]
}
