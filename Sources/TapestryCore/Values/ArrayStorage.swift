import CTapestryKernels

/// The memory of one array: 64-byte aligned, owned, written only while one array refers to it.
///
/// `@unchecked Sendable`: ``NDArray`` writes through it only after it has made itself the only owner.
package final class ArrayStorage: @unchecked Sendable {
  package let base: UnsafeMutableRawPointer
  package let byteCount: Int

  /// Zeroed memory for that many bytes.
  package init(byteCount: Int) {
    self.byteCount = byteCount
    base = UnsafeMutableRawPointer.allocateZeroed(byteCount: byteCount)
  }

  package convenience init(copying other: ArrayStorage) {
    self.init(byteCount: other.byteCount)
    base.copyMemory(from: other.base, byteCount: byteCount)
  }

  deinit { base.deallocateZeroed() }
}

extension UnsafeMutableRawPointer {
  /// Zeroed memory, 64-byte aligned, of at least 64 bytes; it ends the process when there is none.
  package static func allocateZeroed(byteCount: Int) -> UnsafeMutableRawPointer {
    guard let memory = tap_allocate_zeroed(Swift.max(byteCount, 64)) else {
      fatalError("no memory for \(byteCount) bytes")
    }
    return memory
  }

  /// Gives zeroed memory back.
  package func deallocateZeroed() { tap_free_zeroed(self) }
}
