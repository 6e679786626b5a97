import CTapestryKernels
import Testing

/// The tables this machine can run.
let levels: [tap_level] = [TAP_BASELINE, TAP_AVX2, TAP_AVX512].filter { tap_table_of($0) != nil }

/// An operand of a region: where element 0 is, and the strides of the region's axes.
struct Operand {
  var buffer: GuardedBuffer
  var strides: [Int]
  var offset = 0
  var width: Int

  init<E: Element>(_ buffer: GuardedBuffer, _ type: E.Type, strides: [Int], offset: Int = 0) {
    self.buffer = buffer
    self.strides = strides
    self.offset = offset
    width = MemoryLayout<E>.stride
  }

  /// An operand whose elements lie in row-major order of the extents.
  init<E: Element>(_ buffer: GuardedBuffer, _ type: E.Type, rowMajor extent: [Int]) {
    self.init(buffer, type, strides: rowMajorStrides(extent))
  }

  var address: UnsafeMutableRawPointer { buffer.address + offset * width }
}

func rowMajorStrides(_ extent: [Int]) -> [Int] {
  var strides = [Int](repeating: 1, count: extent.count)
  for axis in extent.indices.dropLast().reversed() { strides[axis] = strides[axis + 1] * extent[axis + 1] }
  return strides
}

/// A tile program being written.
struct Program {
  var sections: [(kind: tap_section_kind, instructions: [tap_tile_instr])] = []
  var immediates: [UInt64] = []
  var registers = 8

  init(_ instructions: tap_tile_instr...) { sections = [(TAP_LOOP, instructions)] }
  init(setup: [tap_tile_instr], _ instructions: [tap_tile_instr], immediates: [UInt64]) {
    sections = [(TAP_SETUP, setup), (TAP_LOOP, instructions)]
    self.immediates = immediates
  }
  init(sections: [(kind: tap_section_kind, instructions: [tap_tile_instr])], immediates: [UInt64] = []) {
    self.sections = sections
    self.immediates = immediates
  }
}

/// One instruction of a tile program. `kept` marks a result of kept class, `to` the type of a result unlike the operands.
func tile(
  _ op: tap_tile_op, _ dtype: tap_dtype, _ dst: Int = 0, _ a: Int = 0, _ b: Int = 0, _ c: Int = 0, imm: Int = 0,
  to: tap_dtype? = nil, kept: Bool = false
) -> tap_tile_instr {
  tap_tile_instr(
    op: op.rawValue, dtype: dtype.rawValue, to: (to ?? dtype).rawValue, cls: (kept ? TAP_KEPT : TAP_FULL).rawValue,
    link: 0, dst: UInt16(dst), a: UInt16(a), b: UInt16(b), c: UInt16(c), imm: UInt16(imm))
}

/// How the units of a run are split among calls.
enum Split: CaseIterable {
  case whole
  /// One unit a call, from the last to the first, each with fresh scratch.
  case backwards
  /// Pieces of 1, 2, 3, 1, 2, 3... units.
  case pieces
}

