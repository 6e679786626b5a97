import Foundation
import TapestryCompiler
import TapestryCore
import TapestryNotebook
import Testing

@Suite struct NotebookTests {
  private final class Page {
    var lines: [String] = []
  }

  private func notebook(_ page: Page, output: String = "unused") throws -> Notebook {
    guard case .options(let options) = try read(["--output", output]) else { throw CancellationError() }
    return Notebook("trial", "Tries.", options) { page.lines.append($0) }
  }

  private func read(_ arguments: [String]) throws -> NotebookOptions.Reading {
    try NotebookOptions.read(arguments, name: "trial", summary: "Tries.", epochs: (20, 2))
  }

  private func options(_ arguments: String...) throws -> NotebookOptions? {
    if case .options(let options) = try read(arguments) { options } else { nil }
  }

  @Test func cellsRunInOrder() throws {
    let page = Page()
    let notebook = try notebook(page)
    let answer = notebook.cell("First", "What it says.") {
      notebook.show("a result")
      return 42
    }
    notebook.cell("Second") { notebook.show(answer) }
    #expect(
      page.lines == [
        "First", "-----", "What it says.", "", "a result", "", "Second", "------", "42",
      ])
  }

  @Test func anErrorIsThrownOnByRun() throws {
    let page = Page()
    let notebook = try notebook(page)
    #expect(throws: TapestryError.self) {
      try notebook.run("First", "") { throw TapestryError(.usage, "no", remedy: "yes") }
    }
  }

  @Test func optionsHaveDefaults() throws {
    let options = try #require(try options())
    #expect(options.seed == 42 && options.epochs == 20 && !options.isQuick && options.output == "trial-output")
  }

  @Test func quickMeansFewerEpochsUnlessTheyAreGiven() throws {
    #expect(try options("--quick")?.epochs == 2)
    #expect(try options("--quick", "--epochs", "7")?.epochs == 7)
    #expect(try options("--epochs=7", "--seed=-3")?.seed == -3)
  }

  @Test func threadsAreThoseOfPrograms() throws {
    #expect(try options()?.programs.threads == nil)
    #expect(try options("--threads", "3")?.programs.threads == 3)
  }

  @Test func aWrongOptionSuggestsTheRightOne() {
    let error = #expect(throws: TapestryError.self) { try read(["--epoch", "3"]) }
    #expect(error?.remedy.hasPrefix("did you mean '--epochs'?") == true)
  }

  @Test func helpNamesEveryOption() throws {
    guard case .help(let text) = try read(["--help"]) else {
      Issue.record("no help")
      return
    }
    for option in ["--seed", "--epochs", "--quick", "--threads", "--output", "--help"] {
      #expect(text.contains(option))
    }
  }

  @Test func aNotebookHasOptionsOfItsOwn() throws {
    let own = [
      NotebookOption("--data", "DIR", help: "where the files are"), NotebookOption("--text", "FILE", help: ""),
    ]
    func read(_ arguments: [String]) throws -> NotebookOptions.Reading {
      try NotebookOptions.read(arguments, name: "trial", summary: "Tries.", epochs: (20, 2), own: own)
    }
    guard case .options(let options) = try read(["--data", "d", "--quick"]), case .help(let text) = try read(["-h"])
    else {
      Issue.record("no options or no help")
      return
    }
    #expect(options["--data"] == "d" && options["--text"] == nil && options["--other"] == nil && options.isQuick)
    #expect(text.contains("--data DIR") && text.contains("where the files are"))
  }

  @Test func aWrongOptionIsRefused() {
    #expect(throws: TapestryError.self) { try read(["--epoch", "3"]) }
    #expect(throws: TapestryError.self) { try read(["--epochs", "0"]) }
  }

  @Test func filesGoIntoTheOutputDirectory() throws {
    let directory = FileManager.default.temporaryDirectory.appendingPathComponent("notebook-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: directory) }
    let page = Page()
    let notebook = try notebook(page, output: directory.path + "/deep")
    try notebook.write("a.dot", "old")
    try notebook.write("a.dot", "digraph {}")
    #expect(try String(contentsOf: directory.appendingPathComponent("deep/a.dot"), encoding: .utf8) == "digraph {}")
    #expect(page.lines.last == "wrote \(directory.path)/deep/a.dot")
    try "file".write(to: directory.appendingPathComponent("taken"), atomically: true, encoding: .utf8)
    let blocked = try self.notebook(page, output: directory.path + "/taken")
    let error = #expect(throws: TapestryError.self) { try blocked.write("a.dot", "") }
    #expect(error?.code == .invalidFile && error?.message.contains("'a.dot' cannot be written into") == true)
  }

  @Test func proseIsWrappedAtSpaces() {
    #expect(wrapped("one two three", to: 7) == ["one two", "three"])
    #expect(wrapped("unbreakable a", to: 4) == ["unbreakable", "a"])
    #expect(wrapped("a\n\nb", to: 4) == ["a", "", "b"])
    #expect(wrapped("数字 数字", to: 8) == ["数字", "数字"])
  }
}
