import Foundation
import TapestryCore

/// The files Tests/Scripts/format_files.py wrote with Python's libraries, and what they hold.
enum FormatFixture {
  /// The path of a file.
  static func path(_ name: String) -> String {
    URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appending(path: "../../Fixtures/Formats/\(name)").standardizedFileURL.path
  }

  static func bytes(_ name: String) throws -> [UInt8] {
    [UInt8](try Foundation.Data(contentsOf: URL(fileURLWithPath: path(name))))
  }

  /// `arrays()` of the script.
  static func arrays() throws -> [String: NDArray] {
    [
      "layer/weight": try NDArray((0..<6).map { Float($0) * 0.5 - 1 }, shape: [2, 3]),
      "layer/bias": NDArray([1.5, -0.25, 1e300]),
      "steps": NDArray(Int32(7)),
      "mask": try NDArray([true, false, false, true], shape: [2, 2]),
      "none": NDArray(zeros: [0, 5]),
    ]
  }

  /// `ramp` of the script.
  static func ramp() throws -> NDArray { try NDArray((0..<24).map { Int32($0) - 12 }, shape: [2, 3, 4]) }

  /// `long_content()` of the script.
  static let longContent: [UInt8] = (0..<40000).map { (place: Int) in UInt8(place * place / 7 % 251) }

  /// The path of an empty folder that is removed afterwards.
  static func withFolder(_ body: (String) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "tapestry-formats-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try body(folder.path)
  }
}
