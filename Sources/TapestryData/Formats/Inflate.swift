import TapestryCore

/// Undoes the "deflate" compression of zip and gzip, as RFC 1951 describes it.
///
/// The data is a row of blocks, each stored as it is, or coded by a pair of prefix codes: one for literal bytes, the
/// end of the block and lengths, one for distances. A length and a distance say "repeat so many bytes from so far
/// back". The codes are fixed, or given at the start of the block by the code length of each symbol alone; symbols of
/// equal length are numbered in order, which makes the code unique. Bits come lowest first, but the bits of a code
/// highest first, so `PrefixCode` reverses them and looks a symbol up by the next bits of the input in one table.
/// The output never grows beyond a limit, and by nothing the data merely claims: a bomb costs at most that.
struct Inflate {
  private let file: FileBytes
  private let end: Int
  private var limit: ContentLimit
  /// Content that came before this data and counts towards the limit.
  private let before: [UInt8]
  /// The next byte to take.
  private var place: Int
  private var bits: UInt64 = 0
  private var bitCount = 0
  private var output: [UInt8] = []

  /// The data that begins at an offset: its bytes undone, and the offset after its last byte.
  ///
  /// - Throws: `invalidFile` for data that is broken, runs to `end`, or gives more than the limit.
  static func decoded(
    _ file: FileBytes, from start: Int, to end: Int, after before: [UInt8] = [], limit: inout ContentLimit
  ) throws(TapestryError) -> (bytes: [UInt8], next: Int) {
    var inflate = Inflate(file: file, end: end, before: before, limit: limit, place: start)
    while try inflate.block() {}
    limit = inflate.limit
    return (inflate.output, inflate.place - inflate.bitCount / 8)
  }

  private init(file: FileBytes, end: Int, before: [UInt8], limit: ContentLimit, place: Int) {
    self.file = file
    self.end = end
    self.before = before
    self.limit = limit
    self.place = place
  }

  /// Undoes one block; false after the last.
  private mutating func block() throws(TapestryError) -> Bool {
    let isLast = try take(1) == 1
    switch try take(2) {
    case 0: try storedBlock()
    case 1: try codedBlock(.fixedLiterals, .fixedDistances)
    case 2:
      let (literals, distances) = try codes()
      try codedBlock(literals, distances)
    default: throw fault("a block of type 0, 1 or 2", "type 3")
    }
    return !isLast
  }

  private mutating func storedBlock() throws(TapestryError) {
    _ = try take(bitCount % 8)
    let length = try take(16)
    let complement = try take(16)
    guard length ^ complement == 0xFFFF else {
      throw fault("the complement \(length ^ 0xFFFF) of a stored length", "\(complement)")
    }
    place -= bitCount / 8
    (bits, bitCount) = (0, 0)
    guard length <= end - place else { throw fault("\(length) stored bytes", "\(end - place)") }
    try requireRoom(length)
    output += file.bytes[place..<place + length]
    place += length
  }

  private mutating func codedBlock(_ literals: PrefixCode, _ distances: PrefixCode) throws(TapestryError) {
    while true {
      let symbol = try take(literals)
      if symbol == 256 { return }
      guard symbol > 256 else {
        try requireRoom(1)
        output.append(UInt8(symbol))
        continue
      }
      guard symbol <= 285 else { throw fault("a length symbol up to 285", "\(symbol)") }
      let length = lengthBases[symbol - 257] + (try take(lengthBits[symbol - 257]))
      let distanceSymbol = try take(distances)
      guard distanceSymbol <= 29 else { throw fault("a distance symbol up to 29", "\(distanceSymbol)") }
      let distance = distanceBases[distanceSymbol] + (try take(distanceBits[distanceSymbol]))
      guard distance <= output.count else {
        throw fault("a distance within the \(output.count) bytes before", "\(distance)")
      }
      try requireRoom(length)
      for _ in 0..<length { output.append(output[output.count - distance]) }
    }
  }

