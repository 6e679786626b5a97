import TapestryCore
import TapestryData
import Testing

@Suite struct DeflateTests {
  /// Packed and unpacked again by what reads the files of others.
  private func roundTrip(_ bytes: [UInt8]) throws -> (packed: Int, isSame: Bool) {
    let packed = Deflate.encoded(bytes)
    func word(_ number: UInt32) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) } }
    let file = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255] + packed + word(crc32(bytes)) + word(UInt32(bytes.count))
    return (packed.count, try Gzip.unpacked(file) == bytes)
  }

  @Test(arguments: [0, 1, 2, 3, 4, 257, 258, 259, 260, 1000, 70_000]) func lengthsOfRepeats(count: Int) throws {
    let result = try roundTrip([UInt8](repeating: 7, count: count))
    #expect(result.isSame && result.packed <= 8 + count / 100)
  }

  @Test func bytesOfAnyKind() throws {
    for seed in 0..<20 {
      let order = RandomStream(seed: seed, name: "bytes").permutation(of: 5000)
      let shades = 1 << (seed % 9)
      #expect(try roundTrip(order.map { UInt8($0 % shades) }).isSame)
    }
    #expect(try roundTrip(Array(0...255) + Array(0...255)).isSame)
  }

  @Test func distancesUpToTheWindow() throws {
    let word = Array("tapestry".utf8)
    for gap in [1, 4, 5, 6, 100, 8000, 32_759, 32_760, 32_761, 40_000] {
      let between = (0..<gap).map { (place: Int) -> UInt8 in
        let scattered: Int = place * 7919 / 13
        return UInt8(128 + scattered % 128)
      }
      #expect(try roundTrip(word + between + word).isSame)
    }
  }

  @Test func aSmallStreamIsPinned() {
    // One fixed block: the literals a b c, a repeat of six bytes from three back, the end.
    #expect(Deflate.encoded(Array("abcabcabc".utf8)) == [0x4B, 0x4C, 0x4A, 0x86, 0x20, 0x00])
  }
}
