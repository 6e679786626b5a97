/// The memory of one array: 64-byte aligned, owned, written only while one array refers to it.
///
/// `@unchecked Sendable`: ``NDArray`` writes through it only after it has made itself the only owner.
package final class ArrayStorage: @unchecked Sendable {
  package let base: UnsafeMutableRawPointer
  package let byteCount: Int

  /// Zeroed memory for that many bytes.
  package init(byteCount: Int) {
    self.byteCount = byteCount
    base = .allocate(byteCount: Swift.max(byteCount, 64), alignment: 64)
    base.initializeMemory(as: UInt8.self, repeating: 0, count: Swift.max(byteCount, 64))
  }

  package init(copying other: ArrayStorage) {
    byteCount = other.byteCount
    base = .allocate(byteCount: Swift.max(byteCount, 64), alignment: 64)
    base.copyMemory(from: other.base, byteCount: Swift.max(byteCount, 64))
  }

  deinit { base.deallocate() }
}
