import Foundation
import TapestryNotebook
import Testing

@Suite struct PaletteTests {
  @Test(arguments: [Palette.light, .dark]) func textsAndLinesStandOut(palette: Palette) {
    #expect(palette.ink.contrast(to: palette.paper) >= 7)
    #expect(palette.muted.contrast(to: palette.paper) >= 4.5)
    for color in palette.series { #expect(color.contrast(to: palette.paper) >= 3, "\(color.text)") }
  }

  @Test func contrastIsThatOfTheStandard() {
    #expect(RGB(0xffffff).contrast(to: RGB(0)) == 21)
    #expect(abs(RGB(0x767676).contrast(to: RGB(0xffffff)) - 4.54) < 0.01)
    #expect(RGB(0x0072b2).text == "#0072b2")
  }

  @Test func numbersInCellsAreReadable() throws {
    let values = (0...100).map { Double($0) }
    let svg = HeatMap("Shades", stride(from: 0, to: 100, by: 5).map { Array(values[$0..<$0 + 5]) }).figure.svg
    let cells = svg.split(separator: "\n").filter { $0.contains("fill=\"#") }
    let pairs = zip(cells, cells.dropFirst()).filter { $0.hasPrefix("<rect") && $1.hasPrefix("<text") }
    #expect(pairs.count == 100)
    for (cell, text) in pairs {
      let colors = try (color(of: cell), color(of: text))
      #expect(colors.0.contrast(to: colors.1) >= 4.5, "\(colors.1.text) on \(colors.0.text)")
    }
  }

  private func color(of element: Substring) throws -> RGB {
    let start = try #require(element.range(of: "fill=\"#")).upperBound
    return RGB(try #require(Int(element[start...].prefix(6), radix: 16)))
  }

  /// For eyes without red, green or blue receptors, by the matrices of G. Machado, M. Oliveira and L. Fernandes (2009),
  /// the first four series differ by much more than the difference one can just see (about 2).
  @Test(arguments: [Palette.light, .dark]) func colourBlindReadersTellSeriesApart(palette: Palette) {
    let kinds: [[Double]] = [
      [0.152286, 1.052583, -0.204868, 0.114503, 0.786281, 0.099216, -0.003882, -0.048116, 1.051998],
      [0.367322, 0.860646, -0.227968, 0.280085, 0.672501, 0.047413, -0.011820, 0.042940, 0.968881],
      [1.255528, -0.076749, -0.178779, -0.078411, 0.930809, 0.147602, 0.004733, 0.691367, 0.303900],
    ]
    for matrix in kinds {
      let seen = palette.series.prefix(4).map { lab(of: $0, through: matrix) }
      for (place, a) in seen.enumerated() {
        for b in seen[(place + 1)...] {
          let distance = zip(a, b).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }.squareRoot()
          #expect(distance > 10)
        }
      }
    }
  }

  private func lab(of color: RGB, through matrix: [Double]) -> [Double] {
    let linear = [color.red, color.green, color.blue].map { channel in
      let value = Double(channel) / 255
      return value <= 0.04045 ? value / 12.92 : pow((value + 0.055) / 1.055, 2.4)
    }
    func product(_ m: [Double], _ v: [Double]) -> [Double] {
      (0..<3).map { (row: Int) -> Double in
        let first: Double = m[row * 3] * v[0]
        let second: Double = m[row * 3 + 1] * v[1]
        let third: Double = m[row * 3 + 2] * v[2]
        return first + second + third
      }
    }
    let seen = product(matrix, linear).map { min(max($0, 0), 1) }
    let toXYZ = [0.4124, 0.3576, 0.1805, 0.2126, 0.7152, 0.0722, 0.0193, 0.1192, 0.9505]
    let f = zip(product(toXYZ, seen), [0.9505, 1, 1.089]).map { value, white in
      let share: Double = value / white
      return share > 0.008856 ? cbrt(share) : 7.787 * share + 16.0 / 116
    }
    return [116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])]
  }
}
