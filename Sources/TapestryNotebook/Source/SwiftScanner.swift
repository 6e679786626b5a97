/// Finds matching brackets in Swift source.
///
/// A bracket counts only where it is code: comments and string literals are passed over, and the code within the
/// interpolations of a literal is scanned in its turn. Regular-expression literals are not known.
struct SwiftScanner {
  private let bytes: [UInt8]

  init(_ text: String) { bytes = Array(text.utf8) }

  /// The offset after the bracket that closes the one at an offset; nil when there is none.
  func end(ofBracketAt start: Int) -> Int? {
    guard start < bytes.count, SwiftScanner.opening.contains(bytes[start]) else { return nil }
    var depth = 0
    var place = start
    while place < bytes.count {
      if let next = afterComment(place) ?? afterLiteral(place) {
        place = next
        continue
      }
      if SwiftScanner.opening.contains(bytes[place]) { depth += 1 }
      if SwiftScanner.closing.contains(bytes[place]) { depth -= 1 }
      place += 1
      if depth == 0 { return place }
    }
    return nil
  }

  /// The offset of the first byte at or after an offset that is neither space nor comment.
  func nextCode(from start: Int) -> Int? {
    var place = start
    while place < bytes.count {
      if let next = afterComment(place) {
        place = next
      } else if SwiftScanner.blanks.contains(bytes[place]) {
        place += 1
      } else {
        return place
      }
    }
    return nil
  }

  private func afterComment(_ place: Int) -> Int? {
    if has("//", place) { return bytes[place...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.count }
    guard has("/*", place) else { return nil }
    var (depth, inside) = (1, place + 2)
    while inside < bytes.count, depth > 0 {
      if has("/*", inside) { depth += 1 }
      if has("*/", inside) { depth -= 1 }
      inside += has("/*", inside) || has("*/", inside) ? 2 : 1
    }
    return inside
  }

  private func afterLiteral(_ place: Int) -> Int? {
    var start = place
    while start < bytes.count, bytes[start] == UInt8(ascii: "#") { start += 1 }
    let hashes = String(repeating: "#", count: start - place)
    let quote = has("\"\"\"", start) ? "\"\"\"" : "\""
    guard has(quote, start) else { return nil }
    var inside = start + quote.utf8.count
    while inside < bytes.count, !has(quote + hashes, inside) {
      if has("\\" + hashes + "(", inside) {
        inside = end(ofBracketAt: inside + 1 + hashes.utf8.count) ?? bytes.count
      } else {
        inside += has("\\" + hashes, inside) ? 2 + hashes.utf8.count : 1
      }
    }
    return min(inside + quote.utf8.count + hashes.utf8.count, bytes.count)
  }

  private func has(_ text: String, _ place: Int) -> Bool { bytes[min(place, bytes.count)...].starts(with: text.utf8) }

  private static let opening = Array("([{".utf8)
  private static let closing = Array(")]}".utf8)
  private static let blanks = Array(" \t\r\n".utf8)
}
