import TapestryCore
import TapestryGraph
import TapestryNN
import Testing

@Suite struct AccuracyTests {
  private func accuracyOf(_ logits: [Float], _ labels: [Int32], classes: Int) throws -> NDArray {
    let graph = Graph()
    let value = accuracy(graph.input("x", [labels.count, classes]), graph.input("y", [labels.count], .int32))
    try graph.validate()
    return try Interpreter(graph.snapshot).evaluate(
      [value.value],
      inputs: ["x": NDArray(logits, shape: [labels.count, classes]), "y": NDArray(labels)])[0]
  }

  @Test func itCountsTheRowsWhoseGreatestLogitIsTheLabels() throws {
    let value = try accuracyOf([1, 2, 0, 5, 4, 3, -1, -3, -2, 0, 0, 7], [1, 0, 2, 2], classes: 3)
    #expect(value.type == TensorType(.float32, []))
    #expect(value.doubles == [0.75])
  }

  @Test func ofEqualLogitsTheFirstCounts() throws {
    #expect(try accuracyOf([1, 1, 1, 1], [0, 1], classes: 2).doubles == [0.5])
  }

  @Test func aLabelOutOfRangeIsAnError() {
    let error = #expect(throws: TapestryError.self) { try accuracyOf([1, 2, 3, 4], [1, 2], classes: 2) }
    #expect(error?.code == .indexOutOfRange)
  }

  @Test func shapesThatDoNotGoTogetherAreDiagnosed() {
    let graph = Graph()
    let labels = graph.input("labels", [4], .int32)
    _ = accuracy(graph.input("logits", [3, 10]), labels, file: "App/Main.swift", line: 2)
    #expect(
      graph.diagnostics.map(\.description) == [
        "App/Main.swift:2: accuracy of float32[3, 10] and int32[4]: the labels are int32[4], not int32[3]; give logits "
          + "[..., classes] and one int32 class for each example"
      ])
    _ = accuracy(graph.input("scalar", []), labels)
    #expect(graph.diagnostics.last?.message.contains("axis -1 is outside the 0 axes") == true)
  }
}
