/// The type of the elements of a tensor or an array.
///
/// Float32 works, Float64 checks, Int32 indexes, Bool masks. Types are never promoted implicitly.
public enum DType: UInt8, Hashable, Sendable, CaseIterable {
  /// IEEE single precision: what models compute in.
  case float32
  /// IEEE double precision: what gradients are checked in.
  case float64
  /// Signed 32-bit integers: indices, labels, counts.
  case int32
  /// Masks, a byte an element.
  case bool

  /// Bytes of one element.
  public var byteCount: Int {
    switch self {
    case .float32, .int32: 4
    case .float64: 8
    case .bool: 1
    }
  }

  /// Whether elements are floating-point numbers: the types gradients flow through.
  public var isFloat: Bool { self == .float32 || self == .float64 }
}

extension DType: CustomStringConvertible {
  /// The name as messages show it, such as `float32`.
  public var description: String {
    switch self {
    case .float32: "float32"
    case .float64: "float64"
    case .int32: "int32"
    case .bool: "bool"
    }
  }
}
