import TapestryCompiler
import TapestryCore
import Testing

@Suite struct FeedErrorTests {
  private let program = Classifier.traced()
  private let rows = NDArray(zeros: [4, 16])
  private let labels = NDArray([Int32](repeating: 1, count: 4))

  private func message(_ feeds: Feeds) throws -> String? {
    var state = try program.initialState()
    let before = state
    defer { #expect(state == before) }
    return TapestryCompilerTests.message { _ = try program.run(&state, feeds) }
  }

  @Test func missing() throws {
    #expect(
      try message([Classifier.x: rows])
        == "TapestryCompilerTests/Classifier.swift:16: input 'labels' is not fed; feed an array for it")
  }

  @Test func unknown() throws {
    let line = #line + 1
    let near = Input("label", [nil], .int32)
    #expect(
      try message([Classifier.x: rows, Classifier.labels: labels, near: labels])
        == "TapestryCompilerTests/FeedErrorTests.swift:\(line): the program has no input 'label'; did you mean 'labels'?"
    )
    let far = Input("temperature", [])
    #expect(
      try message([Classifier.x: rows, Classifier.labels: labels, far: NDArray(Float(1))])
        == "TapestryCompilerTests/FeedErrorTests.swift:\(line + 5): the program has no input 'temperature'; leave it out; the inputs are 'x', 'labels'"
    )
  }

  @Test func misshapen() throws {
    #expect(
      try message([Classifier.x: NDArray(zeros: [4, 15]), Classifier.labels: labels])
        == "TapestryCompilerTests/Classifier.swift:7: input 'x' takes float32[*, 16] and is fed float32[4, 15]; "
        + "reshape the array, or leave the extent open with nil in the declaration of the input")
  }

  @Test func extentsThatDisagree() throws {
    let text = try message([Classifier.x: rows, Classifier.labels: NDArray([Int32](repeating: 1, count: 3))])
    #expect(text?.contains("the graph has 1 fault") == true)
  }

  @Test func ofAnotherType() throws {
    #expect(
      try message([Classifier.x: NDArray(zeros: [4, 16], .float64), Classifier.labels: labels])
        == "TapestryCompilerTests/Classifier.swift:7: input 'x' takes float32[*, 16] and is fed float64[4, 16]; make the array of float32"
    )
  }

  @Test func twice() throws {
    #expect(
      try message([Classifier.x: rows, Classifier.labels: labels, Classifier.x: rows])
        == "TapestryCompilerTests/Classifier.swift:7: input 'x' is fed twice; feed it once")
  }

  /// The checks are made after a program was compiled, too.
  @Test func afterARun() throws {
    var state = try program.initialState()
    _ = try program.run(&state, [Classifier.x: rows, Classifier.labels: labels])
    #expect(
      try message([Classifier.x: rows])
        == "TapestryCompilerTests/Classifier.swift:16: input 'labels' is not fed; feed an array for it")
    #expect(
      try message([Classifier.x: rows, Classifier.labels: labels, Classifier.x: rows])
        == "TapestryCompilerTests/Classifier.swift:7: input 'x' is fed twice; feed it once")
    let strange = Input("x", [nil, nil], .float32)
    let text = try message([strange: NDArray(zeros: [4, 15]), Classifier.labels: labels])
    #expect(text?.contains("input 'x' takes float32[*, 16] and is fed float32[4, 15]") == true)
  }

  @Test func anOutputThatIsNotReported() throws {
    var state = try program.initialState()
    let results = try program.run(&state, [Classifier.x: rows, Classifier.labels: labels])
    #expect(
      TapestryCompilerTests.message { _ = try results.scalar(Output("los")) }
        == "the program reports no output 'los'; did you mean 'loss'?")
  }
}
