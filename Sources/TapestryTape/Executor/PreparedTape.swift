package import CTapestryKernels
import TapestryCore

/// The tables of a tape in the form the kernels read: allocated once, so that a run allocates nothing.
final class PreparedTape {
  let calls: UnsafeMutablePointer<tap_call>
  let fault: UnsafeMutablePointer<tap_fault>
  /// The most scratch memory an instruction wants on one thread.
  let scratchBytes: Int
  private var owned: [UnsafeMutableRawPointer] = []
  private var constants = TileConstants()

  init(_ tape: Tape, _ addresses: OperandAddresses) {
    calls = .allocate(capacity: Swift.max(tape.instructions.count, 1))
    fault = .allocate(capacity: 1)
    fault.initialize(to: tap_fault())
    let parameters = UnsafeMutablePointer<Int64>.allocate(capacity: Swift.max(tape.parameters.count, 1))
    parameters.initialize(from: tape.parameters, count: tape.parameters.count)
    let regions = UnsafeMutablePointer<tap_region>.allocate(capacity: Swift.max(tape.regions.count, 1))
    let layouts = UnsafeMutableRawPointer.allocate(
      byteCount: Int(TAP_LAYOUT_BYTES) * tape.instructions.count, alignment: 64)
    owned = [UnsafeMutableRawPointer(parameters), UnsafeMutableRawPointer(regions), layouts]
    for (index, region) in tape.regions.enumerated() {
      (regions + index).initialize(to: tap_region())
      owned += region.write(to: regions + index)
      if let list = constants.list(for: region.program) {
        regions[index].constants = UnsafePointer(list)
        owned.append(list)
      }
    }
    let places = tape.operandPlaces()
    var scratch = 64
    for (index, instruction) in tape.instructions.enumerated() {
      var call = tap_call()
      call.region = instruction.region < 0 ? nil : UnsafePointer(regions + Int(instruction.region))
      call.operands = UnsafeRawPointer(addresses.list(of: index))
        .assumingMemoryBound(to: UnsafeMutableRawPointer?.self)
      call.parameters = UnsafePointer(parameters + Int(instruction.firstParameter))
      call.fault = fault
      call.instruction = Int32(index)
      call.dtype = instruction.dtype.rawValue
      call.layout = UnsafeRawPointer(layouts + index * Int(TAP_LAYOUT_BYTES))
      (calls + index).initialize(to: call)
      if case .kernel(let kernel) = instruction.routine {
        if let region = call.region {
          let program = UnsafeMutableRawPointer.allocate(byteCount: tap_program_bytes(region), alignment: 64)
          tap_prepare(region, places[index], program)
          calls[index].program = UnsafeRawPointer(program)
          owned.append(program)
        }
        tap_lay_out(kernel, call.region, call.parameters, layouts + index * Int(TAP_LAYOUT_BYTES))
        scratch = Swift.max(
          scratch, Int(tap_scratch_bytes(kernel, call.region, call.parameters, instruction.dtype.kernelType)))
        let shared = Int(
          tap_shared_bytes(kernel, call.region, call.parameters, instruction.dtype.kernelType))
        if shared > 0 {
          let memory = UnsafeMutableRawPointer.allocate(byteCount: shared, alignment: 64)
          memory.initializeMemory(as: UInt8.self, repeating: 0, count: shared)
          calls[index].shared = memory
          owned.append(memory)
        }
      }
    }
    scratchBytes = (scratch + 127) / 64 * 64
  }

  deinit {
    for pointer in owned { pointer.deallocate() }
    constants.deallocate()
    calls.deallocate()
    fault.deallocate()
  }
}

extension Region {
  /// Calls `body` with the region in the kernels' form.
  package func withKernelForm<Result>(_ body: (UnsafePointer<tap_region>) -> Result) -> Result {
    let form = UnsafeMutablePointer<tap_region>.allocate(capacity: 1)
    form.initialize(to: tap_region())
    let owned = write(to: form)
    defer {
      for pointer in owned { pointer.deallocate() }
      form.deallocate()
    }
    return body(form)
  }

  /// Fills in the kernels' form of the region; returns the memory it allocated.
  fileprivate func write(to target: UnsafeMutablePointer<tap_region>) -> [UnsafeMutableRawPointer] {
    target.pointee.rank = Int32(rank)
    target.pointee.kept = Int32(kept)
    target.pointee.reduced = Int32(reduced)
    target.pointee.operands = Int32(strides.count)
    withUnsafeMutableBytes(of: &target.pointee.extent) { bytes in
      let extent = bytes.bindMemory(to: Int64.self)
      for (axis, value) in extents.enumerated() { extent[axis] = Int64(value) }
    }
    let strides = UnsafeMutablePointer<Int64>.copying(self.strides.flatMap { $0.map(Int64.init) })
    let sections = UnsafeMutablePointer<tap_section>.copying(program.sections)
    let instructions = UnsafeMutablePointer<tap_tile_instr>.copying(program.instructions)
    let immediates = UnsafeMutablePointer<UInt64>.copying(program.immediates)
    target.pointee.strides = UnsafePointer(strides)
    target.pointee.sections = UnsafePointer(sections)
    target.pointee.section_count = Int32(program.sections.count)
    target.pointee.registers = Int32(program.registers)
    target.pointee.register_bytes = Int32(TAP_TILE) * Int32(program.elementBytes)
    target.pointee.instrs = UnsafePointer(instructions)
    target.pointee.immediates = UnsafePointer(immediates)
    return [
      UnsafeMutableRawPointer(strides), UnsafeMutableRawPointer(sections), UnsafeMutableRawPointer(instructions),
      UnsafeMutableRawPointer(immediates),
    ]
  }
}

extension UnsafeMutablePointer {
  /// Memory of its own with the elements of an array.
  static func copying(_ elements: [Pointee]) -> UnsafeMutablePointer {
    let memory = UnsafeMutablePointer.allocate(capacity: Swift.max(elements.count, 1))
    memory.initialize(from: elements, count: elements.count)
    return memory
  }
}
