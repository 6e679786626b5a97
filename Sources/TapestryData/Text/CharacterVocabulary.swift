public import TapestryCore

/// The characters a text is made of, each with a number: its place among them.
///
/// ```swift
/// let vocabulary = CharacterVocabulary(of: "abba")       // a, b
/// try vocabulary.encode("bab")                           // [1, 0, 1]
/// try vocabulary.decode([1, 0, 1])                       // "bab"
/// ```
///
/// A character is a Unicode scalar, as in Python, and not what a reader sees as one: so a text that is encoded and
/// decoded is the same byte by byte, and combining marks do not multiply the vocabulary.
public struct CharacterVocabulary: Sendable, Hashable {
  /// The characters in the order of their numbers.
  public let characters: [Unicode.Scalar]
  private let numbers: [Unicode.Scalar: Int]

  /// How many characters there are.
  public var count: Int { characters.count }

  /// The characters one after another: what ``init(_:)`` makes the same vocabulary of.
  public var text: String { String(String.UnicodeScalarView(characters)) }

  /// The distinct characters of a text, sorted by their code.
  public init(of text: String) { self.init(distinct: Set(text.unicodeScalars).sorted()) }

  /// The characters given, in their order.
  ///
  /// - Throws: `invalidAttribute` when a character is given twice, or none is.
  public init(_ characters: String) throws(TapestryError) {
    guard !characters.isEmpty else {
      throw TapestryError(
        .invalidAttribute, "a vocabulary needs a character", remedy: "give the characters one after another")
    }
    var seen: Set<Unicode.Scalar> = []
    for character in characters.unicodeScalars where !seen.insert(character).inserted {
      throw TapestryError(
        .invalidAttribute, "the vocabulary holds \(character.shown) twice", remedy: "give each character once")
    }
    self.init(distinct: Array(characters.unicodeScalars))
  }

  private init(distinct characters: [Unicode.Scalar]) {
    self.characters = characters
    numbers = Dictionary(uniqueKeysWithValues: zip(characters, 0...))
  }

  /// The numbers of a text's characters.
  ///
  /// - Parameters:
  ///   - text: what to encode.
  ///   - source: what errors call it.
  /// - Throws: `invalidFile` for a character that is not in the vocabulary, with its offset in bytes of UTF-8.
  public func encode(_ text: String, source: String = "text") throws(TapestryError) -> [Int] {
    var result: [Int] = []
    result.reserveCapacity(text.utf8.count)
    var offset = 0
    for character in text.unicodeScalars {
      guard let number = numbers[character] else {
        throw TapestryError(
          .invalidFile,
          "'\(source)', byte \(offset): expected a character of the vocabulary of \(count), found \(character.shown)",
          remedy: "take it out of the text or into the vocabulary")
      }
      result.append(number)
      offset += UTF8.width(character)
    }
    return result
  }

  /// The text of characters given by their numbers.
  ///
  /// - Throws: `indexOutOfRange` for a number that no character has.
  public func decode(_ numbers: some Sequence<some BinaryInteger>) throws(TapestryError) -> String {
    var text = String.UnicodeScalarView()
    for (place, number) in numbers.enumerated() {
      guard let index = Int(exactly: number), characters.indices.contains(index) else {
        throw TapestryError(
          .indexOutOfRange, "number \(number) at place \(place) is no character of a vocabulary of \(count)",
          remedy: "give numbers from 0 to \(count - 1)")
      }
      text.append(characters[index])
    }
    return String(text)
  }
}

extension Unicode.Scalar {
  /// The character as messages show it: `'é' (U+E9)`.
  fileprivate var shown: String {
    "'\(escaped(asASCII: false))' (U+\(String(value, radix: 16, uppercase: true)))"
  }
}
