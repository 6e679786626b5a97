public import TapestryCompiler
public import TapestryCore
import TapestryData

extension ModelState {
  /// Reads a state from a file: `.safetensors` or `.npz`, each tensor's name its path.
  ///
  /// ```swift
  /// let state = try ModelState(contentsOf: "model.safetensors")
  /// ```
  ///
  /// - Throws: `invalidFile` for another extension, a file that cannot be read or is broken, with file, offset, what was
  ///   expected and what was found.
  public init(contentsOf path: String) throws(TapestryError) {
    switch try StateFileKind(path) {
    case .safetensors: self = Checkpoint.states(in: try Safetensors(path: path).tensors).state
    case .npz: self.init(try NPZ.read(path: path))
    }
  }

  /// Writes the state to a file: `.safetensors` or `.npz`, each path a tensor's name.
  ///
  /// A stop at any moment leaves the old file or the new one: a temporary file in the same folder is written, pushed to
  /// the disk and renamed.
  ///
  /// - Throws: `invalidFile` for another extension, or when the file cannot be written.
  public func write(to path: String) throws(TapestryError) {
    switch try StateFileKind(path) {
    case .safetensors: try Safetensors(arrays).write(to: path)
    case .npz: try NPZ.write(arrays, to: path)
    }
  }

  /// The values by path.
  var arrays: [String: NDArray] {
    var arrays: [String: NDArray] = [:]
    for path in paths { arrays[path] = self[path] }
    return arrays
  }
}

/// The formats a state is kept in, by the extension of the file.
private enum StateFileKind: String, CaseIterable {
  case safetensors
  case npz

  init(_ path: String) throws(TapestryError) {
    let name = path.split(separator: "/").last ?? ""
    let parts = name.split(separator: ".", omittingEmptySubsequences: false)
    let ending = parts.count > 1 ? (parts.last ?? "").lowercased() : ""
    guard !["pt", "pth", "bin", "pkl"].contains(ending) else {
      throw TapestryError(
        .invalidFile, "'\(path)' is no state file but one of `torch.save`, which holds Python code",
        remedy: NPZ.remedyForTorchFiles)
    }
    guard let kind = StateFileKind(rawValue: ending) else {
      let near = nearest(to: ending, in: StateFileKind.allCases.map(\.rawValue)).map { "; did you mean '.\($0)'?" }
      throw TapestryError(
        .invalidFile, "'\(path)' has no extension of a state file",
        remedy: "call it '.safetensors' or '.npz'" + (near ?? ""))
    }
    self = kind
  }
}
