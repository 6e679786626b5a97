import TapestryCore
import TapestryGraph

// An elementwise op broadcasts its operands by itself, and of equal elements it makes equal elements. So broadcasts
// below it are taken off; what is missing then of the shape is put on above it, where it may meet a reduction, a product
// or another elementwise op that needs it as little.
extension CanonicalRules {
  /// Whether an op is one scalar operation at each element.
  static func isElementwise(_ type: any Op.Type) -> Bool {
    type is any ElementwiseOp.Type || type == Cast.self || type == CheckIndex.self || type == RandomUniform.self
  }

  static let broadcasts: [Rule] = [
    Rule("elementwise ops broadcast by themselves", where: isElementwise, .exact) { m in
      guard m.shape.count > 0 else { return nil }
      var operands = m.operands
      var changed = false
      for (place, operand) in operands.enumerated() {
        guard let wide = m.node(operand, Broadcast.self) else { continue }
        operands[place] = wide[0]
        changed = true
      }
      return changed ? m.rebuilt(operands) : nil
    }
  ]
}
