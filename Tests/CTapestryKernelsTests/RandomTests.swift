import CTapestryKernels
import Testing

/// Philox4x32-10, against a plain version that the paper's known answers check.
@Suite("Random numbers")
struct RandomTests {
  static func philox(_ counter: [UInt32], _ key: [UInt32]) -> [UInt32] {
    var c = counter, k = key
    for _ in 0..<10 {
      let p0 = UInt64(0xD251_1F53) * UInt64(c[0]), p1 = UInt64(0xCD9E_8D57) * UInt64(c[2])
      c = [
        UInt32(p1 >> 32) ^ c[1] ^ k[0], UInt32(truncatingIfNeeded: p1), UInt32(p0 >> 32) ^ c[3] ^ k[1],
        UInt32(truncatingIfNeeded: p0),
      ]
      k = [k[0] &+ 0x9E37_79B9, k[1] &+ 0xBB67_AE85]
    }
    return c
  }

  @Test("The plain version gives the known answers of Salmon et al. (2011)")
  func knownAnswers() {
    #expect(Self.philox([0, 0, 0, 0], [0, 0]) == [0x6627_E8D5, 0xE169_C58D, 0xBC57_AC4C, 0x9B00_DBD8])
    let ones = UInt32.max
    #expect(
      Self.philox([ones, ones, ones, ones], [ones, ones]) == [0x408F_276D, 0x41C8_3B0E, 0xA20B_C7C6, 0x6D54_51FD])
    #expect(
      Self.philox([0x243F_6A88, 0x85A3_08D3, 0x1319_8A2E, 0x0370_7344], [0xA409_3822, 0x299F_31D0])
        == [0xD16C_FE09, 0x94FD_CCEB, 0x5001_E420, 0x2412_6EA1])
  }

  @Test("The kernel draws the first word of counter (element, step, stream) under the seed", arguments: levels)
  func draws(level: tap_level) throws {
    let index: [Int32] = [0] + (0..<1200).map { Int32($0 &* 7919) } + [.max, -1]
    for (seed, step, stream) in [(0, 0, 0), (42, 7, 0x1234_5678_9ABC_DEF0), (-1, -1, UInt64.max)]
      as [(Int32, Int32, UInt64)]
    {
      func result<E: Element>(_ type: E.Type) throws -> [E] {
        let target = GuardedBuffer([E](repeating: E(small: 1), count: index.count))
        let program = Program(
          sections: [
            (
              TAP_LOOP,
              [
                tile(TAP_LOAD, TAP_I32, 0, imm: 0), tile(TAP_LOAD, TAP_I32, 1, imm: 1),
                tile(TAP_LOAD, TAP_I32, 2, imm: 2),
                tile(TAP_RANDOM, E.dtype, 3, 0, 1, 2, imm: 0), tile(TAP_STORE, E.dtype, 0, 3, imm: 3),
              ]
            )
          ], immediates: [stream])
        try run(
          TAP_KERNEL_REGION, level: level, extent: [index.count], program: program,
          operands: [
            Operand(GuardedBuffer(index), Int32.self, strides: [1]),
            Operand(GuardedBuffer([seed]), Int32.self, strides: [0]),
            Operand(GuardedBuffer([step]), Int32.self, strides: [0]), Operand(target, E.self, strides: [1]),
          ], split: .pieces)
        return target.values()
      }
      let words = index.map { i in
        Self.philox(
          [UInt32(bitPattern: i), UInt32(bitPattern: step), UInt32(truncatingIfNeeded: stream), UInt32(stream >> 32)],
          [UInt32(bitPattern: seed), 0])[0]
      }
      #expect(try result(Float.self) == words.map { Float($0 >> 8) * 0x1p-24 })
      #expect(try result(Double.self) == words.map { Double($0) * 0x1p-32 })
    }
  }
}
