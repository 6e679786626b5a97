/// A place in a user's source: file and line.
public struct SourcePlace: Sendable, Hashable, CustomStringConvertible {
  public let file: String
  public let line: Int

  public init(_ file: StaticString, _ line: UInt) {
    self.file = "\(file)"
    self.line = Int(line)
  }

  /// `Module/File.swift:12`.
  public var description: String { "\(file):\(line)" }
}
