/// The cyclic redundancy check of zip, gzip and PNG (polynomial 0xEDB88320, lowest bit first), a byte at a time by table.
package func crc32(_ bytes: [UInt8]) -> UInt32 {
  let table = remainders
  var remainder: UInt32 = 0xFFFF_FFFF
  for byte in bytes {
    remainder = table[Int(UInt8(truncatingIfNeeded: remainder) ^ byte)] ^ (remainder >> 8)
  }
  return ~remainder
}

/// What each byte leaves of itself after eight steps of the division.
private let remainders: [UInt32] = (0..<256).map { byte in
  (0..<8).reduce(UInt32(byte)) { remainder, _ in
    remainder & 1 == 1 ? (remainder >> 1) ^ 0xEDB8_8320 : remainder >> 1
  }
}
