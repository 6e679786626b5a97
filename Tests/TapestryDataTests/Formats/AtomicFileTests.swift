import Foundation
import TapestryCore
import TapestryData
import Testing

@Suite struct AtomicFileTests {
  @Test func aFileIsReplacedAndNothingElseIsLeft() throws {
    try FormatFixture.withFolder { folder in
      let path = folder + "/a.bin"
      try writeAtomically([1, 2, 3], to: path)
      try writeAtomically([], to: path)
      #expect(try FileBytes(path: path).bytes == [])
      let large = (0..<300_000).map { UInt8(truncatingIfNeeded: $0) }
      try writeAtomically(large, to: path)
      #expect(try FileBytes(path: path).bytes == large)
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["a.bin"])
    }
  }

  @Test func whatCannotBeWrittenIsAnErrorAndLeavesNothing() throws {
    try FormatFixture.withFolder { folder in
      let missing = folder + "/none/a.bin"
      let error = #expect(throws: TapestryError.self) { try writeAtomically([1], to: missing) }
      #expect(error?.message == "'\(missing)' cannot be written")
      #expect(error?.notes.first?.hasPrefix("creating the temporary file: ") == true)
      // A folder stands where the file should: the rename fails, and the temporary file goes.
      let taken = folder + "/taken"
      try FileManager.default.createDirectory(atPath: taken, withIntermediateDirectories: false)
      let refused = #expect(throws: TapestryError.self) { try writeAtomically([1], to: taken) }
      #expect(refused?.notes.first?.hasPrefix("renaming the temporary file: ") == true)
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["taken"])
    }
  }
}
