import TapestryCore
import TapestryGraph

// Choices that are the larger of two values, bit by bit:
//
//     x <= 0 ? 0 : x      is max(x, 0)
//     0 < x ? x : k x     is max(x, k x)   for k between 0 and 1
//
// Of the kernels' larger the second is taken unless the first is above it or not-a-number, so zeros keep the sign they have
// in the choice. A mask lies in memory between a comparison and a choice; the larger is one link of a chain.
extension TileCode {
  /// The two values whose larger a choice by a mask is, where it is that.
  func larger(_ choice: [Int], _ dtype: DType) -> (Int, Int)? {
    let (mask, x, y) = (choice[0], choice[1], choice[2])
    let compared = definitions[mask].inputs
    switch definitions[mask].kind {
    case .apply(.lessEqual) where compared == [y, x] && isZero(x): return (y, x)
    case .apply(.less) where compared.count == 2 && isZero(compared[0]) && compared[1] == x:
      let product = definitions[y]
      guard dtype.isFloat, product.kind == .apply(.multiply), product.inputs[0] == x,
        let factor = constant(product.inputs[1]), factor > 0, factor < 1
      else { return nil }
      return (x, y)
    default: return nil
    }
  }

  private func isZero(_ value: Int) -> Bool { definitions[value].kind == .constant(bits: 0) }

  /// The number a value is, where it is a constant of a float type.
  private func constant(_ value: Int) -> Double? {
    guard case .constant(let bits) = definitions[value].kind else { return nil }
    switch definitions[value].dtype {
    case .float32: return Double(Float(bitPattern: UInt32(truncatingIfNeeded: bits)))
    case .float64: return Double(bitPattern: bits)
    case .int32, .bool: return nil
    }
  }
}
