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
    for (i, value) in values.enumerated() {
      memory.storeBytes(of: value, toByteOffset: Self.margin + i * MemoryLayout<E>.stride, as: E.self)
    }
  }

  /// Memory for scratch, filled with the bits of NaN.
  init(scratch bytes: Int) {
    used = bytes
    memory = .allocate(byteCount: used + 2 * Self.margin, alignment: 64)
    memory.initializeMemory(as: UInt8.self, repeating: 0xFF)
    for i in guardPlaces { memory[i] = 0xA5 }
  }

  deinit { memory.deallocate() }

  private var guardPlaces: [Int] { Array(0..<Self.margin) + Array(Self.margin + used..<used + 2 * Self.margin) }

  var address: UnsafeMutableRawPointer { memory.baseAddress! + Self.margin }

  var guardsAreIntact: Bool { guardPlaces.allSatisfy { memory[$0] == 0xA5 } }

  func values<E: Element>(as type: E.Type = E.self) -> [E] {
    stride(from: 0, to: used, by: MemoryLayout<E>.stride).map {
      memory.loadUnaligned(fromByteOffset: Self.margin + $0, as: E.self)
    }
  }
}
