import TapestryCore
import TapestryData
import Testing

@Suite struct CharacterVocabularyTests {
  @Test func charactersAreSortedAndDistinct() throws {
    let vocabulary = CharacterVocabulary(of: "banana\nB")
    #expect(vocabulary.characters == ["\n", "B", "a", "b", "n"])
    #expect(vocabulary.text == "\nBabn")
    #expect(try CharacterVocabulary(vocabulary.text) == vocabulary)
  }

  @Test func aTextComesBackByteByByte() throws {
    // A line end of two characters, a composed and a combined accent, and one outside the basic plane.
    let text = "a\r\n\u{E9} e\u{301} \u{1F9F5}"
    let vocabulary = CharacterVocabulary(of: text)
    #expect(vocabulary.count == 8)
    let decoded = try vocabulary.decode(vocabulary.encode(text))
    #expect(decoded.utf8.elementsEqual(text.utf8))
  }

  @Test func aGivenVocabularyKeepsItsOrder() throws {
    let vocabulary = try CharacterVocabulary("zya")
    #expect(try vocabulary.encode("ayz") == [2, 1, 0])
    #expect(try vocabulary.decode([0, 0, 2]) == "zza")
    #expect(try vocabulary.encode("") == [])
  }

  @Test func aWrongVocabularyIsRefused() {
    let twice = #expect(throws: TapestryError.self) { try CharacterVocabulary("aba") }
    #expect(twice?.code == .invalidAttribute && twice?.message == "the vocabulary holds 'a' (U+61) twice")
    #expect(throws: TapestryError.self) { try CharacterVocabulary("") }
  }

  @Test func whatIsOutsideIsAnErrorWithItsPlace() throws {
    let vocabulary = try CharacterVocabulary("a\u{E9}")
    let error = #expect(throws: TapestryError.self) { try vocabulary.encode("a\u{E9}\n", source: "x.txt") }
    #expect(
      error.map { "\($0)" } == #"""
        'x.txt', byte 3: expected a character of the vocabulary of 2, found '\n' (U+A); \#
        take it out of the text or into the vocabulary
        """#)
    for number in [2, -1, .max] {
      let outside = #expect(throws: TapestryError.self) { try vocabulary.decode([0, number]) }
      #expect(outside?.message == "number \(number) at place 1 is no character of a vocabulary of 2")
      #expect(outside?.code == .indexOutOfRange)
    }
  }
}
