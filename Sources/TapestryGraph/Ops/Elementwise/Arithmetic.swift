import TapestryCore

package struct Add: ElementwiseOp {
  package static let name = "add"
  package static let summary = "x + y."
  package static let scalar = ScalarOp.add
  package static let sole: Add? = Add()
  package func pullback(_ p: Pullback) -> [Tensor?] { [p.cotangent, p.cotangent] }
}

package struct Subtract: ElementwiseOp {
  package static let name = "subtract"
  package static let summary = "x - y."
  package static let scalar = ScalarOp.subtract
  package static let sole: Subtract? = Subtract()
  package func pullback(_ p: Pullback) -> [Tensor?] { [p.cotangent, -p.cotangent] }
}

package struct Multiply: ElementwiseOp {
  package static let name = "multiply"
  package static let summary = "x y."
  package static let scalar = ScalarOp.multiply
  package static let sole: Multiply? = Multiply()
  package func pullback(_ p: Pullback) -> [Tensor?] { [p.cotangent * p[1], p.cotangent * p[0]] }
}

package struct Divide: ElementwiseOp {
  package static let name = "divide"
  package static let summary = "x / y; on int32 rounded down, and 0 where y is 0."
  package static let scalar = ScalarOp.divide
  package static let sole: Divide? = Divide()
  package static let domain = 0.5...3.0
  package func pullback(_ p: Pullback) -> [Tensor?] { [p.cotangent / p[1], -p.cotangent * p.result / p[1]] }
}

package struct Negate: ElementwiseOp {
  package static let name = "negate"
  package static let summary = "-x."
  package static let scalar = ScalarOp.negate
  package static let sole: Negate? = Negate()
  package func pullback(_ p: Pullback) -> [Tensor?] { [-p.cotangent] }
}

/// A Swift number that may stand beside a tensor in an expression; it takes the tensor's dtype.
public protocol TensorScalar: Sendable {
  /// The number as a double.
  var scalarValue: Double { get }
}

extension Float: TensorScalar { public var scalarValue: Double { Double(self) } }
extension Double: TensorScalar { public var scalarValue: Double { self } }
extension Int: TensorScalar { public var scalarValue: Double { Double(self) } }
extension Int32: TensorScalar { public var scalarValue: Double { Double(self) } }

// Exactly three overloads an operator: other sets make the type checker slow on long expressions.
extension Tensor {
  /// The negative of each element.
  public static prefix func - (x: Tensor) -> Tensor { x.unary(Negate()) }

  /// The sum, element by element; shapes broadcast.
  public static func + (x: Tensor, y: Tensor) -> Tensor { x.binary(Add(), y) }
  /// The sum of a tensor and a scalar, which takes the tensor's type.
  public static func + (x: Tensor, y: some TensorScalar) -> Tensor { x.binary(Add(), x.scalar(y.scalarValue)) }
  /// The sum of a tensor and a scalar, which takes the tensor's type.
  public static func + (x: some TensorScalar, y: Tensor) -> Tensor { y.scalar(x.scalarValue).binary(Add(), y) }

  /// The difference, element by element; shapes broadcast.
  public static func - (x: Tensor, y: Tensor) -> Tensor { x.binary(Subtract(), y) }
  /// The difference of a tensor and a scalar, which takes the tensor's type.
  public static func - (x: Tensor, y: some TensorScalar) -> Tensor { x.binary(Subtract(), x.scalar(y.scalarValue)) }
  /// The difference of a tensor and a scalar, which takes the tensor's type.
  public static func - (x: some TensorScalar, y: Tensor) -> Tensor { y.scalar(x.scalarValue).binary(Subtract(), y) }

  /// The product, element by element; shapes broadcast.
  public static func * (x: Tensor, y: Tensor) -> Tensor { x.binary(Multiply(), y) }
  /// The product of a tensor and a scalar, which takes the tensor's type.
  public static func * (x: Tensor, y: some TensorScalar) -> Tensor { x.binary(Multiply(), x.scalar(y.scalarValue)) }
  /// The product of a tensor and a scalar, which takes the tensor's type.
  public static func * (x: some TensorScalar, y: Tensor) -> Tensor { y.scalar(x.scalarValue).binary(Multiply(), y) }

  /// The quotient, element by element; shapes broadcast.
  public static func / (x: Tensor, y: Tensor) -> Tensor { x.binary(Divide(), y) }
  /// The quotient of a tensor and a scalar, which takes the tensor's type.
  public static func / (x: Tensor, y: some TensorScalar) -> Tensor { x.binary(Divide(), x.scalar(y.scalarValue)) }
  /// The quotient of a tensor and a scalar, which takes the tensor's type.
  public static func / (x: some TensorScalar, y: Tensor) -> Tensor { y.scalar(x.scalarValue).binary(Divide(), y) }
}

extension Tensor {
  /// The result of an op of one operand; the place is that of the operand unless given.
  func unary(_ op: some Op, _ file: StaticString? = nil, _ line: UInt = 0) -> Tensor {
    graph.record(op, [self], at: file.map { SourcePlace($0, line) })[0]
  }

  /// The result of an op of two operands; the place is that of the later operand unless given.
  func binary(_ op: some Op, _ other: Tensor, _ file: StaticString? = nil, _ line: UInt = 0) -> Tensor {
    graph.record(op, [self, other], at: file.map { SourcePlace($0, line) })[0]
  }
}

extension OpCatalogue {
  static let arithmetic: [any ElementwiseOp.Type] = [Add.self, Subtract.self, Multiply.self, Divide.self]
}