/// Runs a kernel and checks that nothing outside its memory was written.
@discardableResult
func run(
  _ kernel: tap_kernel, level: tap_level, extent: [Int] = [], kept: Int? = nil, reduced: Int = 0,
  program: Program? = nil, operands: [Operand] = [], own: [UnsafeMutableRawPointer] = [], parameters: [Int] = [],
  dtype: tap_dtype = TAP_F32, split: Split = .whole, sourceLocation: SourceLocation = #_sourceLocation
) throws -> tap_fault {
  let table = try #require(tap_table_of(level))
  var instructions: [tap_tile_instr] = []
  var sections: [tap_section] = []
  for section in program?.sections ?? [] {
    let begin = Int32(instructions.count)
    instructions += section.instructions
    sections.append(tap_section(kind: section.kind.rawValue, begin: begin, end: Int32(instructions.count)))
  }
  let strides = operands.flatMap { $0.strides.map(Int64.init) }
  let addresses: [UnsafeMutableRawPointer?] = operands.map(\.address) + own
  let values = parameters.map(Int64.init)
  let immediates = program?.immediates ?? []
  // Operands that begin at the same address are at the same place.
  let places = operands.map { operand in Int32(addresses.firstIndex(of: operand.address)!) }
  let tiles = instructions.map { instruction -> GuardedBuffer? in
    guard instruction.op == TAP_CONST.rawValue, instruction.cls == TAP_FULL.rawValue else { return nil }
    return constantTile(immediates[Int(instruction.imm)], tap_dtype(rawValue: instruction.dtype))
  }
  let constants = UnsafeMutablePointer<UnsafeRawPointer?>.allocate(capacity: tiles.count)
  for (place, tile) in tiles.enumerated() { (constants + place).initialize(to: UnsafeRawPointer(tile?.address)) }
  defer { constants.deallocate() }
  var fault = tap_fault()
  strides.withUnsafeBufferPointer { strides in
    instructions.withUnsafeBufferPointer { instructions in
      sections.withUnsafeBufferPointer { sections in
        immediates.withUnsafeBufferPointer { immediates in
          addresses.withUnsafeBufferPointer { addresses in
            values.withUnsafeBufferPointer { values in
              var region = tap_region()
              region.rank = Int32(extent.count)
              region.kept = Int32(kept ?? extent.count)
              region.reduced = Int32(reduced)
              region.operands = Int32(operands.count)
              withUnsafeMutableBytes(of: &region.extent) { bytes in
                for (axis, n) in extent.enumerated() { bytes.bindMemory(to: Int64.self)[axis] = Int64(n) }
              }
              region.strides = strides.baseAddress
              region.sections = sections.baseAddress
              region.section_count = Int32(sections.count)
              region.registers = Int32(program?.registers ?? 0)
              region.register_bytes = Int32(TAP_TILE) * 8
              region.instrs = instructions.baseAddress
              region.immediates = immediates.baseAddress
              region.constants = UnsafePointer(constants)
              withUnsafePointer(to: region) { region in
                let scratch = { GuardedBuffer(scratch: tap_scratch_bytes(kernel, region, values.baseAddress, dtype)) }
                let sharedBytes = tap_shared_bytes(kernel, region, values.baseAddress, dtype)
                let shared = GuardedBuffer(scratch: sharedBytes)
                shared.address.initializeMemory(as: UInt8.self, repeating: 0, count: sharedBytes)
                let layout = GuardedBuffer(scratch: Int(TAP_LAYOUT_BYTES))
                tap_lay_out(kernel, region, values.baseAddress, layout.address)
                let prepared = GuardedBuffer(scratch: program == nil ? 0 : tap_program_bytes(region))
                if program != nil { tap_prepare(region, places, prepared.address) }
                let units = tap_units(kernel, region, values.baseAddress, dtype)
                withUnsafeMutablePointer(to: &fault) { fault in
                  for (begin, end) in split.pieces(of: units) {
                    let memory = scratch()
                    var call = tap_call()
                    call.region = program == nil ? nil : region
                    call.operands = addresses.baseAddress
                    call.parameters = values.baseAddress
                    call.layout = UnsafeRawPointer(layout.address)
                    call.program = UnsafeRawPointer(prepared.address)
                    call.fault = fault
                    call.scratch = memory.address
                    call.shared = shared.address
                    call.instruction = 77
                    call.dtype = dtype.rawValue
                    tap_run(table, kernel, &call, begin, end)
                    #expect(memory.guardsAreIntact, "scratch overrun", sourceLocation: sourceLocation)
                  }
                  #expect(shared.guardsAreIntact, "shared memory overrun", sourceLocation: sourceLocation)
                  #expect(layout.guardsAreIntact, "layout overrun", sourceLocation: sourceLocation)
                  #expect(prepared.guardsAreIntact, "program overrun", sourceLocation: sourceLocation)
                }
              }
            }
          }
        }
      }
    }
  }
  for operand in operands {
    #expect(operand.buffer.guardsAreIntact, "memory beside an operand was written", sourceLocation: sourceLocation)
  }
  return fault
}

/// A tile of a constant, by its bits.
private func constantTile(_ bits: UInt64, _ dtype: tap_dtype) -> GuardedBuffer {
  let count = Int(TAP_TILE)
  return switch dtype {
  case TAP_F64: GuardedBuffer([Double](repeating: Double(bitPattern: bits), count: count))
  case TAP_BOOL: GuardedBuffer([UInt8](repeating: UInt8(truncatingIfNeeded: bits), count: count))
  default: GuardedBuffer([Int32](repeating: Int32(truncatingIfNeeded: bits), count: count))
  }
}

extension Split {
  func pieces(of units: Int64) -> [(Int64, Int64)] {
    switch self {
    case .whole: [(0, units)]
    case .backwards: (0..<units).reversed().map { ($0, $0 + 1) }
    case .pieces:
      sequence(first: (0, min(1, units))) { last in
        last.1 == units ? nil : (last.1, min(units, last.1 + last.0 % 3 + 1))
      }.map { $0 }
    }
  }
}
