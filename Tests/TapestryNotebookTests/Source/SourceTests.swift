import Foundation
import TapestryNotebook
import Testing

@Suite struct SourceTests {
  private let text = #"""
    import Tapestry

    let notebook = Notebook("trial", "Tries.", epochs: 1, quickEpochs: 1)
    let count = notebook.cell("One", "A brace in prose: { and \"a quote\" (\(1 + (2)))") {  // not } here
      let text = "} \("}") " + #"\#("}") ""#
      /* } /* } */ } */
      return 1
    }

    let more = 2

    notebook.cell(
      "Two",
      """
      Several " lines }
      """
    ) { [count] in
      notebook.show(count)
    }

    func helper() {}
    notebook.finish()
    """#

  @Test func cellsAreCutWithWhatStandsBeforeThem() throws {
    var source = NotebookSource(text)
    let cut = source.cell("One", line: 4)
    let one = try #require(cut)
    #expect(one.hasPrefix("import Tapestry\n\nlet notebook = "))
    #expect(
      one.hasSuffix(
        #"""
        let count = notebook.cell("One") {  // not } here
          let text = "} \("}") " + #"\#("}") ""#
          /* } /* } */ } */
          return 1
        }
        """#))
    #expect(
      source.cell("Two", line: 12) == """
        let more = 2

        notebook.cell("Two") { [count] in
          notebook.show(count)
        }
        """)
    #expect(source.rest == "func helper() {}")
  }

  @Test func aLineWithoutACellHasNoSource() {
    var source = NotebookSource(text)
    #expect(source.cell("One", line: 3) == nil)
    #expect(source.cell("One", line: 99) == nil)
    #expect(source.cell("One", line: 0) == nil)
    var broken = NotebookSource("notebook.cell(\"a\") {")
    #expect(broken.cell("a", line: 1) == nil)
  }

  @Test func aFileChangedAfterTheBuildIsNotShown() throws {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID().uuidString).swift").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    #expect(NotebookSource(path: path, built: .distantFuture) == nil)
    try text.write(toFile: path, atomically: true, encoding: .utf8)
    #expect(NotebookSource(path: path, built: .distantFuture)?.whole == text)
    #expect(NotebookSource(path: path, built: .distantPast) == nil)
    #expect(NotebookSource(path: path, built: nil) == nil)
  }
}
