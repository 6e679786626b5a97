import TapestryCore
import TapestryData
import Testing

@Suite struct CIFAR10Tests {
  /// An image whose red is the column, green the row and blue 255.
  private func image(label: UInt8) -> [UInt8] {
    [label] + (0..<1024).map { UInt8($0 % 32) } + (0..<1024).map { UInt8($0 / 32) }
      + [UInt8](repeating: 255, count: 1024)
  }

  @Test func foldersAreReadWithChannelsLast() throws {
    try FormatFixture.withFolder { folder in
      for batch in 1...5 {
        let label = UInt8(batch)
        try writeAtomically(image(label: label) + image(label: 9), to: folder + "/data_batch_\(batch).bin")
      }
      try writeAtomically(image(label: 0), to: folder + "/test_batch.bin")
      let sets = try ImageSets.cifar10(folder: folder)
      #expect(sets.training.labels == NDArray([1, 9, 2, 9, 3, 9, 4, 9, 5, 9] as [Int32]))
      #expect(sets.heldOut.labels == NDArray([0] as [Int32]))
      #expect(sets.heldOut.imageShape == [32, 32, 3])
      let grids = sets.training.grids
      #expect(grids.shape == [10, 32, 32, 3])
      for (row, column) in [(0, 0), (0, 31), (7, 5), (31, 31)] {
        let place = (9 * 1024 + row * 32 + column) * 3
        #expect((0..<3).map { Float(grids.double(at: place + $0)) } == [Float(column) / 255, Float(row) / 255, 1])
      }
    }
  }

  @Test func aMissingFileIsToldWithTheNamesTried() throws {
    try FormatFixture.withFolder { folder in
      let missing = #expect(throws: TapestryError.self) { try ImageSets.cifar10(folder: folder) }
      #expect(missing?.message == "the folder '\(folder)' has no file 'data_batch_1.bin'")
      #expect(
        missing?.notes == [
          "tried: data_batch_1.bin, data_batch_1.bin.gz, cifar-10-batches-bin/data_batch_1.bin, "
            + "cifar-10-batches-bin/data_batch_1.bin.gz"
        ])
    }
  }

  @Test func damagedFilesAreRefusedOrRead() throws {
    func read(_ bytes: [UInt8]) throws -> LabelledImages {
      try LabelledImages(cifar10: [FileBytes(bytes, name: "batch")])
    }
    let whole = image(label: 1)
    Damage.prefixes(whole, read)
    #expect(throws: TapestryError.self) { try read([]) }
    // Every byte of a packed image, of which the label alone can be wrong in itself.
    let packed = try FormatFixture.bytes("cifar.bin.gz")
    #expect(try read(packed).rowCount == 1)
    Damage.prefixes(packed, read)
    Damage.changes(packed, read, accepts: { $0.rowCount == 1 })
    for label: UInt8 in [9, 10, 255] {
      let set = try? read([label] + whole.dropFirst())
      #expect((set == nil) == (label > 9))
    }
  }

  @Test func brokenFilesAreRefused() throws {
    try FormatFixture.withFolder { folder in
      let path = folder + "/batch.bin"
      func message(_ bytes: [UInt8]) throws -> String? {
        try writeAtomically(bytes, to: path)
        return #expect(throws: TapestryError.self) { try LabelledImages(cifar10: [path]) }?.message
      }
      let whole = image(label: 1)
      let empty = try message([])
      #expect(empty == "'\(path)', byte 0: expected images of 3073 bytes each, found an empty file")
      let more = try message(whole + [1, 2])
      #expect(
        more?.hasSuffix("byte 3073: expected images of 3073 bytes each, found 2 bytes after the last whole one") == true
      )
      let less = try message(Array(whole.dropLast()))
      #expect(less?.contains("found 3072 bytes after") == true)
      let label = try message(whole + image(label: 10))
      #expect(label == "'\(path)', byte 3073: expected a label of 0 to 9, found 10")
    }
  }
}
