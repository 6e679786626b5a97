import Foundation
import TapestryCore
import TapestryTerminal

// A notebook prints as it runs and remembers what it showed. At its end the memory becomes pages in the folder of
// `--output`: NAME.html to look at, and NAME.ipynb for Jupyter. Results go to standard output, so that the story can be
// kept in a file; progress, and where the pages are, go to standard error.

/// An executable that tells a story: cells with a heading, some prose and results, run in order.
///
/// ```swift
/// let notebook = Notebook("digits-mlp", "Trains a classifier on handwritten digits.", epochs: 20, quickEpochs: 2)
/// let digits = notebook.cell("The data", "Images of handwritten digits, 8 by 8 pixels.") {
///   let digits = Digits.load()
///   notebook.show("\(digits.training.rowCount) to train with")
///   return digits
/// }
/// notebook.finish()
/// ```
///
/// The pages show each cell with its source. An error thrown in a cell ends the process with status 1, its text on standard
/// error and in the pages. After Ctrl-C the step or cell going on is the last one: the pages and a checkpoint are written;
/// a second one ends the process at once.
public final class Notebook {
  /// The name it is run by.
  public let name: String
  /// What the command line gave.
  public let options: NotebookOptions
  /// What was shown so far.
  package private(set) var report: Report
  private let print: (String) -> Void
  /// By file name: the texts the executable carries.
  private let embedded: [String: String]
  /// By path: the files cells stand in; nil for one that is not to be shown.
  private var sources: [String: NotebookSource?] = [:]
  let interruption: Interruption
  var checkpoints: NotebookCheckpoints

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
  ///   - embedded: the sources the pages show, by file name: `embeddedSources`, which the build plugin `NotebookSources`
  ///     makes. Without them the files are read where they were compiled.
  public convenience init(
    _ name: String, _ summary: String, epochs: Int, quickEpochs: Int, options own: [NotebookOption] = [],
    sources embedded: [String: String] = [:]
  ) {
    do throws(TapestryError) {
      let reading = try NotebookOptions.read(
        Array(CommandLine.arguments.dropFirst()), name: name, summary: summary, epochs: (epochs, quickEpochs),
        own: own)
      switch reading {
      case .options(let options):
        Interruption.shared.listen()
        self.init(name, summary, options, sources: embedded, interruption: .shared) { line in
          Swift.print(line)
          // A result nobody can read is a failure: a full disk, a closed file.
          if fflush(nil) != 0 { Notebook.exit(name, Notebook.unprintable, status: 1) }
        }
      case .help(let text):
        Swift.print(text, terminator: "")
        Foundation.exit(0)
      }
    } catch {
      Notebook.exit(name, error, status: 2)
    }
  }

  package init(
    _ name: String, _ summary: String, _ options: NotebookOptions, sources embedded: [String: String] = [:],
    interruption: Interruption = Interruption(), print: @escaping (String) -> Void
  ) {
    self.name = name
    self.options = options
    self.embedded = embedded
    self.interruption = interruption
    checkpoints = NotebookCheckpoints(name, options)
    self.print = print
    report = Report(name: name, summary: summary, settings: options.settings)
  }

  /// Runs a cell: prints its heading and prose, then does its work, and gives what that gives.
  ///
  /// - Parameters:
  ///   - heading: a few words.
  ///   - prose: what it shows and why. Empty lines part paragraphs; what stands between backticks is set as code.
  ///   - work: the code the pages show.
  @discardableResult
  public func cell<Result>(
    _ heading: String, _ prose: String = "", file: String = #filePath, line: Int = #line,
    _ work: () throws -> Result
  ) -> Result {
    do {
      let result = try run(heading, prose, file: file, line: line, work)
      endIfInterrupted()
      return result
    } catch {
      report.show(.failure("\(error)"))
      try? writePages()
      Notebook.exit(name, error, status: 1)
    }
  }

  /// The cell, whose error is thrown on.
  package func run<Result>(
    _ heading: String, _ prose: String, file: String = #filePath, line: Int = #line, _ work: () throws -> Result
  ) throws -> Result {
    if !report.cells.isEmpty { print("") }
    report.cells.append(Report.Cell(heading: heading, prose: prose, source: source(of: heading, file, line)))
    print(heading)
    print(String(repeating: "-", count: displayWidth(of: heading)))
    if !prose.isEmpty {
      for line in wrapped(prose, to: Notebook.width) { print(line) }
      print("")
    }
    return try work()
  }

  private func source(of heading: String, _ file: String, _ line: Int) -> String? {
    var source = sources[file] ?? self.source(of: file)
    defer { sources.updateValue(source, forKey: file) }
    return source?.cell(heading, line: line)
  }

  /// The source of a file, from the executable or from where it was compiled.
  func source(of file: String) -> NotebookSource? {
    embedded[file.split(separator: "/").last.map(String.init) ?? file].map(NotebookSource.init)
      ?? NotebookSource(path: file)
  }

  /// Adds something to the pages, and lines to standard output where there are any.
  func add(_ output: Report.Output, printing lines: String?) {
    report.show(output)
    if let lines { print(lines) }
  }

  /// Ends the story: writes the pages into the folder of `--output`, and says where they are on standard error.
  public func finish(file: String = #filePath) {
    if let rest = sources[file]??.rest, !rest.isEmpty, !report.cells.isEmpty {
      let last = report.cells.count - 1
      report.cells[last].source = report.cells[last].source.map { $0 + "\n\n" + rest }
    }
    do {
      try writePages()
      writeToStandardError("\(name): the report is \(options.output)/\(name).html\n")
    } catch {
      Notebook.exit(name, error, status: 1)
    }
  }

  /// Whether Ctrl-C was typed. Trainings end after their step then, and cells at their end; ask in other long work.
  public var isInterrupted: Bool { interruption.isRequested }

  /// After Ctrl-C: writes the pages, says how to go on from the last checkpoint, and ends the process with status 130.
  /// Otherwise does nothing.
  public func endIfInterrupted() {
    guard isInterrupted else { return }
    let advice = checkpoints.last.map { "go on with\n  \(options.commandLine(of: name, resuming: $0))" }
    report.show(.failure("Interrupted. " + (advice ?? "")))
    try? writePages()
    writeToStandardError(
      // The row of a progress line may be open.
      "\n\(name): interrupted; the report so far is \(options.output)/\(name).html"
        + (advice.map { "; \($0)" } ?? "") + "\n")
    Foundation.exit(130)
  }

  private static var unprintable: TapestryError {
    TapestryError(
      .invalidFile, "standard output cannot be written", remedy: "make room, or send the output elsewhere")
  }

  private static func exit(_ name: String, _ error: any Error, status: Int32) -> Never {
    writeToStandardError("\(name): \(error)\n")
    Foundation.exit(status)
  }
}
