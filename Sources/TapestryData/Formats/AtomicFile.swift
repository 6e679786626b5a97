import Foundation
package import TapestryCore

/// Writing a file so that a stop at any moment leaves the old file or the new one, never a part.
///
/// The bytes go to a temporary file in the same folder (a rename is atomic only within one file system), are pushed to
/// the disk with `fsync`, and the file then takes the name with `rename`. The folder is synchronised last, so that the
/// new name survives a loss of power too. When a step fails, the temporary file is removed.
package func writeAtomically(_ bytes: [UInt8], to path: String) throws(TapestryError) {
  let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
  let temporary = path + ".\(UUID().uuidString).part"
  let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL, 0o644)
  guard descriptor >= 0 else { throw unwritable(path, "creating the temporary file") }
  if let step = fill(descriptor, with: bytes) {
    let error = unwritable(path, step)
    close(descriptor)
    unlink(temporary)
    throw error
  }
  guard close(descriptor) == 0, rename(temporary, path) == 0 else {
    let error = unwritable(path, "renaming the temporary file")
    unlink(temporary)
    throw error
  }
  let opened = open(folder, O_RDONLY)
  if opened >= 0 {
    _ = fsync(opened)
    close(opened)
  }
}

/// Writes and synchronises; the step that failed, if one did.
private func fill(_ descriptor: Int32, with bytes: [UInt8]) -> String? {
  bytes.withUnsafeBytes { buffer in
    var written = 0
    while written < buffer.count {
      let count = write(descriptor, buffer.baseAddress.map { $0 + written }, buffer.count - written)
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return "writing" }
      written += count
    }
    return fsync(descriptor) == 0 ? nil : "synchronising"
  }
}

/// The error for a file that cannot be written, with the system's own words for the last failure.
private func unwritable(_ path: String, _ step: String) -> TapestryError {
  TapestryError(
    .invalidFile, "'\(path)' cannot be written", remedy: "check that its folder is there, may be written and has room",
    notes: ["\(step): \(String(cString: strerror(errno)))"])
}
