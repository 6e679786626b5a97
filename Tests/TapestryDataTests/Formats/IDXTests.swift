import Foundation
import TapestryCore
import TapestryData
import Testing

@Suite struct IDXTests {
  private let pixels: [UInt8] = [0, 51, 102, 153, 204, 255, 1, 2, 3, 4, 5, 6]

  @Test func filesAreRead() throws {
    let images = try NDArray(pixels.map(Int32.init), shape: [3, 2, 2])
    #expect(try IDX.read(path: FormatFixture.path("images.idx")) == images)
    #expect(try IDX.read(path: FormatFixture.path("images.idx.gz")) == images)
    #expect(try IDX.read(path: FormatFixture.path("labels.idx")) == NDArray([7, 0, 9] as [Int32]))
    #expect(try IDX.read(path: FormatFixture.path("doubles.idx")) == NDArray([1.5, -2]))
    #expect(try IDX.read(path: FormatFixture.path("shorts.idx")) == NDArray([300, -300] as [Int32]))
    #expect(try IDX.read([0, 0, 9, 1, 0, 0, 0, 2, 1, 255]) == NDArray([1, -1] as [Int32]))
    #expect(try IDX.read([0, 0, 0x0D, 1, 0, 0, 0, 1, 0xC0, 0, 0, 0]) == NDArray([-2] as [Float]))
    #expect(try IDX.read([0, 0, 0x0C, 0, 255, 255, 255, 254]) == NDArray(Int32(-2)))
  }

  @Test func imagesGoWithTheirLabels() throws {
    for name in ["images.idx", "images.idx.gz"] {
      let set = try LabelledImages(idxImages: FormatFixture.path(name), labels: FormatFixture.path("labels.idx"))
      #expect(set.images == (try NDArray(pixels.map { Float($0) / 255 }, shape: [3, 4])))
      #expect(set.labels == NDArray([7, 0, 9] as [Int32]))
      #expect(set.imageShape == [2, 2, 1])
    }
  }

