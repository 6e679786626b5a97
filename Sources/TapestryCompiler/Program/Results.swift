public import TapestryCore
import TapestryTape

/// A value a program hands out. Made once, outside of tracings.
public struct Output: Hashable, Sendable {
  /// The name, by which results are read.
  public let name: String
  /// An output of a name.
  public init(_ name: String) { self.name = name }
}

/// What a run handed out.
public struct Results: Sendable {
  package private(set) var names: [String] = []
  private var arrays: [NDArray] = []

  /// No results yet: what `run(_:_:into:)` is first given.
  public init() {}

  init(_ slots: [(name: String, type: TensorType)]) {
    names = slots.map(\.name)
    arrays = slots.map { NDArray(zeros: $0.type.shape, $0.type.dtype) }
  }

  /// Whether the arrays are those of these outputs, so that they can be written again.
  func match(_ outputs: [Tape.Slot]) -> Bool {
    guard arrays.count == outputs.count else { return false }
    for place in outputs.indices {
      guard names[place] == outputs[place].name, arrays[place].type.dtype == outputs[place].type.dtype,
        arrays[place].type.shape.extents == outputs[place].type.shape.extents
      else { return false }
    }
    return true
  }

  mutating func address(of index: Int) -> UnsafeMutableRawPointer { arrays[index].uniqueBytes() }

  /// The array of an output, or nil when the program does not report it.
  public subscript(output: Output) -> NDArray? { names.firstIndex(of: output.name).map { arrays[$0] } }

  /// The array of an output.
  ///
  /// - Throws: `unknownOutput` when the program does not report it.
  public func array(_ output: Output) throws(TapestryError) -> NDArray {
    if let array = self[output] { return array }
    let near = nearest(to: output.name, in: names).map { "did you mean '\($0)'?" }
    throw TapestryError(
      .unknownOutput, "the program reports no output '\(output.name)'",
      remedy: near
        ?? (names.isEmpty
          ? "report it in the tracing" : "it reports \(names.map { "'\($0)'" }.joined(separator: ", "))"))
  }

  /// The one element of an output.
  ///
  /// - Throws: `unknownOutput`, or `shapeMismatch` when the output has more elements or none.
  public func scalar(_ output: Output) throws(TapestryError) -> Double {
    let array = try array(output)
    guard array.count == 1 else {
      throw TapestryError(
        .shapeMismatch, "output '\(output.name)' is \(array.type), not a scalar", remedy: "read it with `array`")
    }
    return array.double(at: 0)
  }
}
