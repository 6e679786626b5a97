import Foundation
package import TapestryCore

// A file is replaced so that a stop at any moment leaves the old file or the new one, never a part. The bytes go to a
// temporary file in the same folder (a rename is atomic only within one file system), are pushed to the disk, and the
// file then takes the name with `rename`. The folder is synchronised last, so that the new name survives a loss of power
// too. When a step fails before the rename the temporary file is removed, and the error says which step it was; a
// process that is killed leaves it behind, under a name that ends in `.part`. Calls a signal interrupts are made again.

/// The steps of an atomic write, in order; what they are called in messages.
package enum AtomicStep: String, CaseIterable, Sendable {
  case creating = "creating the temporary file"
  case writing
  case synchronising
  case closing
  case renaming = "renaming the temporary file"
  case synchronisingFolder = "synchronising the folder"
}

/// Writes a file so that a stop at any moment leaves the old file or the new one, never a part.
///
/// - Parameter fault: asked before each call to the system; a code makes the call fail with it, unmade. For tests.
/// - Throws: `invalidFile` with the step that failed and the system's words for it. The file is then as it was, except
///   after the last step: the new file has its name, but a loss of power might undo that.
package func writeAtomically(
  _ bytes: [UInt8], to path: String, failing fault: (AtomicStep) -> Int32? = { _ in nil }
) throws(TapestryError) {
  func attempt(_ step: AtomicStep, _ call: () -> Int) throws(TapestryError) -> Int {
    while true {
      let code = fault(step)
      let result = code == nil ? call() : -1
      if result >= 0 { return result }
      let failure = code ?? errno
      // An interrupted `close` has closed.
      if failure == EINTR, step == .closing { return 0 }
      if failure != EINTR { throw unwritable(path, step, failure) }
    }
  }
  let temporary = path + ".\(UUID().uuidString).part"
  let descriptor = Int32(
    try attempt(.creating) { Int(open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)) })
  do throws(TapestryError) {
    do throws(TapestryError) {
      var written = 0
      while written < bytes.count {
        written += try attempt(.writing) { write(bytes, from: written, to: descriptor) }
      }
      _ = try attempt(.synchronising) { Int(fsync(descriptor)) }
    } catch {
      close(descriptor)
      throw error
    }
    _ = try attempt(.closing) { Int(close(descriptor)) }
    _ = try attempt(.renaming) { Int(rename(temporary, path)) }
  } catch {
    unlink(temporary)
    throw error
  }
  let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
  _ = try attempt(.synchronisingFolder) { synchronised(folder: folder) }
}

/// Writes the next part of the bytes, at most a mebibyte; how many bytes it was, or -1.
private func write(_ bytes: [UInt8], from start: Int, to descriptor: Int32) -> Int {
  bytes.withUnsafeBytes { buffer in
    let part = buffer[start...].prefix(1 << 20)
    let count = write(descriptor, UnsafeRawBufferPointer(rebasing: part).baseAddress, part.count)
    // A device that takes nothing would be asked for ever.
    if count == 0 { errno = ENOSPC }
    return count == 0 ? -1 : count
  }
}

/// Pushes the names in a folder to the disk; -1 where that failed, 0 also where the file system has no such thing.
private func synchronised(folder: String) -> Int {
  let descriptor = open(folder, O_RDONLY | O_CLOEXEC)
  // A folder may be written without being readable.
  guard descriptor >= 0 else { return 0 }
  defer { close(descriptor) }
  return fsync(descriptor) == 0 || errno == EINVAL ? 0 : -1
}

/// The error for a file that cannot be written.
private func unwritable(_ path: String, _ step: AtomicStep, _ code: Int32) -> TapestryError {
  let isWritten = step == .synchronisingFolder
  return TapestryError(
    .invalidFile, isWritten ? "'\(path)' is written but may be lost with the power" : "'\(path)' cannot be written",
    remedy: isWritten ? "write it again" : "check that its folder is there, may be written and has room",
    notes: ["\(step.rawValue): \(String(cString: strerror(code)))"])
}
