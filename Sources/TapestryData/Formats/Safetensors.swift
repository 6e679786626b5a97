public import TapestryCore

// A safetensors file is the length of a header in eight bytes, the header in JSON, and the elements of all tensors. The
// header gives for each tensor its element type, shape and range of bytes after the header; `__metadata__` is a map of
// texts. The ranges must follow each other from the first byte to the last without gap or overlap, and each be as long
// as type and shape say. Written files have the tensors in the order Python's library gives them: by type, the widest
// first, then by name; the header is padded with blanks so that the elements begin at a multiple of eight.

/// The named arrays of a safetensors file, and its metadata.
///
/// ```swift
/// let file = try Safetensors(path: "model.safetensors")
/// let weight = file.tensors["layer/weight"]
/// try Safetensors(["layer/weight": other], metadata: ["made by": "me"]).write(to: "other.safetensors")
/// ```
///
/// Element types: F32, F64, I32 and BOOL. F16 and BF16 are read as float32, I64 as int32 where
/// every number fits.
public struct Safetensors: Sendable, Hashable {
  /// The arrays by name.
  public var tensors: [String: NDArray]
  /// Texts by name that the file carries.
  public var metadata: [String: String]

  /// What a file is to hold.
  public init(_ tensors: [String: NDArray], metadata: [String: String] = [:]) {
    self.tensors = tensors
    self.metadata = metadata
  }

  /// Reads a file.
  ///
  /// - Throws: `invalidFile` for a file that cannot be read, whose header is not what the format asks for, is cut off
  ///   or too long, or holds another element type, with file, offset, what was expected and what was found.
  public init(path: String) throws(TapestryError) { try self.init(FileBytes(path: path)) }

  /// Reads a file's bytes.
  ///
  /// - Parameters:
  ///   - bytes: the whole file.
  ///   - source: what errors call it.
  /// - Throws: `invalidFile` as ``init(path:)``.
  public init(_ bytes: [UInt8], source: String = "safetensors data") throws(TapestryError) {
    try self.init(FileBytes(bytes, name: source))
  }

  /// Writes the file in one step: a stop at any moment leaves the old file or the new one.
  ///
  /// - Throws: `invalidFile` when it cannot be written, or a tensor is called `__metadata__`.
  public func write(to path: String) throws(TapestryError) { try writeAtomically(bytes(), to: path) }

  /// The bytes of the file.
  ///
  /// - Throws: `invalidFile` when a tensor is called `__metadata__`.
  public func bytes() throws(TapestryError) -> [UInt8] {
    guard tensors[Safetensors.metadataKey] == nil else {
      throw TapestryError(
        .invalidFile, "a tensor of a safetensors file cannot be called '\(Safetensors.metadataKey)'",
        remedy: "call it otherwise")
    }
    var items: [String] = []
    if !metadata.isEmpty {
      let texts = metadata.sorted { $0.key < $1.key }.map { jsonString($0.key) + ":" + jsonString($0.value) }
      items.append("\"\(Safetensors.metadataKey)\":{\(texts.joined(separator: ","))}")
    }
    let order: [DType] = [.float64, .float32, .int32, .bool]
    let sorted = order.flatMap { dtype in
      tensors.filter { $0.value.dtype == dtype }.sorted { $0.key < $1.key }
    }
    var offset = 0
    for (name, array) in sorted {
      let end = offset + array.type.byteCount
      let extents = array.shape.extents.map(String.init).joined(separator: ",")
      items.append(
        "\(jsonString(name)):{\"dtype\":\"\(Safetensors.code(of: array.dtype))\",\"shape\":[\(extents)],"
          + "\"data_offsets\":[\(offset),\(end)]}")
      offset = end
    }
    var header = "{" + items.joined(separator: ",") + "}"
    header += String(repeating: " ", count: (8 - header.utf8.count % 8) % 8)
    var bytes: [UInt8] = []
    bytes.reserveCapacity(8 + header.utf8.count + offset)
    bytes.append(littleEndian: UInt64(header.utf8.count))
    bytes += Array(header.utf8)
    for (_, array) in sorted { array.withUnsafeBytes { bytes += $0 } }
    return bytes
  }

  static let metadataKey = "__metadata__"

  static func code(of dtype: DType) -> String {
    switch dtype {
    case .float32: "F32"
    case .float64: "F64"
    case .int32: "I32"
    case .bool: "BOOL"
    }
  }
}
