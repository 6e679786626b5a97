public import TapestryCore

/// The values of the variables of a model, by path: parameters, moments, running statistics, step counts.
///
/// A value: a copy is a snapshot. Any program accepts a state that holds each path it needs.
public struct ModelState: Sendable, Hashable {
  private var values: [String: NDArray]

  /// A state of the values given, by path.
  public init(_ values: [String: NDArray] = [:]) { self.values = values }

  /// The paths held, sorted.
  public var paths: [String] { values.keys.sorted() }

  /// The value at a path; setting `nil` removes it.
  public subscript(path: String) -> NDArray? {
    get { values[path] }
    set { values[path] = newValue }
  }

  /// The number of elements of all values.
  public var elementCount: Int { values.values.reduce(0) { $0 + $1.count } }

  /// The memory of a value for reading.
  func address(of path: String) -> UnsafeMutableRawPointer? { values[path]?.storage.base }

  /// The memory of a value for writing, no longer shared with any copy of the state.
  mutating func uniqueAddress(of path: String) -> UnsafeMutableRawPointer? {
    guard let index = values.index(forKey: path) else { return nil }
    return values.values[index].uniqueBytes()
  }

  /// The type of the value at a path.
  func type(of path: String) -> TensorType? { values[path]?.type }
}
