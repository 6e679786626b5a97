import TapestryCore

/// A place in the text of a file's header, with the steps that all who read one take.
struct HeaderCursor {
  let file: FileBytes
  /// Where the text ends.
  let end: Int
  /// The offset of the next byte.
  var place: Int

  /// A cursor at the start of a range of a file, which must be inside.
  init(_ file: FileBytes, _ range: Range<Int>) {
    self.file = file
    place = range.lowerBound
    end = range.upperBound
  }

  /// The next byte; 0 at the end.
  var next: UInt8 { place < end ? file.bytes[place] : 0 }

  mutating func skipBlanks() {
    while place < end, [0x20, 0x0A, 0x0D, 0x09].contains(file.bytes[place]) { place += 1 }
  }

  /// Passes over blanks, and over a character if it stands there.
  mutating func takeIfNext(_ character: Unicode.Scalar) -> Bool {
    skipBlanks()
    guard next == UInt8(ascii: character) else { return false }
    place += 1
    return true
  }

  /// Passes over blanks and a character, which must stand there.
  mutating func take(_ character: Unicode.Scalar) throws(TapestryError) {
    guard takeIfNext(character) else { throw fault("'\(character)'") }
  }

  /// Passes over the digits of a whole number.
  ///
  /// - Parameter what: what errors call it.
  mutating func number(_ what: String) throws(TapestryError) -> (value: Int, digits: ArraySlice<UInt8>) {
    let digits = file.bytes[place..<end].prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    guard let value = Int(String(decoding: digits, as: UTF8.self)) else {
      throw fault("\(what) below two to the power of 63")
    }
    place += digits.count
    return (value, digits)
  }

  /// Holds the text to end here, but for blanks.
  mutating func finish() throws(TapestryError) {
    skipBlanks()
    guard place == end else { throw fault("the end of the header") }
  }

  /// The error for something else than expected here.
  func fault(_ expected: String) -> TapestryError {
    let rest = file.bytes[Swift.min(place, end)..<end].prefix(12)
    return file.fault(
      at: place, expected: expected,
      found: rest.isEmpty ? "the end of the header" : "'\(String(decoding: rest, as: UTF8.self))'")
  }
}
