package import Foundation

// What a page shows as the source of a cell is cut from the file the notebook was compiled from, at the line `#line` gives.
// The build plugin `NotebookSources` puts the texts of these files into the executable. A notebook without it reads the
// file that `#filePath` names. A file that is not there, as on another machine, or that was changed after the executable
// was linked, is not shown: a page holds the source that ran, or none.

/// The source of one file of a notebook, cut into cells.
package struct NotebookSource {
  private let text: [UInt8]
  private let scanner: SwiftScanner
  /// The offset of the first byte of each line.
  private let lineStarts: [Int]
  /// The offset after the cell cut last.
  private var place = 0

  /// - Parameter built: when the executable was linked; nil where that is not known.
  /// - Returns: nil for a file that is not there or newer than the executable.
  package init?(path: String, built: Date? = NotebookSource.built) {
    guard let text = try? String(contentsOfFile: path, encoding: .utf8), let built,
      let changed = (try? FileManager.default.attributesOfItem(atPath: path))?[.modificationDate] as? Date,
      changed <= built
    else { return nil }
    self.init(text)
  }

  package init(_ text: String) {
    let bytes = Array(text.utf8)
    self.text = bytes
    scanner = SwiftScanner(text)
    lineStarts = [0] + bytes.indices.filter { bytes[$0] == UInt8(ascii: "\n") }.map { $0 + 1 }
  }

  /// When the running executable was linked.
  package static let built: Date? = {
    guard let path = Bundle.main.executablePath else { return nil }
    return (try? FileManager.default.attributesOfItem(atPath: path))?[.modificationDate] as? Date
  }()

  /// The whole text.
  package var whole: String { string(0..<text.count) }

  /// The source of a cell: what stands between the cell before and this one, and the cell with its heading alone, since
  /// the prose is shown beside it.
  ///
  /// - Parameter line: where the call stands, counted from 1.
  /// - Returns: nil when there is no call of `cell` on that line.
  package mutating func cell(_ heading: String, line: Int) -> String? {
    guard lineStarts.indices.contains(line - 1) else { return nil }
    let start = lineStarts[line - 1]
    guard let call = offset(of: ".cell(", from: start, to: line < lineStarts.count ? lineStarts[line] : text.count),
      let arguments = scanner.end(ofBracketAt: call + 5), let brace = scanner.nextCode(from: arguments),
      let end = scanner.end(ofBracketAt: brace)
    else { return nil }
    let before = string(min(place, start)..<start).trimmingCharacters(in: .newlines)
    place = end
    let head = string(start..<call) + ".cell(\"\(heading)\") "
    return (before.isEmpty ? "" : before + "\n\n") + head + string(brace..<end)
  }

  /// What stands behind the last cell, such as functions, without the end of the notebook.
  package var rest: String {
    let lines = string(place..<text.count).split(separator: "\n", omittingEmptySubsequences: false)
    return lines.filter { $0.hasPrefix(" ") || !$0.hasSuffix(".finish()") }.joined(separator: "\n").trimmingCharacters(
      in: .newlines)
  }

  private func offset(of word: String, from start: Int, to end: Int) -> Int? {
    (start..<end).first { text[$0...].starts(with: word.utf8) }
  }

  private func string(_ range: Range<Int>) -> String { String(decoding: text[range], as: UTF8.self) }
}
