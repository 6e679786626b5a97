import Foundation
import TapestryGraph
import TapestryTerminal

// The notebook format 4.5 of Jupyter (https://nbformat.readthedocs.io): a list of cells, each with an id; a markdown cell
// for heading and prose, and a code cell with the source and what it gave. Outputs carry the same thing in several types,
// of which a viewer takes the richest it knows. No kernel needs to be there to look at it.

extension Report {
  /// The report as a Jupyter notebook, format 4.5.
  package var jupyter: String {
    var list: [JupyterCell] = [.markdown("# \(name)\n\n\(summary)\n\n*\(settings)*", id: "title")]
    for (place, cell) in cells.enumerated() {
      let heading = cell.heading.isEmpty ? [] : ["## \(cell.heading)"]
      let text = (heading + paragraphs(of: cell.prose)).joined(separator: "\n\n")
      if !text.isEmpty { list.append(.markdown(text, id: "prose-\(place + 1)")) }
      list.append(
        JupyterCell(
          cell_type: "code", id: "cell-\(place + 1)", source: cell.source ?? "", execution_count: place + 1,
          outputs: cell.outputs.map(jupyterOutput)))
    }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
    // Nothing in it is a number that JSON cannot say, so encoding cannot fail.
    guard let data = try? encoder.encode(JupyterNotebook(cells: list)) else { preconditionFailure("a page in JSON") }
    return String(decoding: data, as: UTF8.self) + "\n"
  }

  private func jupyterOutput(_ output: Output) -> JupyterOutput {
    switch output {
    case .text(let text): .stream(text + "\n")
    case .table(let table): .display(["text/plain": table.description, "text/html": html(table)])
    case .figure(let figure): .display(["text/plain": figure.title, "image/svg+xml": figure.svg])
    case .folded(let title, let text):
      .display([
        "text/plain": "\(title)\n\(text)",
        "text/html": "<details><summary>\(xmlEscaped(title))</summary><pre>\(xmlEscaped(text))</pre></details>",
      ])
    case .files(let names): .stream("wrote \(names.joined(separator: " "))\n")
    case .failure(let text): .failure(text)
    }
  }
}

private struct JupyterNotebook: Encodable {
  var nbformat = 4
  var nbformat_minor = 5
  var metadata = [
    "kernelspec": ["display_name": "Swift", "language": "swift", "name": "swift"],
    "language_info": ["name": "swift", "file_extension": ".swift", "mimetype": "text/x-swift"],
  ]
  var cells: [JupyterCell]
}

private struct JupyterCell: Encodable {
  var cell_type: String
  var id: String
  var metadata: [String: String] = [:]
  var source: String
  /// A code cell has these two, another has neither.
  var execution_count: Int?
  var outputs: [JupyterOutput]?

  static func markdown(_ text: String, id: String) -> JupyterCell {
    JupyterCell(cell_type: "markdown", id: id, source: text)
  }
}

private struct JupyterOutput: Encodable {
  var output_type: String
  var name: String?
  var text: String?
  var data: [String: String]?
  var metadata: [String: String]?
  var ename: String?
  var evalue: String?
  var traceback: [String]?

  static func stream(_ text: String) -> JupyterOutput {
    JupyterOutput(output_type: "stream", name: "stdout", text: text)
  }
  static func display(_ data: [String: String]) -> JupyterOutput {
    JupyterOutput(output_type: "display_data", data: data, metadata: [:])
  }
  static func failure(_ text: String) -> JupyterOutput {
    JupyterOutput(output_type: "error", ename: "error", evalue: text, traceback: [text])
  }
}
