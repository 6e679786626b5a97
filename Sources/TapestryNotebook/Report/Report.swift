package import TapestryTerminal

/// What a notebook has shown so far: the content of its pages.
package struct Report: Sendable {
  /// Something a cell shows.
  package enum Output: Sendable {
    case text(String)
    case table(TextTable)
    case figure(Figure)
    /// A long text, folded away below its title.
    case folded(String, String)
    /// Files in the folder of the page.
    case files([String])
    /// The error that ended the notebook.
    case failure(String)
  }

  package struct Cell: Sendable {
    package let heading: String
    package let prose: String
    package var source: String?
    package var outputs: [Output] = []
  }

  package let name: String
  package let summary: String
  /// The options of the run, in words.
  package let settings: String
  package var cells: [Cell] = []

  package init(name: String, summary: String, settings: String) {
    self.name = name
    self.summary = summary
    self.settings = settings
  }

  /// Adds something to the cell that runs. Neighbouring texts become one, and so do lists of files.
  package mutating func show(_ output: Output) {
    if cells.isEmpty { cells.append(Cell(heading: "", prose: "")) }
    let last = cells.count - 1
    switch (cells[last].outputs.last, output) {
    case (.text(let old), .text(let new)):
      cells[last].outputs[cells[last].outputs.count - 1] = .text(old + "\n" + new)
    case (.files(let old), .files(let new)):
      cells[last].outputs[cells[last].outputs.count - 1] = .files(old + new)
    default: cells[last].outputs.append(output)
    }
  }
}