  /// The two codes at the start of a block, whose lengths are coded themselves.
  private mutating func codes() throws(TapestryError) -> (PrefixCode, PrefixCode) {
    let literalCount = try take(5) + 257
    let distanceCount = try take(5) + 1
    let lengthCount = try take(4) + 4
    var orders = [UInt8](repeating: 0, count: 19)
    for symbol in lengthOrder.prefix(lengthCount) { orders[symbol] = UInt8(try take(3)) }
    let code = try made(orders[...], mayHaveOne: false)
    var lengths: [UInt8] = []
    let wanted = literalCount + distanceCount
    while lengths.count < wanted {
      let symbol = try take(code)
      var (value, repeats) = (UInt8(0), 1)
      switch symbol {
      case 16:
        guard let last = lengths.last else { throw fault("a code length", "a repeat of none before") }
        (value, repeats) = (last, 3 + (try take(2)))
      case 17: repeats = 3 + (try take(3))
      case 18: repeats = 11 + (try take(7))
      default: value = UInt8(symbol)
      }
      guard lengths.count + repeats <= wanted else {
        throw fault("\(wanted) code lengths", "\(lengths.count + repeats)")
      }
      lengths += repeatElement(value, count: repeats)
    }
    guard lengths[256] > 0 else { throw fault("a code for the end of the block", "none") }
    return (
      try made(lengths[..<literalCount], mayHaveOne: true), try made(lengths[literalCount...], mayHaveOne: true)
    )
  }

  private func made(_ lengths: ArraySlice<UInt8>, mayHaveOne: Bool) throws(TapestryError) -> PrefixCode {
    guard let code = PrefixCode(lengths: lengths, mayHaveOne: mayHaveOne) else {
      throw fault("code lengths that make a prefix code", "lengths that do not")
    }
    return code
  }

  /// The next bits as a number, lowest first.
  private mutating func take(_ count: Int) throws(TapestryError) -> Int {
    fill()
    guard count <= bitCount else { throw fault("more compressed data", "its end") }
    return drop(count, Int(bits & (1 << UInt64(count) - 1)))
  }

  /// The next symbol of a code.
  private mutating func take(_ code: PrefixCode) throws(TapestryError) -> Int {
    fill()
    let entry = code.table[Int(bits) & (code.table.count - 1)]
    let length = Int(entry & 15)
    guard length > 0 else { throw fault("a symbol of the code", "bits that are none") }
    guard length <= bitCount else { throw fault("more compressed data", "its end") }
    return drop(length, Int(entry >> 4))
  }

  private mutating func drop(_ count: Int, _ value: Int) -> Int {
    bits >>= UInt64(count)
    bitCount -= count
    return value
  }

  /// Keeps more bits than any single number takes, as long as there are some.
  private mutating func fill() {
    while bitCount <= 24, place < end {
      bits |= UInt64(file.bytes[place]) << UInt64(bitCount)
      bitCount += 8
      place += 1
    }
  }

  private mutating func requireRoom(_ count: Int) throws(TapestryError) {
    let wanted = before.count + output.count + count
    if wanted > limit.bytes, let declared = limit.declared {
      limit = ContentLimit(Swift.min(try declared(before + output), limit.highest))
    }
    guard wanted <= limit.bytes else { throw fault("at most \(limit.bytes) bytes of content", "more") }
  }

  private func fault(_ expected: String, _ found: String) -> TapestryError {
    file.fault(at: place - bitCount / 8, expected: expected, found: found)
  }
}

private let lengthBases = [
  3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258,
]
private let lengthBits = [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0]
private let distanceBases = [
  1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097, 6145,
  8193, 12289, 16385, 24577,
]
private let distanceBits = (0..<30).map { Swift.max(0, $0 / 2 - 1) }
/// The order in which the lengths of the code of code lengths are stored.
private let lengthOrder = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]
