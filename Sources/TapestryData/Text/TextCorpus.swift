public import TapestryCore

/// A text as numbers, for models of language: each character by its place in a vocabulary.
///
/// ```swift
/// let corpus = try TextCorpus(path: "tinyshakespeare.txt")
/// let parts = corpus.split(holdingOutEnd: 0.1)
/// for batch in try parts.training.streams(50, of: 50) {           // 50 rows of 50 steps
///   let out = try program.run(&state, [characters: batch.inputs, next: batch.targets])
/// }
/// ```
///
/// A model of language sees a window of the text and is asked for the same window one character on. There are three ways
/// to lay windows: side by side (``windows(of:every:)``), at random places (``randomWindows(_:of:seed:epoch:)``), and in
/// streams whose batches continue each other, so that a model may keep its state (``streams(_:of:)``).
public struct TextCorpus: Sendable, Hashable {
  /// The characters and their numbers.
  public let vocabulary: CharacterVocabulary
  /// The number of each character of the text.
  public let numbers: [Int32]
  /// What errors call the text.
  let source: String

  /// How many characters the text has.
  public var count: Int { numbers.count }

  /// Reads a file of text in UTF-8; a byte order mark at its beginning is left out.
  ///
  /// - Parameters:
  ///   - path: the file's path.
  ///   - vocabulary: the characters and their numbers; by default those the text has, sorted.
  /// - Throws: `invalidFile` for a file that cannot be read, is empty, is not UTF-8 or holds a character outside the
  ///   vocabulary, with file, offset, what was expected and what was found.
  public init(path: String, vocabulary: CharacterVocabulary? = nil) throws(TapestryError) {
    try self.init(paths: [path], vocabulary: vocabulary)
  }

  /// Reads files of text one after another, as ``init(path:vocabulary:)`` reads one.
  public init(paths: [String], vocabulary: CharacterVocabulary? = nil) throws(TapestryError) {
    var files: [FileBytes] = []
    for path in paths { files.append(try FileBytes(path: path)) }
    try self.init(files, vocabulary)
  }

  /// Takes a text.
  ///
  /// - Parameters:
  ///   - text: the text.
  ///   - source: what errors call it.
  ///   - vocabulary: the characters and their numbers; by default those the text has, sorted.
  /// - Throws: `invalidFile` for an empty text or a character outside the vocabulary.
  public init(
    _ text: String, source: String = "text", vocabulary: CharacterVocabulary? = nil
  ) throws(TapestryError) {
    try self.init([(source, text)], vocabulary)
  }

  package init(_ files: [FileBytes], _ vocabulary: CharacterVocabulary?) throws(TapestryError) {
    var texts: [(source: String, text: String)] = []
    for file in files { texts.append((file.name, try file.wholeText)) }
    try self.init(texts, vocabulary)
  }

  private init(_ texts: [(source: String, text: String)], _ vocabulary: CharacterVocabulary?) throws(TapestryError) {
    for (source, text) in texts where text.isEmpty {
      throw FileBytes([], name: source).fault(
        at: 0, expected: "text", found: "nothing", remedy: "give a text with content")
    }
    let vocabulary = vocabulary ?? CharacterVocabulary(of: texts.map(\.text).joined())
    var numbers: [Int32] = []
    for (source, text) in texts { numbers += try vocabulary.encode(text, source: source).map(Int32.init) }
    self.init(vocabulary, numbers, texts.map(\.source).joined(separator: ", "))
  }

  private init(_ vocabulary: CharacterVocabulary, _ numbers: [Int32], _ source: String) {
    self.vocabulary = vocabulary
    self.numbers = numbers
    self.source = source
  }

  /// Cuts the text in two: its beginning to train with, and its end.
  ///
  /// The cut is one place, so no window of the one part shares a character with the other, as those drawn at random
  /// would. Both parts keep the vocabulary of the whole.
  ///
  /// - Parameter part: the share of the characters held out, from 0 to 1; outside it counts as the nearer of them.
  public func split(holdingOutEnd part: Double) -> (training: TextCorpus, heldOut: TextCorpus) {
    let share = part.isNaN ? 0 : Swift.max(0, Swift.min(1, part))
    let cut = count - Int((Double(count) * share).rounded())
    return (
      TextCorpus(vocabulary, Array(numbers[..<cut]), "the beginning of \(source)"),
      TextCorpus(vocabulary, Array(numbers[cut...]), "the end of \(source)")
    )
  }
}

extension FileBytes {
  /// All of the file as text, without a byte order mark.
  fileprivate var wholeText: String {
    get throws(TapestryError) {
      let text = try text(0..<count, "text")
      return text.unicodeScalars.first == "\u{FEFF}" ? String(text.unicodeScalars.dropFirst()) : text
    }
  }
}
