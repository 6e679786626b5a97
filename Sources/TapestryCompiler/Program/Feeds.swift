public import TapestryCore
import TapestryTape

/// A value a program is given at each run. Made once, outside of tracings, and used as a key by all of them.
public struct Input: Hashable, Sendable {
  /// The name, by which programs and states of different tracings agree on the input.
  public let name: String
  /// The extents; `nil` is fixed when a program is traced.
  public let extents: [Int?]
  /// The element type.
  public let dtype: DType
  /// Where it was declared: named by messages, no part of what it is.
  let place: SourcePlace

  /// An input of a name and shape; a `nil` extent takes any size.
  public init(
    _ name: String, _ extents: [Int?], _ dtype: DType = .float32, file: StaticString = #fileID, line: UInt = #line
  ) {
    self.name = name
    self.extents = extents
    self.dtype = dtype
    place = SourcePlace(file, line)
  }

  /// Whether name, extents and type are the same.
  public static func == (a: Input, b: Input) -> Bool {
    a.name == b.name && a.extents == b.extents && a.dtype == b.dtype
  }

  /// Hashes the name.
  public func hash(into hasher: inout Hasher) { hasher.combine(name) }

  /// Why an array of this type may not be fed, or nil.
  func fault(of type: TensorType) -> TapestryError? {
    let fits = zip(extents, type.shape.extents).allSatisfy { $0 == nil || $0 == $1 }
    if type.dtype == dtype, type.shape.rank == extents.count, fits { return nil }
    return TapestryError(
      .invalidFeed, "input '\(name)' takes \(pattern) and is fed \(type)",
      remedy: type.dtype == dtype
        ? "reshape the array, or leave the extent open with nil in the declaration of the input"
        : "make the array of \(dtype)",
      at: place)
  }

  /// The type with `*` for extents left open.
  var pattern: String { "\(dtype)[" + extents.map { $0.map(String.init) ?? "*" }.joined(separator: ", ") + "]" }
}

/// The arrays a run is given, by input. Written as a dictionary literal.
public struct Feeds: ExpressibleByDictionaryLiteral, Sendable {
  /// An array and the input it is for. (Of a tuple all fields would be retained to look at one.)
  package struct Entry: Sendable {
    package let input: Input
    package let array: NDArray
  }

  package private(set) var entries: [Entry]

  /// Feeds as a literal: `[x: images, y: labels]`.
  public init(dictionaryLiteral elements: (Input, NDArray)...) { self.init(elements) }

  /// Feeds from pairs; an input fed twice is an error of the run.
  public init(_ elements: [(Input, NDArray)]) { entries = elements.map { Entry(input: $0.0, array: $0.1) } }

  /// The place of a name among the entries, looked for first where it is likely to be. (In a debug build the algorithms
  /// of the standard library allocate.)
  func place(of name: String, near guess: Int = 0) -> Int? {
    if guess < entries.count, entries[guess].input.name == name { return guess }
    for place in entries.indices where entries[place].input.name == name { return place }
    return nil
  }

  /// Whether these are arrays for some slots, of their types, and no others. (Types are compared field by field: passed
  /// on as they are, they would be retained.)
  func match(_ slots: [Tape.Slot]) -> Bool {
    guard slots.count == entries.count else { return false }
    for slot in slots.indices {
      guard let place = place(of: slots[slot].name, near: slot) else { return false }
      guard slots[slot].type.dtype == entries[place].array.type.dtype else { return false }
      guard slots[slot].type.shape.extents == entries[place].array.type.shape.extents else { return false }
    }
    return true
  }

  /// Checks each entry against its input.
  ///
  /// - Throws: `invalidFeed` for a name fed twice, or an array of another type or shape than its input takes.
  func validate() throws(TapestryError) {
    for (place, entry) in entries.enumerated() {
      if entries[..<place].contains(where: { $0.input.name == entry.input.name }) {
        throw TapestryError(
          .invalidFeed, "input '\(entry.input.name)' is fed twice", remedy: "feed it once", at: entry.input.place)
      }
      if let fault = entry.input.fault(of: entry.array.type) { throw fault }
    }
  }
}
