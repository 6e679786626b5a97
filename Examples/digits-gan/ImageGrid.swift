import Tapestry

/// Images of 8 by 8 pixels side by side.
struct ImageGrid {
  private let pixels: [Double]
  private let rows: [[Int]]

  /// - Parameters:
  ///   - images: [images, 64], pixels in 0...1.
  ///   - rows: which images stand in each row.
  init(_ images: NDArray, rows: [[Int]]) {
    pixels = images.doubles
    self.rows = rows
  }

  /// The images in characters, the darker the more ink.
  var text: String {
    let shades = " .:-=+*#%@".map(String.init)
    let blocks = rows.map { lines(of: $0, pixelGap: "", imageGap: "  ") { shades[Int($0 * 9.99)] } }
    return blocks.map { $0.joined(separator: "\n") }.joined(separator: "\n\n")
  }

  /// The images as a portable graymap, white on black, a pixel apart.
  var graymap: String {
    let width = (rows.map(\.count).max() ?? 0) * 9 - 1
    let gap = [String](repeating: "0", count: width).joined(separator: " ")
    let blocks = rows.map { lines(of: $0, pixelGap: " ", imageGap: " 0 ") { String(Int($0 * 255)) } }
    let all = Array(blocks.joined(separator: [gap]))
    return "P2\n\(width) \(all.count)\n255\n" + all.joined(separator: "\n") + "\n"
  }

  /// The eight lines of a row of images.
  private func lines(
    of row: [Int], pixelGap: String, imageGap: String, _ shown: (Double) -> String
  ) -> [String] {
    (0..<8).map { y in
      row.map { image in
        pixels[(image * 64 + y * 8)...].prefix(8).map { shown(max(0, min($0, 1))) }.joined(separator: pixelGap)
      }.joined(separator: imageGap)
    }
  }
}
