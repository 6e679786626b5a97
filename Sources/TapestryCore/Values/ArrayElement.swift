/// A Swift type that can be an element of an ``NDArray``.
public protocol ArrayElement: Sendable, BitwiseCopyable {
  /// The element type it stands for.
  static var dtype: DType { get }
  /// The value as a double: exact for every element type.
  var asDouble: Double { get }
  /// The element nearest to a double: integers truncate towards zero and saturate, not-a-number gives 0; a Bool is
  /// `value != 0`.
  init(nearest value: Double)
}

extension Float: ArrayElement {
  /// The element type it stands for.
  public static var dtype: DType { .float32 }
  /// The value as a double.
  public var asDouble: Double { Double(self) }
  /// The element nearest to a double.
  public init(nearest value: Double) { self = Float(value) }
}

extension Double: ArrayElement {
  /// The element type it stands for.
  public static var dtype: DType { .float64 }
  /// The value as a double.
  public var asDouble: Double { self }
  /// The element nearest to a double.
  public init(nearest value: Double) { self = value }
}

extension Int32: ArrayElement {
  /// The element type it stands for.
  public static var dtype: DType { .int32 }
  /// The value as a double.
  public var asDouble: Double { Double(self) }
  /// The element nearest to a double.
  public init(nearest value: Double) {
    if value.isNaN { self = 0 } else { self = Int32(Swift.max(-2_147_483_648, Swift.min(2_147_483_647, value))) }
  }
}

extension Bool: ArrayElement {
  /// The element type it stands for.
  public static var dtype: DType { .bool }
  /// The value as a double.
  public var asDouble: Double { self ? 1 : 0 }
  /// The element nearest to a double.
  public init(nearest value: Double) { self = value != 0 }
}
