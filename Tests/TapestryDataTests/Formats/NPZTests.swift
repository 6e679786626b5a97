import TapestryCore
import TapestryData
import Testing

@Suite struct NPZTests {
  @Test func filesOfNumPyAreRead() throws {
    var arrays = try FormatFixture.arrays()
    #expect(try NPZ.read(path: FormatFixture.path("stored.npz")) == arrays)
    arrays["ramp"] = NDArray((0..<3000).map { Int32($0 % 97) })
    #expect(try NPZ.read(path: FormatFixture.path("deflated.npz")) == arrays)
  }

  @Test func whatIsWrittenIsReadBack() throws {
    try FormatFixture.withFolder { folder in
      let arrays = try FormatFixture.arrays()
      let path = folder + "/a.npz"
      try NPZ.write(arrays, to: path)
      #expect(try NPZ.read(path: path) == arrays)
      try NPZ.write([:], to: path)
      #expect(try NPZ.read(path: path) == [:])
    }
  }

  /// `check` of Tests/Scripts/format_files.py read this very file with NumPy.
  @Test func filesAreWrittenAsTheOneNumPyRead() throws {
    #expect(try NPZ.bytes(of: FormatFixture.arrays()) == FormatFixture.bytes("written.npz"))
  }

  @Test func damagedFilesAreRefusedOrReadTheSame() throws {
    for name in ["stored.npz", "deflated.npz", "written.npz"] {
      let bytes = try FormatFixture.bytes(name)
      let arrays = try NPZ.read(bytes)
      Damage.prefixes(bytes) { try NPZ.read($0) }
      Damage.changes(bytes, ways: 1, { try NPZ.read($0) }, accepts: { $0 == arrays })
    }
  }

  @Test func dataSharedByTwoEntriesIsRefused() throws {
    // Two entries of the directory that show the same data: the classical bomb without recursion.
    let array = NPY.bytes(of: NDArray(Float(1)))
    let bytes = try NPZ.bytes(of: ["a": NDArray(Float(1)), "b": NDArray(Float(1))])
    var second = bytes
    let directory = 2 * (30 + 5 + array.count)
    // The second entry's offset becomes the first's; its name must follow, or the header's name gives it away.
    second[directory + 51 + 42] = 0
    second[directory + 51 + 43] = 0
    let renamed = #expect(throws: TapestryError.self) { try NPZ.read(second) }
    #expect(renamed?.message.contains("expected the name 'b.npy' of the directory") == true)
    second[directory + 51 + 46] = UInt8(ascii: "a")
    let twice = #expect(throws: TapestryError.self) { try NPZ.read(second) }
    #expect(twice?.message.contains("expected each name once, found 'a.npy' again") == true)
  }

  @Test func impossibleSizesAreRefusedBeforeUnpacking() throws {
    var bytes = try FormatFixture.bytes("deflated.npz")
    let size = try #require(bytes.indices.first { bytes[$0...].starts(with: [0x50, 0x4B, 1, 2]) }) + 24
    bytes.replaceSubrange(size..<size + 4, with: [0, 0, 0, 0xF0])
    let error = #expect(throws: TapestryError.self) { try NPZ.read(bytes, source: "a.npz") }
    #expect(error?.message.hasPrefix("'a.npz', byte \(size): expected a size that ") == true)
  }
}
