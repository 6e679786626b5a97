import TapestryCompiler
import TapestryCore
import TapestryGraph
import TapestryNN
import Testing

/// Recurrent layers against PyTorch's numbers: `Tests/Scripts/reference_recurrence.py`.
@Suite struct RecurrenceReferenceTests {
  enum Kind: String, CaseIterable { case rnn, lstm, gru }

  private func layer(
    _ name: String, _ kind: Kind, units: Int = 3, layers: Int = 1, both: Bool = false,
    output: RecurrentOutput = .allSteps, _ compiler: CompilerOptions = CompilerOptions()
  ) throws {
    try check("\(kind) \(name)", in: "recurrence", compiler) { inputs, scope, _ in
      guard let x = inputs["x"] else { return [:] }
      let initial = inputs["hidden"].map { RecurrentStates(hidden: $0, cell: inputs["cell"]) }
      let mask = inputs["mask"]
      let result =
        switch kind {
        case .rnn:
          simpleRNN(
            x, units, in: scope, layers: layers, bidirectional: both, initial: initial, mask: mask, output: output)
        case .lstm:
          lstm(x, units, in: scope, layers: layers, bidirectional: both, initial: initial, mask: mask, output: output)
        case .gru:
          gru(x, units, in: scope, layers: layers, bidirectional: both, initial: initial, mask: mask, output: output)
        }
      var outputs = ["y": result.output, "final hidden": result.states.hidden]
      outputs["final cell"] = result.states.cell
      return outputs
    }
  }

  @Test(arguments: Kind.allCases) func oneLayer(kind: Kind) throws {
    try layer("plain", kind)
    try layer("one step", kind)
  }

  @Test(arguments: Kind.allCases) func severalLayersInBothDirections(kind: Kind) throws {
    try layer("two layers both directions", kind, units: 2, layers: 2, both: true)
  }

  @Test(arguments: Kind.allCases) func sequencesOfDifferentLengths(kind: Kind) throws {
    try layer("mask", kind, both: true)
    try layer("mask last", kind, units: 2, layers: 2, both: true, output: .lastStep)
  }

  @Test(arguments: Kind.allCases) func unrolledLoopsGiveTheSame(kind: Kind) throws {
    var options = CompilerOptions()
    options.unrollsLoops = true
    try layer("one step", kind, options)
    try layer("mask", kind, both: true, options)
  }

  @Test func manySteps() throws { try layer("fifty steps", .lstm, units: 2, output: .lastStep) }

  @Test func whatDoesNotFitIsDiagnosedAtTheCallersLine() {
    let graph = Graph()
    let (x, scope) = (graph.input("x", [2, 3, 4]), graph.scope("r"))
    _ = gru(graph.input("flat", [2, 3]), 2, in: scope, file: "App/Main.swift", line: 1)
    _ = lstm(x, 0, in: scope, file: "App/Main.swift", line: 2)
    _ = lstm(x, 2, in: scope, mask: graph.input("mask", [2, 2], .bool), file: "App/Main.swift", line: 3)
    let state = RecurrentStates(hidden: graph.input("hidden", [1, 2, 2]))
    _ = lstm(x, 2, in: scope, initial: state, file: "App/Main.swift", line: 4)
    #expect(graph.diagnostics.map { $0.place?.line } == [1, 2, 3, 4])
    #expect(graph.snapshot.effects.variables.isEmpty)
  }
}
