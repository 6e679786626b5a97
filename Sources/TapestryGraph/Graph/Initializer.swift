public import TapestryCore

/// How a variable starts: a function from type and random stream to values.
public struct Initializer: Sendable {
  /// The name shown in summaries.
  public let name: String
  /// Why a variable of a type cannot start so; nil when it can. Asked when the variable is declared.
  package let fault: @Sendable (TensorType) -> OpFault?
  private let make: @Sendable (TensorType, RandomStream) -> NDArray

  /// An initializer of one's own.
  ///
  /// - Parameters:
  ///   - fault: why a variable of a type cannot start so, which is then a diagnostic; nil when it can.
  ///   - make: the start value: an array of the type asked for, a function of it and of the random numbers given.
  public init(
    _ name: String, fault: @escaping @Sendable (TensorType) -> OpFault? = { _ in nil },
    _ make: @escaping @Sendable (TensorType, RandomStream) -> NDArray
  ) {
    self.name = name
    self.fault = fault
    self.make = make
  }

  /// The start value of a variable.
  public func callAsFunction(_ type: TensorType, _ stream: RandomStream) -> NDArray { make(type, stream) }

  /// All elements the same.
  public static func constant(_ value: Double) -> Initializer {
    Initializer("constant \(value)") { type, _ in NDArray(repeating: value, type.shape, type.dtype) }
  }

  /// All elements 0.
  public static var zeros: Initializer { Initializer("zeros") { type, _ in NDArray(zeros: type.shape, type.dtype) } }

  /// All elements 1.
  public static var ones: Initializer { constant(1) }
}
