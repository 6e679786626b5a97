import Foundation
import TapestryCompiler
import TapestryCore
import TapestryNN
import TapestryNotebook
import Testing

@Suite struct TrainingTests {
  private final class Folder {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("training-\(UUID().uuidString)").path
    deinit { try? FileManager.default.removeItem(atPath: path) }
  }

  /// A notebook that writes into a folder and may go on from a file in it.
  private func notebook(_ folder: Folder, seed: Int = 1, resuming file: String? = nil, output: String = "")
    throws -> Notebook
  {
    let arguments =
      ["--output", folder.path + output, "--seed", String(seed)]
      + (file.map { ["--resume", folder.path + "/" + $0] } ?? [])
    let reading = try NotebookOptions.read(
      arguments, name: "trial", summary: "Tries.", epochs: (20, 2), own: [.resume])
    guard case .options(let options) = reading else { throw CancellationError() }
    return Notebook("trial", "Tries.", options) { _ in }
  }

  /// Counts, in the state, the steps made.
  private func count(_ notebook: Notebook, _ steps: Int, as label: String, fails: Int? = nil) throws -> (
    made: [Int], measured: [String: [Double]], state: ModelState
  ) {
    var made: [Int] = []
    var state = ModelState(["count": NDArray(0.0)])
    let measured = try notebook.train(&state, steps: steps, savingEvery: 1, as: label) { state, step in
      if step == fails { throw CancellationError() }
      made.append(step)
      state["count"] = NDArray((state["count"]?.double(at: 0) ?? .nan) + 1)
      return ["square": Double(step * step)]
    }
    return (made, measured, state)
  }

  @Test func aLoopGoesOnWhereItStopped() throws {
    let folder = Folder()
    let whole = try count(notebook(folder), 4, as: "counting")
    #expect(whole.made == [0, 1, 2, 3] && whole.state["count"]?.doubles == [4])
    #expect(whole.measured == ["square": [0, 1, 4, 9]])
    #expect(throws: CancellationError.self) { try count(notebook(folder), 4, as: "counting", fails: 3) }
    let rest = try count(notebook(folder, resuming: "trial-counting.safetensors"), 4, as: "counting")
    #expect(rest.made == [3] && rest.state == whole.state && rest.measured == whole.measured)
  }

  @Test func trainingsBeforeTheResumedOneAreNotMadeAgain() throws {
    let folder = Folder()
    let first = try notebook(folder)
    for label in ["One", "two, half", "three"] { _ = try count(first, 2, as: label) }
    let again = try notebook(folder, resuming: "trial-two-half.safetensors", output: "/deep")
    #expect(try count(again, 2, as: "One").made == [])
    #expect(try count(again, 2, as: "two, half").made == [])
    #expect(try count(again, 2, as: "three").made == [0, 1])
    let files = try FileManager.default.contentsOfDirectory(atPath: folder.path + "/deep")
    #expect(files.sorted() == ["trial-one.safetensors", "trial-three.safetensors", "trial-two-half.safetensors"])
  }

  @Test func whatDoesNotFitIsRefused() throws {
    let folder = Folder()
    let first = try notebook(folder)
    _ = try count(first, 2, as: "one")
    var error = #expect(throws: TapestryError.self) { try count(first, 2, as: "One") }
    #expect(error?.message == "two trainings are called 'One'")
    error = #expect(throws: TapestryError.self) {
      try count(notebook(folder, resuming: "trial-one.safetensors"), 3, as: "one")
    }
    #expect(error?.message.hasSuffix("is of a training with steps '2', not '3'") == true)
    error = #expect(throws: TapestryError.self) {
      try count(notebook(folder, seed: 2, resuming: "trial-one.safetensors"), 2, as: "one")
    }
    #expect(error?.message.hasSuffix("is of a training with seed '1', not '2'") == true)
    error = #expect(throws: TapestryError.self) {
      try count(notebook(folder, resuming: "trial-other.safetensors"), 2, as: "other")
    }
    #expect(error?.message == "there is no checkpoint '\(folder.path)/trial-other.safetensors' to go on from")
    error = #expect(throws: TapestryError.self) {
      var state = ModelState(["other": NDArray(0.0)])
      _ = try notebook(folder, resuming: "trial-one.safetensors").train(&state, steps: 2, as: "one") { _, _ in [:] }
    }
    #expect(error?.message.hasSuffix("is of another model") == true)
  }
}
