import TapestryCore

/// x to the power y.
///
/// The gradient stays finite where the value does: at y = 0 it is 0 in x, at x = 0 it is 0 in y for y >= 0.
package struct Power: ElementwiseOp {
  package static let name = "power"
  package static let summary = "x to the power y."
  package static let scalar = ScalarOp.power
  package static let sole: Power? = Power()
  package static let domain = 0.5...2.0

  package func pullback(_ p: Pullback) -> [Tensor?] {
    let (x, y) = (p[0], p[1])
    let one = y.scalar(1)
    return [
      p.needs[0] ? p.cotangent * (y * power(x, select(y .== 0, one, y) - 1)) : nil,
      p.needs[1] ? p.cotangent * (p.result * log(select((x .== 0) .& (y .>= 0), one, x))) : nil,
    ]
  }
}

/// x - y floor(x / y), which has the sign of y.
package struct Remainder: ElementwiseOp {
  package static let name = "remainder"
  package static let summary = "x - y floor(x / y), with the sign of y; on int32 0 where y is 0."
  package static let scalar = ScalarOp.remainder
  /// Quotients stay between 2 and 3, away from the jumps.
  package static let samples = [
    OpSample(Remainder(), [SampleOperand([3, 5], in: 2.2...2.8), SampleOperand([5], in: 1...1.05)]),
    OpSample(Remainder(), [SampleOperand([], in: 2.2...2.8), SampleOperand([2, 3], in: 1...1.05)]),
    OpSample(Remainder(), [SampleOperand([4], .int32, in: -9...9), SampleOperand([4], .int32, in: -3...3)]),
  ]

  package func pullback(_ p: Pullback) -> [Tensor?] {
    [p.cotangent, p.needs[1] ? -p.cotangent * floor(p[0] / p[1]) : nil]
  }
}

extension OpCatalogue {
  static let powers: [any ElementwiseOp.Type] = [Power.self, Remainder.self]
}

/// x to the power y, element by element. Float.
public func power(_ x: Tensor, _ y: Tensor, file: StaticString = #fileID, line: UInt = #line) -> Tensor {
  x.binary(Power(), y, file, line)
}

/// Each element to the power of a number.
public func power(_ x: Tensor, _ y: some TensorScalar, file: StaticString = #fileID, line: UInt = #line) -> Tensor {
  x.binary(Power(), x.scalar(y.scalarValue), file, line)
}

/// A number to the power of each element.
public func power(_ x: some TensorScalar, _ y: Tensor, file: StaticString = #fileID, line: UInt = #line) -> Tensor {
  y.scalar(x.scalarValue).binary(Power(), y, file, line)
}

extension Tensor {
  /// x - y floor(x / y), which has the sign of y; on int32 it is 0 where y is 0.
  public static func % (x: Tensor, y: Tensor) -> Tensor { x.binary(Remainder(), y) }
  /// The remainder, with the sign of the divisor, of a tensor and a scalar, which takes the tensor's type.
  public static func % (x: Tensor, y: some TensorScalar) -> Tensor { x.binary(Remainder(), x.scalar(y.scalarValue)) }
  /// The remainder, with the sign of the divisor, of a tensor and a scalar, which takes the tensor's type.
  public static func % (x: some TensorScalar, y: Tensor) -> Tensor { y.scalar(x.scalarValue).binary(Remainder(), y) }
}
