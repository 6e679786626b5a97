import CTapestryKernels

/// Memory between two stretches of guard bytes that nothing may touch.
final class GuardedBuffer {
  private static let margin = 128
  private let memory: UnsafeMutableRawBufferPointer
  private let used: Int

  init<E: Element>(_ values: [E]) {
    used = values.count * MemoryLayout<E>.stride
    memory = .allocate(byteCount: used + 2 * Self.margin, alignment: 64)
    memory.initializeMemory(as: UInt8.self, repeating: 0xA5)
    values.withUnsafeBytes { UnsafeMutableRawBufferPointer(rebasing: memory[Self.margin...]).copyMemory(from: $0) }
  }

  /// Memory for scratch, filled with the bits of NaN.
  init(scratch bytes: Int) {
    used = bytes
    memory = .allocate(byteCount: used + 2 * Self.margin, alignment: 64)
    memory.initializeMemory(as: UInt8.self, repeating: 0xFF)
    for stretch in guards { stretch.initializeMemory(as: UInt8.self, repeating: 0xA5) }
  }

  deinit { memory.deallocate() }

  private var guards: [UnsafeMutableRawBufferPointer] {
    [memory[..<Self.margin], memory[(Self.margin + used)...]].map { UnsafeMutableRawBufferPointer(rebasing: $0) }
  }

  var address: UnsafeMutableRawPointer { memory.baseAddress! + Self.margin }

  var guardsAreIntact: Bool { guards.allSatisfy { $0.allSatisfy { $0 == 0xA5 } } }

  func values<E: Element>(as type: E.Type = E.self) -> [E] {
    let count = used / MemoryLayout<E>.stride
    return Array(unsafeUninitializedCapacity: count) { values, initialized in
      UnsafeMutableRawBufferPointer(values).copyMemory(
        from: UnsafeRawBufferPointer(rebasing: memory[Self.margin..<Self.margin + used]))
      initialized = count
    }
  }
}

func intact(_ buffers: [GuardedBuffer]) -> Bool { buffers.allSatisfy { $0.guardsAreIntact } }
