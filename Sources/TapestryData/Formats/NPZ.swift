public import TapestryCore

/// Reading and writing of npz files, NumPy's format of named arrays: a zip file with an npy file for each.
///
/// ```swift
/// try NPZ.write(["weights": weights, "bias": bias], to: "layer.npz")
/// let arrays = try NPZ.read(path: "layer.npz")           // as `numpy.load("layer.npz")`
/// ```
///
/// Files of `numpy.savez` and `numpy.savez_compressed` up to 4 GiB are read; files are written uncompressed, the arrays
/// in the order of their names.
public enum NPZ {
  /// Reads the arrays of a file, by name.
  ///
  /// - Throws: `invalidFile` for a file that cannot be read, is no npz file, is cut off or damaged, or holds an array
  ///   ``NPY`` does not read, with file, offset, what was expected and what was found.
  public static func read(path: String) throws(TapestryError) -> [String: NDArray] { try read(FileBytes(path: path)) }

  /// Reads the arrays of a file's bytes, by name.
  ///
  /// - Parameters:
  ///   - bytes: the whole file.
  ///   - source: what errors call it.
  /// - Throws: `invalidFile` as ``read(path:)``.
  public static func read(
    _ bytes: [UInt8], source: String = "npz data"
  ) throws(TapestryError) -> [String: NDArray] {
    try read(FileBytes(bytes, name: source))
  }

  /// Writes arrays to a file in one step: a stop at any moment leaves the old file or the new one.
  ///
  /// - Throws: `invalidFile` when the file cannot be written or would pass 4 GiB.
  public static func write(_ arrays: [String: NDArray], to path: String) throws(TapestryError) {
    try writeAtomically(bytes(of: arrays), to: path)
  }

  /// The bytes of a file that holds arrays by name.
  ///
  /// - Throws: `invalidFile` when they would pass 4 GiB.
  public static func bytes(of arrays: [String: NDArray]) throws(TapestryError) -> [UInt8] {
    let sorted = arrays.sorted { $0.key < $1.key }
    return try ZipArchive.bytes(sorted.map { ($0.key + suffix, NPY.bytes(of: $0.value)) })
  }

  private static let suffix = ".npy"

  /// What to do with a file of `torch.save`, a zip file of pickled Python objects.
  package static let remedyForTorchFiles =
    "write it in PyTorch with `safetensors.torch.save_file(model.state_dict(), \"model.safetensors\")`"

  private static func read(_ file: FileBytes) throws(TapestryError) -> [String: NDArray] {
    if holdsPickle(file) {
      throw file.fault(
        at: 30, expected: "arrays of NumPy", found: "a file of `torch.save`", remedy: remedyForTorchFiles)
    }
    var arrays: [String: NDArray] = [:]
    for (name, bytes) in try ZipArchive.contents(of: file) {
      guard name.hasSuffix(suffix) else {
        throw TapestryError(
          .invalidFile, "'\(file.name)': expected entries that end in '.npy', found '\(name)'",
          remedy: "write the file with `numpy.savez`")
      }
      arrays[String(name.dropLast(suffix.count))] = try NPY.read(
        FileBytes(bytes, name: "\(file.name)/\(name)"))
    }
    return arrays
  }

  /// Whether the first entry of a zip file, whose name stands at byte 30, is what `torch.save` writes first.
  private static func holdsPickle(_ file: FileBytes) -> Bool {
    guard file.count > 30, file.bytes.starts(with: ZipArchive.signature(3, 4)) else { return false }
    let length = Int(file.bytes[26])
    return String(decoding: file.bytes.dropFirst(30).prefix(length), as: UTF8.self).hasSuffix("/data.pkl")
  }
}
