import Foundation
import Testing

/// Every notebook runs, teaches what it says, and leaves its pages.
@Suite(.serialized) struct NotebookRunTests {
  /// A notebook, the results of `--quick --seed 42` with their ranges, and files beside the pages.
  struct Expectation: Sendable, CustomTestStringConvertible {
    let name: String
    let results: [(label: String, range: ClosedRange<Double>)]
    var files: [String] = []
    var testDescription: String { name }
  }

  private static let notebooks = [
    Expectation(
      name: "digits-mlp",
      results: [("graph as traced", 155...155), ("test loss", 0.4...0.6), ("test accuracy", 0.9...1)],
      files: ["graph.dot", "optimized.dot", "kernels.dot", "tape.txt", "loss.csv", "digits-mlp.safetensors"]),
    Expectation(
      name: "digits-cnn", results: [("test loss", 0.1...0.4), ("test accuracy", 0.9...1)],
      files: ["filters.png", "mistakes.png", "loss.csv"]),
    Expectation(
      name: "tumour-classifier",
      results: [("area under the curve", 0.98...1), ("precision", 0.94...1), ("recall", 0.94...1), ("F1", 0.95...1)],
      files: ["loss.csv"]),
    Expectation(
      name: "digits-lstm",
      results: [
        ("test accuracy of the LSTM, half open", 0...0.2), ("test accuracy of the LSTM, open", 0.2...1),
      ]),
    Expectation(
      name: "char-lstm", results: [("validation loss", 2.8...3.6)], files: ["loss.csv", "char-lstm.safetensors"]),
    Expectation(
      name: "digits-gan",
      results: [("dense", 507...507), ("DCGAN", 769...769), ("Wasserstein  ", 529...529)],
      files: ["game.dot", "dense-samples.png", "convolutional-samples.png", "wasserstein-samples.png"]),
    Expectation(
      name: "optimizers",
      results: [("Adam with cosine: test accuracy", 0.85...1), ("gradient descent   ", 0...0.001)]),
    Expectation(name: "attention", results: [("reversing:", 0.9...1), ("sorting:", 0.7...1)]),
    Expectation(
      name: "gradients",
      results: [("largest error of a gradient", 0...1e-7), ("length", 1.15...1.25), ("friction", 0.15...0.35)],
      files: ["loss.csv"]),
    Expectation(
      name: "compiler-tour",
      results: [
        ("nodes traced", 83...83), ("nodes after the passes", 66...66), ("kernels", 8...8), ("training step", 0...1e7),
      ]),
    Expectation(
      name: "look-inside",
      results: [
        ("integrated gradients off by", 0...5), ("test accuracy", 0.9...1), ("without 8 pixels at random", 0.6...1),
        ("without the 8 that matter", 0...0.4),
      ]),
  ]

  @Test(arguments: notebooks) func aQuickRun(_ notebook: Expectation) throws {
    let run = try NotebookRun(notebook.name, ["--quick", "--seed", "42"])
    defer { try? FileManager.default.removeItem(at: run.folder) }
    #expect(run.status == 0, "\(run.errors)")
    for (label, range) in notebook.results {
      let number = try #require(run.number(after: label), "'\(label)' in\n\(run.output)")
      #expect(range.contains(number), "\(label) \(number)")
    }
    let page = try run.file(notebook.name + ".html")
    let cells = page.split(separator: "<section ").count - 1
    #expect(cells >= 4 && page.split(separator: "<details class=\"source\"").count - 1 == cells)
    #expect(page.contains("<figure") && !page.contains("class=\"failure\""))
    let jupyter = try JSONSerialization.jsonObject(with: Foundation.Data(run.file(notebook.name + ".ipynb").utf8))
    let kinds = (jupyter as? [String: Any])?["cells"] as? [[String: Any]]
    #expect(kinds?.count { $0["cell_type"] as? String == "code" } == cells)
    for file in notebook.files {
      let bytes = try Foundation.Data(contentsOf: run.folder.appending(path: file))
      #expect(!bytes.isEmpty, "\(file)")
      if file.hasSuffix(".png") { #expect(bytes.starts(with: [0x89, 0x50, 0x4E, 0x47])) }
      if file.hasSuffix(".dot") { #expect(bytes.starts(with: "digraph".utf8)) }
    }
  }

  @Test func theSameSeedGivesTheSamePage() throws {
    let runs = try (1...2).map { try NotebookRun("gradients", ["--quick", "--seed", "7", "--threads", "\($0)"]) }
    defer { for run in runs { try? FileManager.default.removeItem(at: run.folder) } }
    #expect(try runs[0].file("gradients.html") == runs[1].file("gradients.html"))
    #expect(
      runs[0].output.replacingOccurrences(of: runs[0].folder.path, with: "")
        == runs[1].output.replacingOccurrences(of: runs[1].folder.path, with: ""))
  }

  @Test func aWrongOptionIsRefused() throws {
    let run = try NotebookRun("digits-mlp", ["--sed", "1"])
    #expect(run.status == 2 && run.errors.contains("did you mean '--seed'?") && run.output.isEmpty)
  }

  @Test func controlCLeavesAReportAndACheckpoint() throws {
    let running = try NotebookRun.Running("digits-mlp", ["--epochs", "1000000"])
    let begun = try running.wait(for: "Training\n--------\n")
    #expect(begun.contains("Training"))
    usleep(300_000)
    running.interrupt()
    let run = try running.ended()
    defer { try? FileManager.default.removeItem(at: run.folder) }
    let checkpoint = run.folder.path + "/digits-mlp.safetensors"
    #expect(run.status == 130)
    #expect(run.errors.contains("swift run -c release digits-mlp --epochs 1000000"))
    #expect(run.errors.contains("--resume \(checkpoint)"))
    #expect(try run.file("digits-mlp.html").contains("Interrupted."))
    let resumed = try NotebookRun("digits-mlp", ["--epochs", "1", "--resume", checkpoint])
    defer { try? FileManager.default.removeItem(at: resumed.folder) }
    #expect(resumed.status == 0 && resumed.number(after: "test accuracy") != nil, "\(resumed.errors)")
  }
}
