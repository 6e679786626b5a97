import Foundation

/// A run of a notebook as a process of its own: the executable that was built beside the tests.
struct NotebookRun {
  let name: String
  let status: Int32
  let output: String
  let errors: String
  /// The folder of `--output`; the caller removes it.
  let folder: URL

  /// Runs a notebook to its end.
  ///
  /// - Parameter executable: where it is; by default beside the tests.
  init(_ name: String, _ arguments: [String], executable: URL? = nil) throws {
    let running = try Running(name, arguments, executable: executable)
    self = try running.ended()
  }

  /// The folder of the executables that were built with the tests. On Linux the tests are an executable beside the
  /// others, on a Mac a bundle.
  static var executables: URL {
    let tests = Bundle.allBundles.first { $0.bundlePath.hasSuffix(".xctest") }?.bundleURL
    return (tests ?? URL(filePath: CommandLine.arguments[0])).deletingLastPathComponent()
  }

  /// The folder of the project.
  static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  private init(name: String, status: Int32, output: String, errors: String, folder: URL) {
    self.name = name
    self.status = status
    self.output = output
    self.errors = errors
    self.folder = folder
  }

  /// The text of a file the run has left.
  func file(_ name: String) throws -> String {
    try String(contentsOf: folder.appending(path: name), encoding: .utf8)
  }

  /// The last number of the first line that begins with a label.
  func number(after label: String) -> Double? {
    let line = output.split(separator: "\n").first { $0.hasPrefix(label) }
    return line?.dropFirst(label.count).split(separator: " ").compactMap { Double($0) }.first
  }

  /// A run that goes on.
  final class Running {
    private let process = Process()
    private let errors = Pipe()
    private let output = Pipe()
    private let name: String
    private let folder: URL

    init(_ name: String, _ arguments: [String], executable: URL? = nil) throws {
      self.name = name
      folder = FileManager.default.temporaryDirectory.appending(path: "\(name)-\(UUID().uuidString)")
      process.executableURL = executable ?? NotebookRun.executables.appending(path: name)
      process.arguments = arguments + ["--output", folder.path]
      process.currentDirectoryURL = executable?.deletingLastPathComponent() ?? NotebookRun.root
      process.standardOutput = output
      process.standardError = errors
      try process.run()
    }

    /// Reads until the output holds a text.
    func wait(for text: String) throws -> String {
      var seen = ""
      while !seen.contains(text) {
        let bytes = output.fileHandleForReading.availableData
        guard !bytes.isEmpty else { break }
        seen += String(decoding: bytes, as: UTF8.self)
      }
      return seen
    }

    /// What Ctrl-C does.
    func interrupt() { kill(process.processIdentifier, SIGINT) }

    func ended() throws -> NotebookRun {
      let printed = try output.fileHandleForReading.readToEnd() ?? Foundation.Data()
      let complaints = try errors.fileHandleForReading.readToEnd() ?? Foundation.Data()
      process.waitUntilExit()
      return NotebookRun(
        name: name, status: process.terminationStatus, output: String(decoding: printed, as: UTF8.self),
        errors: String(decoding: complaints, as: UTF8.self), folder: folder)
    }
  }
}
