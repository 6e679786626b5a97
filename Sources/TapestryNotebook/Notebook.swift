import Foundation
public import TapestryCore
import TapestryTerminal

/// An executable that tells a story: cells with a heading, some prose and results, run in order.
///
/// ```swift
/// let notebook = Notebook("digits-mlp", "Trains a classifier on handwritten digits.", epochs: 20, quickEpochs: 2)
/// let digits = notebook.cell("The data", "Images of handwritten digits, 8 by 8 pixels.") {
///   let digits = Digits.load()
///   notebook.show("\(digits.training.rowCount) to train with")
///   return digits
/// }
/// ```
///
/// Headings, prose and results go to standard output; progress belongs on standard error (``ProgressLine``), so the
/// story can be kept in a file. An error thrown in a cell ends the process with status 1, its text on standard error.
public final class Notebook {
  /// The name it is run by.
  public let name: String
  /// What the command line gave.
  public let options: NotebookOptions
  private let print: (String) -> Void
  private var isFirst = true

  /// The widest line of prose.
  private static let width = 100

  /// A notebook with the options of this process's command line.
  ///
  /// On `--help` it prints what can be given and ends the process with status 0; on a wrong argument it prints the error
  /// to standard error and ends it with status 2.
  ///
  /// - Parameters:
  ///   - name: what is typed to run it.
  ///   - summary: one sentence that says what it shows.
  ///   - epochs: passes over the data, unless `--epochs` says otherwise.
  ///   - quickEpochs: passes over the data with `--quick`.
  ///   - own: further options, whose values `options` gives by name.
  public convenience init(
    _ name: String, _ summary: String, epochs: Int, quickEpochs: Int, options own: [NotebookOption] = []
  ) {
    do throws(TapestryError) {
      let reading = try NotebookOptions.read(
        Array(CommandLine.arguments.dropFirst()), name: name, summary: summary, epochs: (epochs, quickEpochs),
        own: own)
      switch reading {
      case .options(let options):
        self.init(name, options) { line in
          Swift.print(line)
          // A result nobody can read is a failure: a full disk, a closed file.
          if fflush(nil) != 0 { Notebook.fail(name, Notebook.unprintable, status: 1) }
        }
      case .help(let text):
        Swift.print(text, terminator: "")
        exit(0)
      }
    } catch {
      Notebook.fail(name, error, status: 2)
    }
  }

  package init(_ name: String, _ options: NotebookOptions, print: @escaping (String) -> Void) {
    self.name = name
    self.options = options
    self.print = print
  }

  /// Runs a cell: prints its heading and prose, then does its work, and gives what that gives.
  @discardableResult
  public func cell<Result>(_ heading: String, _ prose: String = "", _ work: () throws -> Result) -> Result {
    do {
      return try run(heading, prose, work)
    } catch {
      Notebook.fail(name, error, status: 1)
    }
  }

  /// The cell, whose error is thrown on.
  package func run<Result>(_ heading: String, _ prose: String, _ work: () throws -> Result) throws -> Result {
    if !isFirst { print("") }
    isFirst = false
    print(heading)
    print(String(repeating: "-", count: displayWidth(of: heading)))
    if !prose.isEmpty {
      for line in wrapped(prose, to: Notebook.width) { print(line) }
      print("")
    }
    return try work()
  }

  /// Shows a result as it describes itself.
  public func show(_ result: some CustomStringConvertible) { print(result.description) }

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
    let path = try path(of: file)
    do {
      try Foundation.Data(text.utf8).write(to: URL(fileURLWithPath: path), options: .atomic)
    } catch {
      throw unwritable(file)
    }
    print("wrote \(path)")
  }

  private func unwritable(_ file: String) -> TapestryError {
    TapestryError(
      .invalidFile, "'\(file)' cannot be written into '\(options.output)'",
      remedy: "name a directory that can be written with `--output DIR`")
  }

  private static var unprintable: TapestryError {
    TapestryError(
      .invalidFile, "standard output cannot be written", remedy: "make room, or send the output elsewhere")
  }

  private static func fail(_ name: String, _ error: any Error, status: Int32) -> Never {
    writeToStandardError("\(name): \(error)\n")
    exit(status)
  }
}
