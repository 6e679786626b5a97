import Foundation
import TapestryCore
import TapestryNotebook
import TapestryTerminal
import Testing

@Suite struct ReportTests {
  private func notebook(output: String = "unused") throws -> Notebook {
    let reading = try NotebookOptions.read(
      ["--output", output, "--quick"], name: "trial", summary: "Tries.", epochs: (20, 1))
    guard case .options(let options) = reading else { throw CancellationError() }
    return Notebook("trial", "Tries `everything` & more.", options) { _ in }
  }

  /// A notebook with one of everything.
  private func story() throws -> Notebook {
    let notebook = try notebook()
    notebook.cell("First < second", "Prose with `a < b`.\n\nAnother paragraph.") {
      notebook.show("one & two")
      notebook.show("three")
      var table = TextTable([.left("name"), .right("value")])
      table.add("a<b", 42)
      notebook.show(table)
    }
    notebook.cell("Second") {
      var plot = Plot("Loss", x: "epoch", y: "nats")
      plot.addLine("training", y: [3, 2, 1])
      notebook.show(plot)
      notebook.show(Figure(svg: "<svg viewBox=\"0 0 1 1\"></svg>", title: "made elsewhere"))
      notebook.fold("The listing", "wave 0 <")
    }
    return notebook
  }

  @Test func thePageHoldsEverything() throws {
    let html = try story().report.html
    for part in [
      "<h1>trial</h1>", "<p>Tries <code>everything</code> &amp; more.</p>", "seed 42, 1 epoch, a quick run",
      "<h2>First &lt; second</h2>", "<p>Prose with <code>a &lt; b</code>.</p>\n<p>Another paragraph.</p>",
      "<pre class=\"result\">one &amp; two\nthree</pre>", "<td>a&lt;b</td><td class=\"number\">42</td>",
      "<polyline class=\"tp-line0\"", "</details>\n<figure class=\"drawing\"><svg viewBox=\"0 0 1 1\"></svg></figure>",
      "<summary>The listing</summary><pre>wave 0 &lt;</pre>", "@media (prefers-color-scheme: dark)",
      "width=device-width",
    ] { #expect(html.contains(part), "\(part)") }
  }

  @Test func thePageShowsTheSourceThatRan() throws {
    let html = try story().report.html
    #expect(html.contains("notebook.cell(&quot;Second&quot;) {\n      var plot = Plot(&quot;Loss&quot;"))
    #expect(html.contains("notebook.fold(&quot;The listing&quot;, &quot;wave 0 &lt;&quot;)"))
  }

  @Test func thePageNeedsNoNetwork() throws {
    let html = try story().report.html
    for part in ["src=", "@import", "url(", "<script", "<link"] { #expect(!html.contains(part), "\(part)") }
    let addresses = html.split(separator: "href=\"").dropFirst().map { $0.split(separator: "\"")[0] }
    #expect(addresses.allSatisfy { $0.hasPrefix("#") || $0.hasPrefix("data:") })
    let hosts = html.split(separator: "http").dropFirst().map { $0.prefix(22) }
    #expect(hosts.allSatisfy { $0 == "://www.w3.org/2000/svg" })
  }

  @Test func tagsAreClosed() throws {
    let html = try story().report.html
    for tag in ["html", "body", "main", "section", "pre", "code", "table", "figure", "svg", "details", "p", "h2"] {
      let opened = html.split(separator: "<\(tag)>").count + html.split(separator: "<\(tag) ").count - 2
      #expect(opened == html.split(separator: "</\(tag)>").count - 1, "\(tag)")
    }
  }

  @Test func theJupyterNotebookHasItsParts() throws {
    let json = try JSONSerialization.jsonObject(with: Foundation.Data(story().report.jupyter.utf8)) as? [String: Any]
    #expect(json?["nbformat"] as? Int == 4 && json?["nbformat_minor"] as? Int == 5)
    let cells = try #require(json?["cells"] as? [[String: Any]])
    #expect(cells.map { $0["cell_type"] as? String } == ["markdown", "markdown", "code", "markdown", "code"])
    let ids = cells.compactMap { $0["id"] as? String }
    #expect(
      Set(ids).count == cells.count && ids.allSatisfy { $0.allSatisfy { $0.isLetter || $0.isNumber || $0 == "-" } })
    #expect(cells[0]["outputs"] == nil && cells[0]["execution_count"] == nil)
    let outputs = try #require(cells[4]["outputs"] as? [[String: Any]])
    let data = try #require(outputs[0]["data"] as? [String: String])
    #expect(data["text/plain"] == "Loss" && data["image/svg+xml"]?.hasPrefix("<svg ") == true)
    #expect((cells[2]["source"] as? String)?.contains("notebook.show(table)") == true)
  }

  @Test func finishingWritesThePages() throws {
    let directory = FileManager.default.temporaryDirectory.appendingPathComponent("report-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: directory) }
    let notebook = try notebook(output: directory.path)
    notebook.cell("Only") { notebook.show("done") }
    try notebook.write("loss.csv", columns: [("epoch", [1, 2]), ("loss", [0.5])])
    notebook.finish()
    let page = try String(contentsOf: directory.appendingPathComponent("trial.html"), encoding: .utf8)
    #expect(page.contains("done") && page.contains("<a href=\"loss.csv\">loss.csv</a>"))
    #expect(FileManager.default.fileExists(atPath: directory.appendingPathComponent("trial.ipynb").path))
    let csv = try String(contentsOf: directory.appendingPathComponent("loss.csv"), encoding: .utf8)
    #expect(csv == "epoch,loss\n1.0,0.5\n2.0,\n")
  }
}
