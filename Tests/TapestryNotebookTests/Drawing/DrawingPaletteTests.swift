import Foundation
import TapestryNotebook
import Testing

@Suite struct DrawingPaletteTests {
  /// Relative luminance, as the Web Content Accessibility Guidelines 2.1 define it.
  private func luminance(_ hex: String) -> Double {
    let value = Int(hex.dropFirst(), radix: 16)!
    let channels = [16, 8, 0].map { shift -> Double in
      let part = Double(value >> shift & 255) / 255
      return part <= 0.03928 ? part / 12.92 : pow((part + 0.055) / 1.055, 2.4)
    }
    return 0.2126 * channels[0] + 0.7152 * channels[1] + 0.0722 * channels[2]
  }

  private func contrast(_ a: String, _ b: String) -> Double {
    let (x, y) = (luminance(a) + 0.05, luminance(b) + 0.05)
    return max(x, y) / min(x, y)
  }

  @Test(arguments: DrawingColor.fills) func textsAreLegibleOnEveryFill(_ fill: DrawingColor) {
    for ink in DrawingColor.inks {
      #expect(contrast(ink.hex.light, fill.hex.light) >= 4.5 && contrast(ink.hex.dark, fill.hex.dark) >= 4.5)
    }
  }

  @Test(arguments: DrawingColor.labels) func labelsAreLegibleOnPageAndCluster(_ label: DrawingColor) {
    for ground in [DrawingColor.page, .shade] {
      #expect(contrast(label.hex.light, ground.hex.light) >= 4.5, "\(label) on \(ground), light")
      #expect(contrast(label.hex.dark, ground.hex.dark) >= 4.5, "\(label) on \(ground), dark")
    }
  }

  @Test func everyColorIsSixDigits() {
    for color in DrawingColor.allCases {
      for hex in [color.hex.light, color.hex.dark] { #expect(hex.wholeMatch(of: /#[0-9a-f]{6}/) != nil) }
    }
  }
}
