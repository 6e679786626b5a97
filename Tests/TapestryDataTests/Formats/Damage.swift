import TapestryCore
import Testing

/// What becomes of a file when it is damaged: every beginning of it, and every byte changed in several ways.
enum Damage {
  /// Reads every proper beginning of a file, and the file with a byte more, each of which must be refused.
  static func prefixes<Value>(_ bytes: [UInt8], _ read: ([UInt8]) throws -> Value) {
    let longer = #expect(throws: TapestryError.self) { try read(bytes + [0]) }
    #expect(longer?.code == .invalidFile, "\(bytes.count) bytes and one more")
    for count in bytes.indices {
      let error = #expect(throws: TapestryError.self) { try read(Array(bytes[..<count])) }
      #expect(error?.code == .invalidFile, "the first \(count) of \(bytes.count) bytes")
    }
  }

  /// Reads the file with each byte changed in some ways: one bit, the next after it from byte to byte, then seeded
  /// values. What is read nevertheless must pass `accepts`, and at least some changes must be noticed.
  static func changes<Value>(
    _ bytes: [UInt8], ways: Int = 3, noticed least: Int? = nil, _ read: ([UInt8]) throws -> Value,
    accepts: (Value) -> Bool = { _ in true }
  ) {
    let stream = RandomStream(seed: 1, name: "damage")
    var refused = 0
    for place in bytes.indices {
      let random = (1..<ways).map { UInt8(truncatingIfNeeded: stream.bits(at: place * ways + $0)) }
      for mask in [1 << UInt8(place % 8)] + random where mask != 0 {
        var damaged = bytes
        damaged[place] ^= mask
        do {
          let value = try read(damaged)
          if !accepts(value) { Issue.record("byte \(place) changed by \(mask) gave something else") }
        } catch let error as TapestryError {
          if error.code != .invalidFile { Issue.record("byte \(place) changed by \(mask): \(error)") }
          refused += 1
        } catch {
          Issue.record("byte \(place) changed by \(mask): \(error)")
        }
      }
    }
    #expect(refused > least ?? bytes.count / 4, "\(refused) changes of \(bytes.count) bytes were noticed")
  }
}
