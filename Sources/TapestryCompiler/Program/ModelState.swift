import Synchronization
public import TapestryCore

/// The values of the variables of a model, by path: parameters, moments, running statistics, step counts.
///
/// A value: a copy is a snapshot. Any program accepts a state that holds each path it needs.
public struct ModelState: Sendable {
  /// Where a value stands. It holds for every state of the same layout.
  typealias Place = Dictionary<String, NDArray>.Index

  /// A value that a run reads, and perhaps writes.
  struct Binding {
    let place: Place
    let isWritten: Bool
  }

  private var values: [String: NDArray]
  /// A number above 0 that only states with the same paths and types share. A state keeps it until a path comes or goes
  /// or a type changes, so that what was looked up once need not be again.
  private(set) var layout = ModelState.newLayout()

  private static let layouts = Atomic<Int>(0)

  private static func newLayout() -> Int { layouts.add(1, ordering: .relaxed).newValue }

  /// A state of the values given, by path.
  public init(_ values: [String: NDArray] = [:]) { self.values = values }

  /// The paths held, sorted.
  public var paths: [String] { values.keys.sorted() }

  /// The value at a path; setting `nil` removes it.
  public subscript(path: String) -> NDArray? {
    get { values[path] }
    set {
      if newValue?.type != values[path]?.type { layout = ModelState.newLayout() }
      values[path] = newValue
    }
  }

  /// The number of elements of all values.
  public var elementCount: Int { values.values.reduce(0) { $0 + $1.count } }

  /// Where the value at a path stands.
  func place(of path: String) -> Place? { values.index(forKey: path) }

  /// Points slots at the memory of some values. What is written is no longer shared with any copy of the state.
  mutating func bind(_ bindings: UnsafeBufferPointer<Binding>, to slots: UnsafeMutablePointer<UnsafeMutableRawPointer>)
  {
    func bind(_ values: inout Dictionary<String, NDArray>.Values) {
      for slot in 0..<bindings.count {
        let place = bindings[slot].place
        slots[slot] = bindings[slot].isWritten ? values[place].uniqueBytes() : values[place].storage.base
      }
    }
    bind(&values.values)
  }

  /// The type of the value at a path.
  func type(of path: String) -> TensorType? { values[path]?.type }
}

extension ModelState: Hashable {
  /// Equal values at equal paths.
  public static func == (a: ModelState, b: ModelState) -> Bool { a.values == b.values }

  /// Hashes paths and values.
  public func hash(into hasher: inout Hasher) { hasher.combine(values) }
}
