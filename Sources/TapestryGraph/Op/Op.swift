public import TapestryCore

/// The definition of an operation: everything known of it, in one place.
///
/// The value of the conforming type is the op with its attributes; equal values on equal operands are one node of the
/// graph. A user's own op conforms to this protocol and is recorded with ``Tensor/apply(_:_:file:line:)``: with
/// ``evaluate(_:)`` alone it runs as a call-out; with ``tile(_:_:)`` it fuses like any built-in elementwise op.
public protocol Op: Hashable, Sendable {
  /// The name printed in graphs and messages, unique among ops.
  static var name: String { get }

  /// One sentence that says what the op computes.
  static var summary: String { get }

  /// Whether gradients flow through the op.
  static var differentiability: Differentiability { get }

  /// Ops with attributes and operands that show what the op does: the table that documents, checks and fuzzes it.
  static var samples: [OpSample] { get }

  /// The attributes as printed, such as `axes: [0, 1]`; empty without any.
  var attributes: String { get }

  /// The number of results.
  var resultCount: Int { get }

  /// The shape and dtype rule.
  ///
  /// - Throws: an ``OpFault`` when the op does not take such operands.
  func resultTypes(of operands: [TensorType]) throws(OpFault) -> [TensorType]

  /// The gradient rule: for each operand the cotangent, `nil` for zero.
  ///
  /// Broadcasting need not be undone: the driver sums a cotangent down to its operand's shape.
  func pullback(_ p: Pullback) -> [Tensor?]

  /// The reference meaning: plain Swift over concrete arrays, slow and clear.
  ///
  /// - Throws: for values the op does not take, such as an index out of range.
  func evaluate(_ operands: [NDArray]) throws(TapestryError) -> [NDArray]

  /// Arithmetic operations of one evaluation.
  func flops(_ operands: [TensorType], _ results: [TensorType]) -> Int

  /// How the compiler may join the op with others.
  var fusion: FusionClass { get }

  /// For elementwise ops: the op on one element, as scalar operations. `nil`: runs as a call-out.
  func tile(_ builder: inout TileBuilder, _ operands: [TileValue]) -> TileValue?
}

/// Whether gradients flow through an op.
public enum Differentiability: String, Sendable {
  /// The op has a gradient rule.
  case differentiable
  /// The derivative is zero wherever there is one (comparisons, rounding, integer results).
  case zero
  /// Nobody wrote the rule: a gradient through the op is diagnosed.
  case missing
}

/// How the compiler may join an op with its neighbours.
public enum FusionClass: String, Sendable {
  /// Element by element over the broadcast shape of the operands.
  case elementwise
  /// The same elements seen under another shape or order.
  case view
  /// Many elements to one along axes.
  case reduction
  /// A product or convolution: takes an epilogue.
  case product
  /// A value from nowhere: input, variable, constant.
  case leaf
  /// None of these: an instruction of its own.
  case opaque
}

extension Op {
  /// No rule, unless the op says otherwise.
  public static var differentiability: Differentiability { .missing }
  /// None, unless the op gives some.
  public static var samples: [OpSample] { [] }
  /// None.
  public var attributes: String { "" }
  /// One.
  public var resultCount: Int { 1 }
  /// An instruction of its own.
  public var fusion: FusionClass { .opaque }
  /// No operand has a gradient.
  public func pullback(_ p: Pullback) -> [Tensor?] { [] }
  /// No tile program: the op runs as a call-out.
  public func tile(_ builder: inout TileBuilder, _ operands: [TileValue]) -> TileValue? { nil }
  /// One for each element of the results.
  public func flops(_ operands: [TensorType], _ results: [TensorType]) -> Int {
    results.reduce(0) { $0 + $1.shape.count }
  }
}

extension Op {
  /// The op as a type, where it is of that type: a cast that looks for no bridges and conformances, as `as?` does.
  package func typed<Other: Op>(_ other: Other.Type) -> Other? {
    Self.self == other ? unsafeBitCast(self, to: Other.self) : nil
  }

  /// Whether another op is of the same type and equal.
  package func isEqual<Other: Op>(to other: Other) -> Bool {
    Self.self == Other.self && self == unsafeBitCast(other, to: Self.self)
  }
}

/// An op with operands to try it on.
public struct OpSample: Sendable {
  /// The op with its attributes.
  public let op: any Op
  /// The op with its attributes.
  public let operands: [SampleOperand]

  /// A sample of an op.
  public init(_ op: some Op, _ operands: [SampleOperand]) {
    self.op = op
    self.operands = operands
  }
}

/// The type of a sample operand and the values it may take.
public struct SampleOperand: Sendable {
  /// The type of the operand.
  public let type: TensorType
  /// Values are drawn from here.
  public let domain: ClosedRange<Double>
  /// Places where the op has no derivative: no value is drawn near them.
  public let kinks: [Double]

  /// An operand of a shape and type, its values drawn from `domain` and away from `kinks`.
  public init(
    _ shape: Shape, _ dtype: DType = .float32, in domain: ClosedRange<Double> = -2...2, avoiding kinks: [Double] = []
  ) {
    type = TensorType(dtype, shape)
    self.domain = domain
    self.kinks = kinks
  }
}

extension Tensor {
  /// The result of an op of one's own on operands of one graph.
  ///
  /// A graph that mixes graphs or shapes the op refuses is diagnosed when compiled.
  public static func apply(
    _ op: some Op, _ operands: [Tensor], file: StaticString = #fileID, line: UInt = #line
  ) -> [Tensor] {
    let place = SourcePlace(file, line)
    guard let graph = operands.first?.graph else {
      return [Tensor](repeating: Graph.noOperands(Swift.type(of: op).name, at: place), count: op.resultCount)
    }
    return graph.record(op, operands, at: place)
  }
}
