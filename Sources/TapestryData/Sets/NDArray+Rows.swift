package import TapestryCore

extension NDArray {
  /// The extent of the first axis; 0 for a scalar, which has no rows.
  package var rowCount: Int { shape.extents.first ?? 0 }

  /// An array of the rows at these places along the first axis. Each place must exist.
  package func selecting(rows: [Int]) -> NDArray {
    var result = NDArray(zeros: Shape([rows.count] + shape.extents.dropFirst()), dtype)
    let rowBytes = rowCount == 0 ? 0 : type.byteCount / rowCount
    withUnsafeBytes { source in
      result.withUnsafeMutableBytes { target in
        for (place, row) in rows.enumerated() {
          precondition(row >= 0 && row < rowCount, "row \(row) outside an array of \(rowCount) rows")
          let bytes = UnsafeRawBufferPointer(rebasing: source[(row * rowBytes)..<((row + 1) * rowBytes)])
          UnsafeMutableRawBufferPointer(rebasing: target[(place * rowBytes)...]).copyMemory(from: bytes)
        }
      }
    }
    return result
  }
}
