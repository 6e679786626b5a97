import TapestryCore
import TapestryData
import Testing

@Suite struct PixelImageTests {
  @Test func valuesBecomeShades() throws {
    let values = try NDArray([0, 0.5, 1, -1, 2, .nan] as [Float], shape: [2, 3])
    #expect(try PixelImage(values).bytes == [0, 128, 255, 0, 255, 0])
    #expect(try PixelImage(values, range: -1...1).bytes == [128, 191, 255, 0, 255, 0])
    let colours = try PixelImage(values, shape: [1, 2, 3])
    #expect(colours.width == 2 && colours.height == 1 && colours.channels == 3)
    let error = #expect(throws: TapestryError.self) { try PixelImage(values, shape: [2, 2]) }
    #expect(error?.code == .shapeMismatch)
  }

  @Test func imagesArePlacedAndCut() {
    var sheet = PixelImage(width: 3, height: 2, shade: 9)
    var dot = PixelImage(width: 1, height: 1, shade: 1)
    sheet.place(dot, x: 1, y: 0, scale: 2)
    #expect(sheet.bytes == [9, 1, 1, 9, 1, 1])
    dot = PixelImage(width: 1, height: 1, shade: 2)
    sheet.place(dot, x: 2, y: 1, scale: 5)
    sheet.place(dot, x: -1, y: -1, scale: 2)
    sheet.place(dot, x: 7, y: 7)
    #expect(sheet.bytes == [2, 1, 1, 9, 1, 2])
  }

  @Test func aFileIsPinned() {
    let image = PixelImage(width: 2, height: 1, shade: 255)
    let expected: [UInt8] = [
      0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A,
      0, 0, 0, 13, 0x49, 0x48, 0x44, 0x52, 0, 0, 0, 2, 0, 0, 0, 1, 8, 0, 0, 0, 0,
    ]
    #expect(Array(image.png.prefix(29)) == expected)
    #expect(Array(image.png.suffix(8)) == [0x49, 0x45, 0x4E, 0x44, 0xAE, 0x42, 0x60, 0x82])
  }
}
