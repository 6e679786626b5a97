import TapestryCore
import TapestryGraph

/// A fused kernel's code before registers: values in single-assignment form, each once.
///
/// A value is *full* (one element for each point of the tile), *kept* (one for each kept point) or *constant*. Its stage says
/// when it can be computed: the sections of a program are ONCE 0, LOOP 0, ONCE 1, LOOP 1, ...; a reduction of a value
/// of stage s is known from stage s + 1 on.
struct TileCode {
  enum Class: Hashable { case constant, kept, full }

  enum Kind: Hashable {
    case load(operand: Int)
    case index(operand: Int)
    case constant(bits: UInt64)
    case expand
    case result
    case reduce(ReductionKind)
    case apply(ScalarOp)
    case checkIndex(bound: Int)
    case random(stream: UInt64)
  }

  struct Definition: Hashable {
    let kind: Kind
    let inputs: [Int]
    /// The element type of the inputs (of the result for loads, constants, selections).
    let from: DType
    let dtype: DType
    let cls: Class
  }

  /// A value written to memory.
  struct Store {
    let value: Int
    let operand: Int
    let cls: Class
  }

  private(set) var definitions: [Definition] = []
  private(set) var stages: [Int] = []
  var stores: [Store] = []
  private var known: [Definition: Int] = [:]

  /// The value of a definition: the one there is, or a new one.
  mutating func add(
    _ kind: Kind, of inputs: [Int] = [], from: DType? = nil, as dtype: DType, _ cls: Class
  ) -> Int {
    if kind == .apply(.select), let (larger, other) = larger(inputs, dtype) {
      return add(.apply(.maximum), of: [larger, other], as: dtype, cls)
    }
    let definition = Definition(kind: kind, inputs: inputs, from: from ?? dtype, dtype: dtype, cls: cls)
    if let value = known[definition] { return value }
    var stage = inputs.map { stages[$0] }.max() ?? 0
    if case .reduce = kind { stage += 1 }
    definitions.append(definition)
    stages.append(stage)
    known[definition] = definitions.count - 1
    return definitions.count - 1
  }

  mutating func constant(_ value: Double, _ dtype: DType) -> Int {
    add(.constant(bits: dtype.bits(of: value)), as: dtype, .constant)
  }

  /// A value ready to be used at all points of the tile.
  mutating func full(_ value: Int) -> Int {
    guard definitions[value].cls == .kept else { return value }
    return add(.expand, of: [value], as: definitions[value].dtype, .full)
  }
}

extension DType {
  /// The bits of the element nearest to a double, in the low bytes.
  func bits(of value: Double) -> UInt64 {
    switch self {
    case .float32: UInt64(Float(value).bitPattern)
    case .float64: value.bitPattern
    case .int32: UInt64(UInt32(bitPattern: Int32(nearest: value)))
    case .bool: value != 0 ? 1 : 0
    }
  }
}
