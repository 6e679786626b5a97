import Testing

@testable import TapestryGraph

@Suite struct DigestIndexTests {
  /// Things of one digest are told apart, also where the next digest is that of another, or there is none.
  @Test func thingsOfOneDigest() {
    let things = ["a", "b", "c", "d", "e"]
    let digests = [7, 7, 8, .max, .max]
    var index = DigestIndex()
    for (number, digest) in digests.enumerated() {
      #expect(index.number(of: digest) { things[$0] == things[number] } == nil)
      index.add(Int32(number), of: digest)
    }
    for (number, digest) in digests.enumerated() {
      #expect(index.number(of: digest) { things[$0] == things[number] } == Int32(number))
    }
    #expect(index.number(of: 6) { _ in true } == nil)
  }
}
