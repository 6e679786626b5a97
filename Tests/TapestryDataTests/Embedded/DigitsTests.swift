import TapestryCore
import TapestryData
import Testing

@Suite struct DigitsTests {
  let digits = Digits.load()

  /// The figures are those that Tests/Scripts/embed_data.py computes from the file.
  @Test func holdTheWholeFile() throws {
    #expect(digits.all.images.type == TensorType(.float32, [1797, 64]))
    #expect(digits.all.labels.type == TensorType(.int32, [1797]))
    let labels = try digits.all.labels.values(as: Int32.self).map { Int($0) }
    let pixels = digits.all.images.doubles.map { Int($0 * 16) }
    #expect(pixels.reduce(0, +) == 561_718)
    #expect(histogram(labels) == [178, 182, 177, 183, 181, 182, 181, 179, 174, 180])
    var weighted = 0
    for row in 0..<1797 {
      let image = (0..<64).reduce(0) { $0 + ($1 + 1) * pixels[64 * row + $1] }
      weighted += (row + 1) * (labels[row] + 1) * image
    }
    #expect(weighted == 88_869_653_997)
  }

  @Test func scalePixelsToTheUnitInterval() {
    let pixels = digits.all.images.doubles
    #expect(pixels.min() == 0)
    #expect(pixels.max() == 1)
    let firstRow: [Double] = pixels.prefix(8).map { $0 * 16 }
    #expect(firstRow == [0, 0, 5, 13, 9, 1, 0, 0])
  }

  @Test func holdOutThreeHundredAndSixtyRows() throws {
    #expect(digits.heldOut.rowCount == 360)
    #expect(digits.training.rowCount == 1437)
    let labels = try digits.heldOut.labels.values(as: Int32.self).map { Int($0) }
    #expect(histogram(labels) == [37, 37, 30, 43, 30, 33, 41, 32, 39, 38])
    let pixels: Double = digits.heldOut.images.doubles.reduce(0, +)
    #expect(pixels * 16 == 113_082)
    // Row 0 is held out (0 < 360), row 1 is not (1103).
    #expect(digits.heldOut.selecting(rows: [0]) == digits.all.selecting(rows: [0]))
    #expect(digits.training.selecting(rows: [0]) == digits.all.selecting(rows: [1]))
  }

  @Test func showImagesAsGrids() {
    #expect(digits.all.grids.shape == [1797, 8, 8, 1])
    #expect(digits.all.grids.doubles == digits.all.images.doubles)
  }

  private func histogram(_ labels: [Int]) -> [Int] {
    labels.reduce(into: [Int](repeating: 0, count: 10)) { $0[$1] += 1 }
  }
}
