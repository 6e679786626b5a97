import TapestryCore
import TapestryData
import Testing

@Suite struct TextCorpusTests {
  private func reading(_ bytes: [UInt8], _ vocabulary: CharacterVocabulary? = nil) throws -> TextCorpus {
    var corpus: TextCorpus?
    try FormatFixture.withFolder { folder in
      try writeAtomically(bytes, to: folder + "/a.txt")
      corpus = try TextCorpus(path: folder + "/a.txt", vocabulary: vocabulary)
    }
    return try #require(corpus)
  }

  @Test func aFileIsRead() throws {
    let corpus = try reading(Array("hello".utf8))
    #expect(corpus.vocabulary.text == "ehlo" && corpus.numbers == [1, 0, 2, 2, 3] && corpus.count == 5)
    let marked = try reading([0xEF, 0xBB, 0xBF] + Array("ab".utf8), CharacterVocabulary("ba"))
    #expect(marked.numbers == [1, 0])
    #expect(try marked.numbers == TextCorpus("ab", vocabulary: CharacterVocabulary("ba")).numbers)
  }

  @Test(
    arguments: [
      ([], "byte 0: expected text, found nothing"),
      ([0x61, 0xFF, 0x62], "byte 1: expected text in UTF-8, found bytes that are not (ff 62)"),
      ([0x61, 0xC3, 0xA9, 0xE2, 0x82], "byte 3: expected text in UTF-8, found bytes that are not (e2 82)"),
      // An overlong zero, half of a surrogate pair, and a code beyond the last.
      ([0xC0, 0x80], "byte 0: expected text in UTF-8, found bytes that are not (c0 80)"),
      ([0x61, 0xED, 0xA0, 0x80], "byte 1: expected text in UTF-8, found bytes that are not (ed a0 80)"),
      ([0xF4, 0x90, 0x80, 0x80, 0x61], "byte 0: expected text in UTF-8, found bytes that are not (f4 90 80 80)"),
      ([0x61, 0x7A], "byte 1: expected a character of the vocabulary of 2, found 'z' (U+7A)"),
    ] as [([UInt8], String)]) func whatIsNoTextIsRefused(bytes: [UInt8], expected: String) throws
  {
    let vocabulary = try CharacterVocabulary("a\u{E9}")
    let error = #expect(throws: TapestryError.self) { try reading(bytes, vocabulary) }
    #expect(error?.code == .invalidFile)
    #expect(error?.message.hasSuffix("/a.txt', " + expected) == true, "\(error?.message ?? "")")
  }

  @Test func filesFollowEachOther() throws {
    try FormatFixture.withFolder { folder in
      let paths = ["a", "b"].map { "\(folder)/\($0).txt" }
      try writeAtomically(Array("hell".utf8), to: paths[0])
      try writeAtomically(Array("\u{FEFF}o!".utf8), to: paths[1])
      #expect(try TextCorpus(paths: paths).numbers == TextCorpus("hello!").numbers)
      let error = #expect(throws: TapestryError.self) {
        try TextCorpus(paths: paths, vocabulary: CharacterVocabulary("helo"))
      }
      #expect(error?.message.hasPrefix("'\(paths[1])', byte 1: ") == true)
      #expect(throws: TapestryError.self) { try TextCorpus(paths: []).windows(of: 1) }
    }
  }

  @Test func aMissingFileIsAnError() {
    let error = #expect(throws: TapestryError.self) { try TextCorpus(path: "none/there.txt") }
    #expect(error?.message == "'none/there.txt' cannot be read")
  }

  @Test func damagedTextsAreRefusedOrRead() throws {
    let bytes = Array("a\u{E9}\u{20AC}\u{1F9F5} the end".utf8)
    let vocabulary = CharacterVocabulary(of: String(decoding: bytes, as: UTF8.self))
    Damage.changes(bytes, ways: 8) { try TextCorpus([FileBytes($0, name: "a")], vocabulary) }
    for count in 0...bytes.count {
      let corpus = try? TextCorpus([FileBytes(Array(bytes[..<count]), name: "a")], nil)
      #expect((corpus == nil) == [0, 2, 4, 5, 7, 8, 9].contains(count))
    }
  }

  @Test(arguments: [(0.25, 6), (0, 8), (1, 0), (-3, 8), (7, 0), (.nan, 8)] as [(Double, Int)])
  func theEndIsHeldOut(part: Double, cut: Int) throws {
    let corpus = try TextCorpus("abcdefgh")
    let parts = corpus.split(holdingOutEnd: part)
    #expect(parts.training.numbers == Array(corpus.numbers[..<cut]))
    #expect(parts.heldOut.numbers == Array(corpus.numbers[cut...]))
    #expect(parts.heldOut.vocabulary == corpus.vocabulary)
  }
}
