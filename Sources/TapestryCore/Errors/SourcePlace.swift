/// A place in a user's source or in a file read: file and line, counted from 1.
public struct SourcePlace: Sendable, Hashable, CustomStringConvertible {
  /// The file as the compiler or the caller names it.
  public let file: String
  /// The line, counted from 1.
  public let line: Int

  /// A line of a source file, from `#fileID` and `#line`.
  public init(_ file: StaticString, _ line: UInt) {
    self.file = "\(file)"
    self.line = Int(line)
  }

  /// A line of a file that was read.
  package init(file: String, line: Int) {
    self.file = file
    self.line = line
  }

  /// `Module/File.swift:12`.
  public var description: String { "\(file):\(line)" }
}
