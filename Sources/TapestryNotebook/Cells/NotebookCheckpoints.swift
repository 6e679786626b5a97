import Foundation
import TapestryCore
import TapestryNN

// Each training of a notebook has a file of its own in the folder of `--output`. `--resume FILE` names the one that was
// interrupted. Trainings come in the same order in every run, so those before it were finished, and their files lie beside
// it; those after it begin anew, whatever files an older run has left.

/// Where a notebook's trainings are kept, and which of them are to go on from a checkpoint.
struct NotebookCheckpoints {
  private let name: String
  private let output: String
  /// The file of `--resume`, until its training has come.
  private var resumed: String?
  private var taken: Set<String> = []
  /// The file of the training begun last.
  private(set) var last: String?

  init(_ name: String, _ options: NotebookOptions) {
    self.name = name
    output = options.output
    resumed = options["--resume"]
  }

  /// Begins a training: the file it is kept in, and what it goes on from.
  ///
  /// - Parameter label: names it among the trainings of the notebook; empty for the only one.
  /// - Throws: `usage` for a label used before, `invalidFile` for a checkpoint that is not there or is damaged.
  mutating func begin(_ label: String) throws(TapestryError) -> (path: String, checkpoint: Checkpoint?) {
    let file = fileName(of: label)
    guard taken.insert(file).inserted else {
      throw TapestryError(.usage, "two trainings are called '\(label)'", remedy: "give each a label of its own")
    }
    let path = output + "/" + file
    defer { last = path }
    guard let resumed else { return (path, nil) }
    let isOnly = label.isEmpty
    let kept = isOnly ? resumed : URL(fileURLWithPath: resumed).deletingLastPathComponent().appending(path: file).path
    guard FileManager.default.fileExists(atPath: kept) else {
      throw TapestryError(
        .invalidFile, "there is no checkpoint '\(kept)' to go on from",
        remedy: "give `--resume` the file that \(name) named when it was interrupted, with the others beside it")
    }
    if isOnly || file == URL(fileURLWithPath: resumed).lastPathComponent { self.resumed = nil }
    let checkpoint = try Checkpoint(contentsOf: kept)
    // A later interruption must find it, too.
    if kept != path { try checkpoint.write(to: path) }
    return (path, checkpoint)
  }

  private func fileName(of label: String) -> String {
    let words = label.lowercased().split { !$0.isASCII || !($0.isLetter || $0.isNumber) }
    return ([name] + words.map(String.init)).joined(separator: "-") + ".safetensors"
  }
}
