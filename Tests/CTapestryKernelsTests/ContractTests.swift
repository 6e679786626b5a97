import CTapestryKernels
import Testing

@Suite("The contract as Swift sees it")
struct ContractTests {
  @Test("An instruction is 16 bytes, as the tape stores it")
  func layout() {
    #expect(MemoryLayout<tap_tile_instr>.size == 16)
    #expect(MemoryLayout<tap_tile_instr>.stride == 16)
    #expect(MemoryLayout<tap_conv>.size == 16 * 8)
    #expect(MemoryLayout<tap_window>.size == 15 * 8)
  }

  @Test("Every operation has a name of its own, and nothing else has one")
  func names() {
    let names = (0..<TAP_TILE_OP_COUNT.rawValue).map { String(cString: tap_tile_op_name(tap_tile_op(rawValue: $0))) }
    #expect(Set(names).count == names.count)
    #expect(!names.contains("?"))
    #expect(names[Int(TAP_LOAD.rawValue)] == "load")
    #expect(names[Int(TAP_REDUCE_SUM.rawValue)] == "reduce_sum")
    #expect(names[Int(TAP_RANDOM.rawValue)] == "random")
    #expect(String(cString: tap_tile_op_name(TAP_TILE_OP_COUNT)) == "?")
  }

  @Test("Each level's table says who it is and runs every kernel", arguments: levels)
  func tables(level: tap_level) throws {
    let table = try #require(tap_table_of(level)).pointee
    #expect(table.level == level)
    #expect(["baseline", "avx2", "avx512"][Int(level.rawValue)] == String(cString: table.name))
    withUnsafeBytes(of: table.run) { bytes in
      let addresses = bytes.bindMemory(to: UInt.self)
      #expect(addresses.count == Int(TAP_KERNEL_COUNT.rawValue))
      #expect(addresses.allSatisfy { $0 != 0 })
    }
  }

  @Test("The best level is one this machine has, and there is none beyond the last")
  func best() {
    #expect(tap_table_of(tap_best_level()) != nil)
    #expect(tap_table_of(TAP_BASELINE) != nil)
    #expect(tap_table_of(TAP_LEVEL_COUNT) == nil)
  }

  @Test("A name bounds the level, and one that is none does not")
  func bound() throws {
    let best = try #require(levels.max { $0.rawValue < $1.rawValue })
    #expect(tap_level_up_to(nil) == best)
    #expect(tap_level_up_to("quantum") == best)
    #expect(tap_level_up_to("baseline") == TAP_BASELINE)
    #expect(tap_level_up_to("avx2").rawValue <= TAP_AVX2.rawValue)
    #expect(tap_level_up_to("avx512") == best)
    if tap_table_of(TAP_AVX2) != nil { #expect(tap_level_up_to("avx2") == TAP_AVX2) }
  }

  @Test("A fault is read and cleared")
  func fault() {
    var fault = tap_fault()
    fault.code = 2
    #expect(tap_fault_code(&fault) == 2)
    tap_fault_reset(&fault)
    #expect(tap_fault_code(&fault) == 0)
  }

  @Test("Subnormal results are flushed in the kernels' mode, and a caller's mode that keeps them comes back")
  func floatMode() {
    let divisors: [Float] = [2, 4]
    func keepsSubnormals() -> Bool { Float.leastNormalMagnitude / divisors.randomElement()! > 0 }
    #expect(keepsSubnormals())
    let saved = tap_enter_float_mode()
    let keeps = keepsSubnormals()
    tap_leave_float_mode(saved)
    #expect(!keeps)
    #expect(keepsSubnormals())
  }

  @Test("A block stays in registers when it fits a tile")
  func residency() {
    func resident(_ extent: [Int64], _ kept: Int32, _ reduced: Int32) -> Bool {
      tap_region_resident(Int32(extent.count), kept, reduced, extent)
    }
    #expect(resident([7, 1000], 2, 0))
    #expect(resident([7, 512], 1, 1))
    #expect(!resident([7, 513], 1, 1))
    #expect(resident([7, 8, 64], 1, 2))
    #expect(!resident([7, 9, 64], 1, 2))
    #expect(resident([32, 100_000], 0, 1))
    #expect(resident([512, 1], 0, 1))
    #expect(!resident([64, 1000], 0, 1))
  }
}
