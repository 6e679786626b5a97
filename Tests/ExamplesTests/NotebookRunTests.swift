import Foundation
import Testing

/// Every notebook runs, teaches what it says, and leaves its pages.
///
/// The texts of its programs, as they were traced and as they were cut into kernels, and the drawing of the kernels are those in `Tests/Fixtures/Graphs`,
/// which are written anew by
///
///     TAPESTRY_WRITE_GRAPHS=1 swift test --filter NotebookRunTests
@Suite(.serialized) struct NotebookRunTests {
  /// A notebook, the results of `--quick --seed 42` with their ranges, and files beside the pages.
  struct Expectation: Sendable, CustomTestStringConvertible {
    let name: String
    let results: [(label: String, range: ClosedRange<Double>)]
    var files: [String] = ["loss.csv"]
    /// A text that stays as it is, where the guides would change the program.
    var arguments: [String] = []
    /// What the files of its programs begin with.
    var programs = [""]
    var testDescription: String { name }
  }

  private static let notebooks = [
    Expectation(
      name: "digits-mlp",
      results: [("test loss", 0.4...0.6), ("test accuracy", 0.9...1)],
      files: ["loss.csv", "digits-mlp.safetensors"]),
    Expectation(
      name: "digits-cnn", results: [("test loss", 0.1...0.4), ("test accuracy", 0.9...1)],
      files: ["filters.png", "mistakes.png", "loss.csv"]),
    Expectation(
      name: "tumour-classifier",
      results: [("area under the curve", 0.98...1), ("precision", 0.94...1), ("recall", 0.94...1), ("F1", 0.95...1)]),
    Expectation(
      name: "digits-lstm",
      results: [
        ("test accuracy of the LSTM, half open", 0...0.2), ("test accuracy of the LSTM, open", 0.2...1),
      ], programs: ["simple-", "lstm-", "gru-"]),
    Expectation(
      name: "char-lstm", results: [("validation loss", 3...3.7)], files: ["loss.csv", "char-lstm.safetensors"],
      arguments: ["--text", "LICENSE"]),
    Expectation(
      name: "digits-gan",
      results: [("dense:", 0...10), ("DCGAN:", 0...10), ("Wasserstein:", 0...10)],
      files: ["dense-samples.png", "convolutional-samples.png", "wasserstein-samples.png", "dense-loss.csv"],
      programs: ["dense-", "convolutional-", "wasserstein-"]),
    Expectation(
      name: "optimizers",
      results: [("Adam with cosine: test accuracy", 0.85...1), ("gradient descent   ", 0...0.001)]),
    Expectation(name: "attention", results: [("reversing:", 0.9...1), ("sorting:", 0.7...1)]),
    Expectation(
      name: "gradients",
      results: [("largest error of a gradient", 0...1e-7), ("length", 1.15...1.25), ("friction", 0.15...0.35)]),
    Expectation(
      name: "compiler-tour",
      results: [("kernels", 1...20), ("training step", 0...1e7)], files: []),
    Expectation(
      name: "look-inside",
      results: [
        ("integrated gradients off by", 0...5), ("test accuracy", 0.9...1), ("without 8 pixels at random", 0.6...1),
        ("without the 8 that matter", 0...0.4),
      ]),
  ]

