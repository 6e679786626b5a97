import Foundation
public import TapestryCore
public import TapestryData

extension Notebook {
  /// The path of a file in the directory of `--output`, which is made where it is not there.
  ///
  /// - Throws: `invalidFile` when the directory cannot be made.
  public func path(of file: String) throws(TapestryError) -> String {
    do {
      try FileManager.default.createDirectory(
        at: URL(fileURLWithPath: options.output, isDirectory: true), withIntermediateDirectories: true)
    } catch {
      throw unwritable(file)
    }
    return options.output + "/" + file
  }

  /// Writes a file into the directory of `--output`, which is made where it is not there, and says so.
  ///
  /// - Throws: `invalidFile` when the file cannot be written.
  public func write(_ file: String, _ text: String) throws(TapestryError) {
    try put(file, Array(text.utf8))
    add(.files([file]), printing: "wrote \(options.output)/\(file)")
  }

  /// Writes an image as a PNG file into the directory of `--output`, and says so.
  ///
  /// - Throws: `invalidFile` when the file cannot be written.
  public func write(_ file: String, _ image: PixelImage) throws(TapestryError) {
    try put(file, image.png)
    add(.files([file]), printing: "wrote \(options.output)/\(file)")
  }

  /// Writes columns of numbers as a CSV file into the directory of `--output`, and says so.
  ///
  /// - Parameter columns: names, without quotes, and values; a short column leaves its last fields empty.
  /// - Throws: `invalidFile` when the file cannot be written.
  public func write(_ file: String, columns: [(name: String, values: [Double])]) throws(TapestryError) {
    var lines = [columns.map { $0.name.contains(",") ? "\"\($0.name)\"" : $0.name }.joined(separator: ",")]
    for row in 0..<(columns.map(\.values.count).max() ?? 0) {
      lines.append(columns.map { row < $0.values.count ? "\($0.values[row])" : "" }.joined(separator: ","))
    }
    try write(file, lines.joined(separator: "\n") + "\n")
  }

  /// Writes the pages, without a word.
  func writePages() throws(TapestryError) {
    try put(name + ".html", Array(report.html.utf8))
    try put(name + ".ipynb", Array(report.jupyter.utf8))
  }

  func put(_ file: String, _ bytes: [UInt8]) throws(TapestryError) {
    let path = try path(of: file)
    do throws(TapestryError) {
      try writeAtomically(bytes, to: path)
    } catch {
      throw unwritable(file)
    }
  }

  private func unwritable(_ file: String) -> TapestryError {
    TapestryError(
      .invalidFile, "'\(file)' cannot be written into '\(options.output)'",
      remedy: "name a directory that can be written with `--output DIR`")
  }
}