  @Test func filesThatDoNotGoTogetherAreRefused() throws {
    let (images, labels) = (FormatFixture.path("images.idx"), FormatFixture.path("labels.idx"))
    func message(_ images: String, _ labels: String, classes: Int = 10) -> String? {
      #expect(throws: TapestryError.self) {
        try LabelledImages(idxImages: images, labels: labels, classes: classes)
      }?.message
    }
    #expect(
      message(labels, images) == "'\(labels)', byte 2: expected images as bytes with three axes (08 03), found 08 01")
    #expect(
      message(images, images) == "'\(images)', byte 2: expected labels as bytes with one axis (08 01), found 08 03")
    #expect(message(images, labels, classes: 9) == "'\(labels)', byte 10: expected a label below 9, found 9")
    try FormatFixture.withFolder { folder in
      let short = folder + "/labels"
      try writeAtomically([0, 0, 8, 1, 0, 0, 0, 2, 1, 1], to: short)
      #expect(
        message(images, short)
          == "'\(short)', byte 4: expected a label for each of the 3 images of '\(images)', found 2")
    }
  }

  @Test(arguments: [
    ([], "byte 0: expected 2 bytes of two zeros, with which idx files begin, found 0"),
    ([1, 0, 8, 1], "byte 0: expected two zeros, with which idx files begin (00 00), found 01 00"),
    ([0, 0, 0x0A, 1], "byte 2: expected an element type of idx (08, 09, 0b to 0e), found 0a"),
    ([0, 0, 8, 3, 0, 0], "byte 4: expected 12 bytes of extents, found 2"),
    (
      [0, 0, 8, 1, 0xFF, 0xFF, 0xFF, 0xFF, 1],
      "byte 8: expected 4294967295 elements of shape [4294967295], 1 bytes each, found 1 bytes"
    ),
    (
      [0, 0, 8, 2, 0, 1, 0, 0, 1, 0, 0, 0, 1],
      "byte 12: expected 1099511627776 elements of shape [65536, 16777216], 1 bytes each, found 1 bytes"
    ),
    (
      [0, 0, 0x0E, 2] + [UInt8](repeating: 255, count: 8) + [1],
      "byte 12: expected 9223372036854775807 elements of shape [4294967295, 4294967295], 8 bytes each, found 1 bytes"
    ),
    ([0, 0, 8, 9] + [UInt8](repeating: 0, count: 36), "byte 3: expected at most 8 axes, found 9"),
    ([0, 0, 8, 1, 0, 0, 0, 1, 1, 1], "byte 8: expected 1 elements of shape [1], 1 bytes each, found 2 bytes"),
  ]) func hostileHeadersAreRefused(bytes: [UInt8], expected: String) {
    let error = #expect(throws: TapestryError.self) { try IDX.read(bytes, source: "x") }
    #expect(error?.code == .invalidFile)
    #expect(error?.message == "'x', " + expected)
  }

  @Test func damagedFilesAreRefusedOrRead() throws {
    for name in ["images.idx", "labels.idx", "doubles.idx", "shorts.idx", "images.idx.gz"] {
      let bytes = try FormatFixture.bytes(name)
      Damage.prefixes(bytes) { try IDX.read($0) }
      Damage.changes(bytes, { try IDX.read($0) }, accepts: { $0.count <= 64 })
    }
  }

  @Test func damagedPairsAreRefusedOrRead() throws {
    let labels = FileBytes(try FormatFixture.bytes("labels.idx"), name: "labels")
    for name in ["images.idx", "images.idx.gz"] {
      let bytes = try FormatFixture.bytes(name)
      func read(_ bytes: [UInt8]) throws -> LabelledImages {
        try LabelledImages(idxImages: FileBytes(bytes, name: "images"), labels: labels)
      }
      Damage.prefixes(bytes, read)
      Damage.changes(bytes, noticed: 15, read, accepts: { $0.rowCount == 3 && $0.grids.count == 12 })
    }
    let images = FileBytes(try FormatFixture.bytes("images.idx"), name: "images")
    Damage.changes(labels.bytes, { try LabelledImages(idxImages: images, labels: FileBytes($0, name: "labels")) })
  }

  @Test func noImagesOfAnySizeAreASet() throws {
    let images = FileBytes([0, 0, 8, 3, 0, 0, 0, 0] + [UInt8](repeating: 255, count: 8), name: "images")
    let set = try LabelledImages(idxImages: images, labels: FileBytes([0, 0, 8, 1, 0, 0, 0, 0], name: "labels"))
    #expect(set.rowCount == 0 && set.grids.count == 0 && set.selecting(rows: []) == set)
    #expect(set.batches(of: 3, seed: 1).count == 0 && set.split(holdingOut: 0.5, seed: 1).heldOut.rowCount == 0)
  }

  /// Zeros packed a thousand to one, behind a header that declares a few.
  @Test func aBombUnpacksToNoMoreThanItsHeaderDeclares() throws {
    let bomb = try FormatFixture.bytes("bomb.idx.gz")
    let error = #expect(throws: TapestryError.self) { try IDX.read(bomb, source: "bomb.gz") }
    #expect(error?.message.hasSuffix("expected at most 1100 bytes of content, found more") == true)
    // The header says so much that it counts as a claim, and the zeros end long before.
    let claim = try FormatFixture.bytes("claim.idx.gz")
    let claimed = #expect(throws: TapestryError.self) { try IDX.read(claim, source: "claim.gz") }
    #expect(
      claimed?.message
        == "'claim.gz', byte 16: expected \(Int(1) << 40) elements of shape [1024, 32768, 32768], 1 bytes each, found 4000 bytes"
    )
  }

  @Test func foldersOfMNISTAreRead() throws {
    try FormatFixture.withFolder { folder in
      let (images, labels) = (try FormatFixture.bytes("images.idx.gz"), try FormatFixture.bytes("labels.idx"))
      try writeAtomically(images, to: folder + "/train-images-idx3-ubyte.gz")
      try writeAtomically(labels, to: folder + "/train-labels-idx1-ubyte")
      try writeAtomically(images, to: folder + "/t10k-images-idx3-ubyte.gz")
      let missing = #expect(throws: TapestryError.self) { try ImageSets.mnist(folder: folder) }
      #expect(missing?.message == "the folder '\(folder)' has no file 't10k-labels-idx1-ubyte'")
      let tried = "tried: t10k-labels-idx1-ubyte, t10k-labels-idx1-ubyte.gz, t10k-labels.idx1-ubyte, "
      #expect(missing?.notes.first?.hasPrefix(tried) == true)
      try FileManager.default.createDirectory(atPath: folder + "/raw", withIntermediateDirectories: false)
      try writeAtomically(labels, to: folder + "/raw/t10k-labels.idx1-ubyte")
      let sets = try ImageSets.mnist(folder: folder)
      #expect(sets.training == sets.heldOut)
      #expect(sets.training.rowCount == 3)
      let none = #expect(throws: TapestryError.self) { try ImageSets.mnist(folder: folder + "/none") }
      #expect(none?.message == "the folder '\(folder)/none' is not there")
    }
  }
}
