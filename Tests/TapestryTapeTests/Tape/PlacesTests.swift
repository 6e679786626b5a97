import CTapestryKernels
import TapestryCore
import Testing

@testable import TapestryTape

@Suite("Operands that may begin at the same address")
struct PlacesTests {
  /// The places of the operands of one instruction in as many loops as there are counts.
  private func places(_ operands: Operand..., loops: [Int] = []) -> [Int32] {
    var tape = Tape()
    tape.operands = operands
    var instruction = Instruction(.kernel(TAP_KERNEL_REGION), .float32)
    instruction.operandCount = Int32(operands.count)
    tape.instructions = [instruction]
    tape.steps = loops.map { Step(.loopBegin, first: 0, count: $0) }
    tape.steps.append(Step(.wave, first: 0, count: 1))
    tape.steps += loops.map { Step(.loopEnd, first: 0, count: $0) }
    return tape.operandPlaces()[0]
  }

  @Test("Slots are apart, the arena and results of loops are one memory")
  func memories() {
    #expect(places(Operand(.state, slot: 0, offset: 0), Operand(.state, slot: 1, offset: 0)) == [0, 1])
    #expect(places(Operand(.state, offset: 0), Operand(.feed, offset: 0), Operand(.constant, offset: 0)) == [0, 1, 2])
    #expect(places(Operand(.state, slot: 3, offset: 64), Operand(.state, slot: 3, offset: 64)) == [0, 0])
    #expect(places(Operand(.arena, offset: 64), Operand(.output, slot: 2, offset: 64)) == [0, 0])
    #expect(places(Operand(.arena, offset: 64), Operand(.arena, offset: 128)) == [0, 1])
  }

  @Test("What moves alike meets at equal offsets only, else where the stretches overlap")
  func loops() {
    let stack = Operand(.arena, offset: 1000, increments: [0, 100, 0, 0])
    let next = Operand(.arena, offset: 1100, increments: [0, 100, 0, 0])
    let back = Operand(.arena, offset: 1900, increments: [0, -100, 0, 0])
    func still(_ offset: Int) -> Operand { Operand(.arena, offset: offset) }
    #expect(places(stack, next, loops: [2, 10]) == [0, 1])
    #expect(places(stack, back, loops: [2, 10]) == [0, 0])
    #expect(places(stack, still(1900), loops: [2, 10]) == [0, 0])
    #expect(places(stack, still(2000), loops: [2, 10]) == [0, 1])
    #expect(places(back, still(1000), loops: [2, 10]) == [0, 0])
    #expect(places(back, still(900), loops: [2, 10]) == [0, 1])
    // The outer loop does not move it, however often it runs.
    #expect(places(stack, still(2000), loops: [1000, 10]) == [0, 1])
  }

  @Test("Two that never meet have one number where a third may meet both")
  func joined() {
    let stack = Operand(.arena, offset: 0, increments: [8, 0, 0, 0])
    #expect(places(Operand(.arena, offset: 8), Operand(.arena, offset: 16), stack, loops: [9]) == [1, 1, 1])
  }

  @Test("A constant is one tile for each width, whatever asks for it")
  func constants() throws {
    var constants = TileConstants()
    defer { constants.deallocate() }
    func program(_ types: tap_dtype...) -> TileProgram {
      var program = TileProgram()
      program.sections = [tap_section(kind: TAP_SETUP.rawValue, begin: 0, end: Int32(types.count + 1))]
      program.instructions = types.map { type in
        var instruction = tap_tile_instr()
        instruction.op = TAP_CONST.rawValue
        instruction.dtype = type.rawValue
        return instruction
      }
      var load = tap_tile_instr()
      load.op = TAP_LOAD.rawValue
      program.instructions.append(load)
      program.immediates = [1]
      return program
    }
    let lists = (constants.list(for: program(TAP_I32, TAP_BOOL, TAP_F64)), constants.list(for: program(TAP_F32)))
    let list = try #require(lists.0)
    let other = try #require(lists.1)
    defer {
      list.deallocate()
      other.deallocate()
    }
    #expect(list[0] == other[0] && list[3] == nil && other[1] == nil)
    let last = Int(TAP_TILE) - 1
    #expect(list[0]?.load(fromByteOffset: 4 * last, as: Int32.self) == 1)
    #expect(list[1]?.load(fromByteOffset: last, as: Bool.self) == true)
    #expect(list[2]?.load(fromByteOffset: 8 * last, as: UInt64.self) == 1)
    let none = constants.list(for: TileProgram())
    #expect(none == nil)
  }
}
