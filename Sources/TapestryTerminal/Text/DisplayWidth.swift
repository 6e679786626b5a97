/// Columns a text takes on a terminal: combining marks take none, East Asian wide characters and emoji two.
///
/// An approximation by blocks of Unicode: enough to keep a line within the window and table columns aligned.
package func displayWidth(of text: some StringProtocol) -> Int {
  text.reduce(0) { $0 + displayWidth(of: $1) }
}

package func displayWidth(of character: Character) -> Int {
  guard let first = character.unicodeScalars.first else { return 0 }
  switch first.value {
  case 0..<0x20, 0x7F..<0xA0, 0x200B...0x200F, 0xFE00...0xFE0F, 0xFEFF: return 0
  case 0x0300...0x036F: return 0
  case 0x1100...0x115F, 0x2E80...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF00...0xFF60,
    0xFFE0...0xFFE6, 0x1F300...0x1FAFF, 0x20000...0x3FFFD:
    return 2
  default: return 1
  }
}

/// The longest beginning of a text that takes at most `width` columns.
package func truncated(_ text: String, to width: Int) -> String {
  var used = 0
  let kept = text.prefix { character in
    used += displayWidth(of: character)
    return used <= width
  }
  return String(kept)
}

/// The text with each control character (a line break, a tab, an escape) made a space, so that a label can neither
/// break a line nor steer the terminal.
package func withoutControls(_ text: String) -> String {
  var scalars = String.UnicodeScalarView()
  for scalar in text.unicodeScalars {
    scalars.append(scalar.properties.generalCategory == .control ? " " : scalar)
  }
  return String(scalars)
}