  @Test(arguments: notebooks) func aQuickRun(_ notebook: Expectation) throws {
    let run = try NotebookRun(notebook.name, ["--quick", "--seed", "42"] + notebook.arguments)
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
    for program in notebook.programs { try check(program, run) }
    for file in notebook.files + notebook.programs.flatMap({ [$0 + "graph.dot", $0 + "kernels.dot", $0 + "tape.txt"] })
    {
      let bytes = try Foundation.Data(contentsOf: run.folder.appending(path: file))
      #expect(!bytes.isEmpty, "\(file)")
      if file.hasSuffix(".png") { #expect(bytes.starts(with: [0x89, 0x50, 0x4E, 0x47])) }
      if file.hasSuffix(".dot") { #expect(bytes.starts(with: "digraph".utf8)) }
    }
  }

  /// Holds the texts of a program to the pinned ones. Lines of files are left out, which move with every edit.
  private func check(_ program: String, _ run: NotebookRun) throws {
    for file in ["graph.txt", "kernels.txt", "kernels.dot"] {
      let lines = withoutPlaces(try run.file(program + file))
      let pinned = NotebookRun.root.appending(path: "Tests/Fixtures/Graphs/\(run.name)/\(program)\(file)")
      if ProcessInfo.processInfo.environment["TAPESTRY_WRITE_GRAPHS"] != nil {
        try FileManager.default.createDirectory(
          at: pinned.deletingLastPathComponent(), withIntermediateDirectories: true)
        try lines.joined(separator: "\n").write(to: pinned, atomically: true, encoding: .utf8)
      } else {
        let wanted = withoutPlaces(try String(contentsOf: pinned, encoding: .utf8))
        let changed = zip(lines, wanted).first { $0 != $1 }.map { "'\($0)', not '\($1)'" }
        let isSame = lines.count == wanted.count && changed == nil
        #expect(isSame, "\(run.name)/\(program)\(file): \(changed ?? "more or fewer lines")")
      }
    }
  }

  /// The lines of a text without what follows `#`, and of a drawing without what boxes show below the pointer.
  private func withoutPlaces(_ text: String) -> [String] {
    text.split(separator: "\n", omittingEmptySubsequences: false).map { line -> String in
      let text = line.firstRange(of: "  # ").map { line[..<$0.lowerBound] } ?? line
      return String(text.replacing(/, tooltip="[^"]*"/, with: ""))
    }
  }

  /// An executable carries its sources: one that seems older than them, in another folder, still shows them.
  @Test func aNotebookThatWasMovedShowsItsSources() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "moved-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let moved = folder.appending(path: "gradients")
    try FileManager.default.copyItem(at: NotebookRun.executables.appending(path: "gradients"), to: moved)
    try FileManager.default.setAttributes(
      [.modificationDate: Date(timeIntervalSince1970: 0)], ofItemAtPath: moved.path)
    let run = try NotebookRun("gradients", ["--quick"], executable: moved)
    defer { try? FileManager.default.removeItem(at: run.folder) }
    let page = try run.file("gradients.html")
    #expect(page.contains("let worst = notebook.cell(") && page.contains("struct SmoothClip: Op"))
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

  /// A training by a trainer, several of them, a loop; each is interrupted where a heading was printed.
  @Test(
    arguments: [
      ("digits-mlp", "Training\n", ["--epochs", "30"]), ("tumour-classifier", "Penalties\n", ["--epochs", "60"]),
      ("gradients", "A pendulum\n", ["--epochs", "3000"]),
    ]) func controlCLeavesAReportAndACheckpoint(_ name: String, _ heading: String, _ options: [String]) throws
  {
    let running = try NotebookRun.Running(name, options)
    let begun = try running.wait(for: heading)
    #expect(begun.contains(heading))
    usleep(100_000)
    running.interrupt()
    let run = try running.ended()
    defer { try? FileManager.default.removeItem(at: run.folder) }
    #expect(run.status == 130, "\(run.errors)")
    #expect(try run.file("\(name).html").contains("Interrupted. go on with"))
    let command = run.errors.split(separator: "\n").first { $0.contains("swift run -c release \(name)") } ?? ""
    let checkpoint = try #require(command.split(separator: " ").last.map(String.init))
    #expect(command.contains(options.joined(separator: " ")) && FileManager.default.fileExists(atPath: checkpoint))
    let resumed = try NotebookRun(name, options + ["--resume", checkpoint])
    let whole = try NotebookRun(name, options)
    defer { for run in [resumed, whole] { try? FileManager.default.removeItem(at: run.folder) } }
    #expect(resumed.status == 0 && whole.status == 0, "\(resumed.errors)")
    #expect(try resumed.file("\(name).html") == whole.file("\(name).html"), "a page of a run that was interrupted")
  }
}
