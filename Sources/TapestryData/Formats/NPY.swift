public import TapestryCore

// An npy file is a magic number, the version, the length of a header, the header as a Python dictionary in text, and the
// elements. The header says the element type with its byte order, whether the elements stand column by column
// ("fortran_order"), and the shape. Arrays of Tapestry stand row by row with the lowest byte first, so a file in
// another byte order is turned round and one in column order is transposed; both are read. A header is padded so that
// the elements begin at a multiple of 64 bytes. Source: numpy.lib.format, versions 1.0, 2.0 and 3.0.

/// Reading and writing of npy files, NumPy's format of one array.
///
/// ```swift
/// let weights = try NPY.read(path: "weights.npy")
/// try NPY.write(weights, to: "copy.npy")
/// ```
///
/// Element types: `f4`, `f8`, `i4` and `b1`, in either byte order; any order of axes. `f2` is read as float32, `i8` as
/// int32 where every number fits.
public enum NPY {
  /// Reads the array of a file.
  ///
  /// - Throws: `invalidFile` for a file that cannot be read, is no npy file, is cut off or too long, or holds another
  ///   element type, with file, offset, what was expected and what was found.
  public static func read(path: String) throws(TapestryError) -> NDArray { try read(FileBytes(path: path)) }

  /// Reads the array of a file's bytes.
  ///
  /// - Parameters:
  ///   - bytes: the whole file.
  ///   - source: what errors call it.
  /// - Throws: `invalidFile` as ``read(path:)``.
  public static func read(_ bytes: [UInt8], source: String = "npy data") throws(TapestryError) -> NDArray {
    try read(FileBytes(bytes, name: source))
  }

  /// Writes an array to a file in one step: a stop at any moment leaves the old file or the new one.
  ///
  /// - Throws: `invalidFile` when the file cannot be written.
  public static func write(_ array: NDArray, to path: String) throws(TapestryError) {
    try writeAtomically(bytes(of: array), to: path)
  }

  /// The bytes of a file that holds an array.
  public static func bytes(of array: NDArray) -> [UInt8] {
    let extents = array.shape.extents.map(String.init).joined(separator: ", ")
    let shape = array.shape.rank == 1 ? "(\(extents),)" : "(\(extents))"
    var header = "{'descr': '\(code(of: array.dtype))', 'fortran_order': False, 'shape': \(shape), }"
    header += String(repeating: " ", count: 63 - (10 + header.utf8.count) % 64) + "\n"
    var bytes = magic + [1, 0]
    bytes.append(littleEndian: UInt16(header.utf8.count))
    bytes += Array(header.utf8)
    array.withUnsafeBytes { bytes += $0 }
    return bytes
  }

  static let magic: [UInt8] = [0x93] + Array("NUMPY".utf8)

  static func read(_ file: FileBytes) throws(TapestryError) -> NDArray {
    try file.requireMagic(magic, "the magic number of npy")
    let version = try file.integer(UInt8.self, at: 6, "the version")
    guard (1...3).contains(version) else {
      throw file.fault(at: 6, expected: "version 1, 2 or 3", found: "\(version)")
    }
    let isLong = version > 1
    let length =
      isLong
      ? Int(try file.integer(UInt32.self, at: 8, "the length of the header"))
      : Int(try file.integer(UInt16.self, at: 8, "the length of the header"))
    let start = isLong ? 12 : 10
    try file.require(length, at: start, "the header")
    var scanner = NPYHeaderScanner(file, start..<start + length)
    let header = try scanner.header()
    let (element, bigEndian) = try elementType(header, file)
    let shape = try Shape.claimed(header.shape, in: file, at: header.shapeOffset)
    let (wanted, left) = (element.byteCount(of: shape), file.count - start - length)
    guard wanted == left else {
      throw file.fault(at: start + length, expected: "\(wanted) bytes of \(element)\(shape)", found: "\(left)")
    }
    guard header.isFortranOrder, shape.rank > 1 else {
      return try file.array(element, shape, at: start + length, bigEndian: bigEndian)
    }
    let reversed = Shape(shape.extents.reversed())
    return try file.array(element, reversed, at: start + length, bigEndian: bigEndian)
      .transposed(Array(shape.extents.indices.reversed()))
  }

  private static func elementType(
    _ header: NPYHeaderScanner.Header, _ file: FileBytes
  ) throws(TapestryError) -> (StoredElement, bigEndian: Bool) {
    let order = header.descr.first ?? " "
    let kind = header.descr.dropFirst()
    let same = DType.allCases.first { code(of: $0).dropFirst() == kind }.map(StoredElement.same)
    guard let element = same ?? ["i8": .int64, "f2": .float16][kind], "<>|=".contains(order),
      order != "|" || element.byteCount == 1
    else {
      throw file.fault(
        at: header.descrOffset, expected: "elements of '<f4', '<f8', '<f2', '<i4', '<i8' or '|b1'",
        found: "'\(header.descr)'",
        remedy: "convert the array with `astype` to float32, float64, int32 or bool before saving it")
    }
    return (element, order == ">")
  }

  private static func code(of dtype: DType) -> String {
    switch dtype {
    case .float32: "<f4"
    case .float64: "<f8"
    case .int32: "<i4"
    case .bool: "|b1"
    }
  }
}
