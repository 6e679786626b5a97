/// A prefix code given by the length of each symbol's code, as a table from the next bits of the input to the symbol.
///
/// Codes of one length are consecutive numbers in the order of their symbols, and each length goes on where the
/// shorter one ended (RFC 1951, section 3.2.2). The table has two to the power of the longest length as its size; a
/// code shorter than that stands in it once for each value of the bits that follow it.
struct PrefixCode: Sendable {
  /// At each value of the next bits: symbol times 16 plus the length of its code, or 0 where there is none.
  let table: [UInt16]

  /// Nil for lengths no prefix code has: too many short ones, or too few to use all bits. A code of no symbol, and of
  /// one symbol with one bit, count as whole where `mayHaveOne` is set.
  init?(lengths: ArraySlice<UInt8>, mayHaveOne: Bool) {
    var counts = [Int](repeating: 0, count: 16)
    for length in lengths where length > 0 { counts[Int(length)] += 1 }
    guard let longest = counts.lastIndex(where: { $0 > 0 }) else {
      guard mayHaveOne else { return nil }
      table = [0]
      return
    }
    var next = [Int](repeating: 0, count: 16)
    var code = 0
    for length in 1...longest {
      next[length] = code
      code += counts[length]
      guard code <= 1 << length else { return nil }
      if length < longest { code <<= 1 }
    }
    guard code == 1 << longest || (mayHaveOne && longest == 1) else { return nil }
    var table = [UInt16](repeating: 0, count: 1 << longest)
    for (symbol, length) in lengths.enumerated() where length > 0 {
      let entry = UInt16(symbol) << 4 | UInt16(length)
      let first = PrefixCode.reversed(next[Int(length)], length: Int(length))
      for place in stride(from: first, to: table.count, by: 1 << Int(length)) { table[place] = entry }
      next[Int(length)] += 1
    }
    self.table = table
  }

  private static func reversed(_ code: Int, length: Int) -> Int {
    (0..<length).reduce(0) { $0 << 1 | (code >> $1 & 1) }
  }

  /// The code of literals and lengths that blocks of type 1 use.
  static let fixedLiterals = fixed(
    [UInt8](repeating: 8, count: 144) + [UInt8](repeating: 9, count: 112) + [UInt8](repeating: 7, count: 24)
      + [UInt8](repeating: 8, count: 8))
  /// The code of distances that blocks of type 1 use.
  static let fixedDistances = fixed([UInt8](repeating: 5, count: 32))

  private static func fixed(_ lengths: [UInt8]) -> PrefixCode {
    guard let code = PrefixCode(lengths: lengths[...], mayHaveOne: false) else {
      preconditionFailure("the fixed codes of RFC 1951 are prefix codes")
    }
    return code
  }
}
