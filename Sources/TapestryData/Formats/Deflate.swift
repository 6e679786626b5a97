/// Packs bytes by the "deflate" compression of zip, gzip and PNG, as RFC 1951 describes it; ``Inflate`` undoes it.
///
/// One block with the fixed codes. Repeats are found by a table from a hash of the next three bytes to the last place
/// with that hash: what stands there is compared, and a match of three bytes and more within 32 KiB becomes a length and
/// a distance; everything else is a literal byte. Longer chains of places and codes of the block's own would pack
/// better; this is enough for drawings and grids of images, and linear in the bytes.
package struct Deflate {
  private var output: [UInt8] = []
  private var bits: UInt64 = 0
  private var bitCount = 0

  private static let window = 32768
  private static let longest = 258
  private static let hashSize = 1 << 15

  /// The bytes packed.
  package static func encoded(_ bytes: [UInt8]) -> [UInt8] {
    var deflate = Deflate()
    deflate.put(0b011, 3)  // the last block, with fixed codes
    deflate.put(all: bytes)
    deflate.putSymbol(256)
    deflate.put(0, (8 - deflate.bitCount % 8) % 8)
    return deflate.output
  }

  private mutating func put(all bytes: [UInt8]) {
    var last = [Int](repeating: -1, count: Deflate.hashSize)
    func hash(_ place: Int) -> Int {
      let three = Int(bytes[place]) << 16 | Int(bytes[place + 1]) << 8 | Int(bytes[place + 2])
      return (three &* 0x9E37_79B1) >> 9 & (Deflate.hashSize - 1)
    }
    var place = 0
    while place < bytes.count {
      var length = 0
      var from = -1
      if place + 2 < bytes.count {
        from = last[hash(place)]
        last[hash(place)] = place
        if from >= 0, place - from <= Deflate.window {
          let most = min(Deflate.longest, bytes.count - place)
          while length < most, bytes[from + length] == bytes[place + length] { length += 1 }
        }
      }
      guard length >= 3 else {
        putSymbol(Int(bytes[place]))
        place += 1
        continue
      }
      putMatch(length: length, distance: place - from)
      for inside in place + 1..<place + length where inside + 2 < bytes.count { last[hash(inside)] = inside }
      place += length
    }
  }

  private mutating func putMatch(length: Int, distance: Int) {
    // The longest length has a symbol of its own, and no further bits.
    let (symbol, extra, bits) =
      length == Deflate.longest ? (28, 0, 0) : Deflate.step(length - 3, singles: 8, perBit: 4)
    putSymbol(257 + symbol)
    put(extra, bits)
    let far = Deflate.step(distance - 1, singles: 4, perBit: 2)
    put(reversed(far.symbol, 5), 5)
    put(far.extra, far.bits)
  }

  /// The symbol of a number, and the bits that tell it from its neighbours. The first `singles` numbers have a symbol
  /// each; then each `perBit` symbols have one bit more than those before.
  private static func step(_ number: Int, singles: Int, perBit: Int) -> (symbol: Int, extra: Int, bits: Int) {
    guard number >= singles else { return (number, 0, 0) }
    let perBitWidth = perBit.trailingZeroBitCount
    let bits = (Int.bitWidth - 1 - number.leadingZeroBitCount) - perBitWidth
    return (bits * perBit + number >> bits, number & (1 << bits - 1), bits)
  }

  /// The fixed code of a literal, the end or a length (section 3.2.6).
  private mutating func putSymbol(_ symbol: Int) {
    switch symbol {
    case ..<144: put(reversed(0x30 + symbol, 8), 8)
    case ..<256: put(reversed(0x190 + symbol - 144, 9), 9)
    case ..<280: put(reversed(symbol - 256, 7), 7)
    default: put(reversed(0xC0 + symbol - 280, 8), 8)
    }
  }

  /// The bits of a code come highest first, all others lowest first.
  private func reversed(_ code: Int, _ count: Int) -> Int {
    (0..<count).reduce(0) { $0 << 1 | code >> $1 & 1 }
  }

  private mutating func put(_ value: Int, _ count: Int) {
    bits |= UInt64(value) << UInt64(bitCount)
    bitCount += count
    while bitCount >= 8 {
      output.append(UInt8(truncatingIfNeeded: bits))
      bits >>= 8
      bitCount -= 8
    }
  }
}
