import TapestryTerminal

// A browser alone knows how wide a text is. Layout needs to know before, so widths are estimated a little too large, by
// those of DejaVu Sans, the widest of the fonts the figures name. What fits by the estimate fits in every one of them.

/// About how wide a text is in a proportional font, in units of the drawing; never much less than it is.
package func textWidth(_ text: String, size: Double) -> Double {
  text.reduce(0) { $0 + emWidth(of: $1) } * size
}

/// The advance of a letter of the font of drawings, of fixed pitch at 11 pixels, in tenths of a pixel.
let drawingLetterTenths = 67

/// The width of a text in the font of drawings, in whole pixels.
func drawingTextWidth(_ text: String) -> Int { (displayWidth(of: text) * drawingLetterTenths + 9) / 10 }

private func emWidth(of character: Character) -> Double {
  switch character {
  case "i", "l", "j", "I", ".", ",", ":", ";", "'", "|", "!", " ": 0.34
  case "f", "t", "r", "(", ")", "[", "]", "-", "/", "J": 0.42
  case "m", "w", "W", "M", "@", "%": 0.99
  case "A"..."Z", "+", "=", "<", ">", "~": 0.8
  case "0"..."9", "a"..."z", "_", "*", "?": 0.64
  default: 1.0
  }
}

/// The place a text takes, upright: `x` and `y` are its upper left corner.
package struct TextBox: Sendable, Hashable {
  package let text: String
  package let x: Double
  package let y: Double
  package let width: Double
  package let height: Double

  /// Whether two texts share room.
  package func overlaps(_ other: TextBox) -> Bool {
    x < other.x + other.width && other.x < x + width && y < other.y + other.height && other.y < y + height
  }
}

/// The longest beginning of a text that takes at most `width`, with an ellipsis where something is left out.
func shortened(_ text: String, to width: Double, size: Double) -> String {
  guard textWidth(text, size: size) > width else { return text }
  var kept = text
  while !kept.isEmpty, textWidth(kept + "…", size: size) > width { kept.removeLast() }
  return kept + "…"
}
