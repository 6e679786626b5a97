import Foundation
import TapestryCore
import TapestryData
import Testing

/// Failures and kills at every step of an atomic write.
@Suite struct AtomicFailureTests {
  /// More than one call writes at once.
  private static let new = [UInt8](repeating: 7, count: 5 << 19)

  @Test(arguments: AtomicStep.allCases) func aStepThatFailsLeavesTheOldFileAndNothingElse(step: AtomicStep) throws {
    try FormatFixture.withFolder { folder in
      let path = folder + "/a.bin"
      try writeAtomically([1, 2, 3], to: path)
      // The writing fails in its middle, as on a full disk.
      var calls = 0
      let error = #expect(throws: TapestryError.self) {
        try writeAtomically(AtomicFailureTests.new, to: path) { next in
          if next == step { calls += 1 }
          return next == step && calls == (step == .writing ? 2 : 1) ? EIO : nil
        }
      }
      #expect(error?.code == .invalidFile && error?.notes == ["\(step.rawValue): \(String(cString: strerror(EIO)))"])
      let isRenamed = step == .synchronisingFolder
      #expect(try FileBytes(path: path).bytes == (isRenamed ? AtomicFailureTests.new : [1, 2, 3]))
      #expect(
        error?.message == "'\(path)' " + (isRenamed ? "is written but may be lost with the power" : "cannot be written")
      )
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["a.bin"])
    }
  }

  @Test func interruptedCallsAreMadeAgain() throws {
    try FormatFixture.withFolder { folder in
      var interrupted: Set<AtomicStep> = []
      try writeAtomically([1, 2, 3], to: folder + "/a.bin") { interrupted.insert($0).inserted ? EINTR : nil }
      #expect(interrupted.count == AtomicStep.allCases.count)
      #expect(try FileBytes(path: folder + "/a.bin").bytes == [1, 2, 3])
    }
  }

  @Test func aKillAtAnyStepLeavesTheOldFileOrTheNew() async throws {
    let folder = AtomicFailureTests.folder(of: getpid())
    defer { try? FileManager.default.removeItem(atPath: folder) }
    for step in AtomicStep.allCases {
      try? FileManager.default.removeItem(atPath: folder)
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
      try writeAtomically([1, 2, 3], to: folder + "/a.bin")
      try writeAtomically(Array(step.rawValue.utf8), to: folder + "/step")
      await #expect(processExitsWith: .signal(SIGKILL)) { try AtomicFailureTests.writeAndBeKilled() }
      let isRenamed = step == .synchronisingFolder
      #expect(try FileBytes(path: folder + "/a.bin").bytes == (isRenamed ? AtomicFailureTests.new : [1, 2, 3]))
      let parts = try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasSuffix(".part") }
      #expect(parts.count == (step == .creating || isRenamed ? 0 : 1), "\(step)")
      // What was left behind is in nobody's way.
      try writeAtomically([4], to: folder + "/a.bin")
      #expect(try FileBytes(path: folder + "/a.bin").bytes == [4])
    }
  }

  /// In a process of its own: writes the file anew and is killed at the step its parent wrote down.
  private static func writeAndBeKilled() throws {
    let folder = folder(of: getppid())
    let step = AtomicStep(rawValue: String(decoding: try FileBytes(path: folder + "/step").bytes, as: UTF8.self))
    var calls = 0
    try writeAtomically(new, to: folder + "/a.bin") { next in
      if next == step { calls += 1 }
      if next == step, calls == (step == .writing ? 2 : 1) { kill(getpid(), SIGKILL) }
      return nil
    }
  }

  /// A folder that a process and its children know.
  private static func folder(of process: pid_t) -> String {
    FileManager.default.temporaryDirectory.appending(path: "tapestry-kills-\(process)").path
  }
}
