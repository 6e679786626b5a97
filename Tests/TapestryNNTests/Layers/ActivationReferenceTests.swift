import TapestryCompiler
import TapestryCore
import TapestryGraph
import TapestryNN
import Testing

/// Activation functions against PyTorch's numbers, at kinks and far out too: `Tests/Scripts/reference_activations.py`.
@Suite struct ActivationReferenceTests {
  private static let functions: [(String, @Sendable (Tensor) -> Tensor)] = [
    ("relu", { relu($0) }), ("relu6", { relu6($0) }), ("leakyRelu", { leakyRelu($0, slope: 0.2) }),
    ("elu", { elu($0, alpha: 0.7) }), ("selu", { selu($0) }), ("logSigmoid", { logSigmoid($0) }),
    ("softsign", { softsign($0) }), ("silu", { silu($0) }), ("mish", { mish($0) }),
    ("hardSigmoid", { hardSigmoid($0) }),
    ("hardSilu", { hardSilu($0) }), ("hardTanh", { hardTanh($0) }), ("gelu", { gelu($0) }),
    ("gelu tanh", { gelu($0, form: .tanh) }), ("sigmoid", { sigmoid($0) }), ("tanh", { tanh($0) }),
    ("softplus", { softplus($0) }), ("softmax", { softmax($0) }), ("logSoftmax", { logSoftmax($0) }),
    ("glu", { glu($0) }),
  ]

  @Test(arguments: functions.indices) func valuesAndSlopes(row: Int) throws {
    let (name, function) = Self.functions[row]
    try check(name, in: "activations") { inputs, _, _ in inputs["x"].map { ["y": function($0)] } ?? [:] }
  }

  @Test func slopesThatAreLearned() throws {
    try check("parametricRelu", in: "activations") { inputs, scope, _ in
      inputs["x"].map { ["y": parametricRelu($0, in: scope)] } ?? [:]
    }
    try check("parametricRelu shared nchw", in: "activations") { inputs, scope, _ in
      inputs["x"].map { ["y": parametricRelu($0, in: scope, shared: true, layout: .nchw)] } ?? [:]
    }
  }

  private static let floatOnly: [(String, @Sendable (Tensor) -> Tensor)] = [
    ("leakyRelu", { leakyRelu($0, file: "App/Main.swift", line: 3) }),
    ("elu", { elu($0, file: "App/Main.swift", line: 3) }),
    ("selu", { selu($0, file: "App/Main.swift", line: 3) }), ("gelu", { gelu($0, file: "App/Main.swift", line: 3) }),
    ("softplus", { softplus($0, file: "App/Main.swift", line: 3) }),
    ("logSigmoid", { logSigmoid($0, file: "App/Main.swift", line: 3) }),
    ("softsign", { softsign($0, file: "App/Main.swift", line: 3) }),
    ("silu", { silu($0, file: "App/Main.swift", line: 3) }),
    ("mish", { mish($0, file: "App/Main.swift", line: 3) }),
    ("hardSigmoid", { hardSigmoid($0, file: "App/Main.swift", line: 3) }),
    ("hardSilu", { hardSilu($0, file: "App/Main.swift", line: 3) }),
    ("hardTanh", { hardTanh($0, file: "App/Main.swift", line: 3) }),
    ("glu", { glu($0, file: "App/Main.swift", line: 3) }),
    (
      "parametricRelu",
      { parametricRelu($0, in: $0.graph.scope("p"), file: "App/Main.swift", line: 3) }
    ),
  ]

  @Test(arguments: floatOnly.indices) func integersAreDiagnosedByName(row: Int) {
    let (name, function) = Self.floatOnly[row]
    let graph = Graph()
    #expect(function(graph.input("x", [2, 4], .int32)).isPoisoned)
    #expect(
      graph.diagnostics.map(\.description) == [
        "App/Main.swift:3: \(name) of int32[2, 4]: int32 is not a type it takes; cast to a float type: "
          + "`cast(x, to: .float32)`"
      ])
  }

  @Test func anOddAxisHasNoGate() {
    let graph = Graph()
    _ = glu(graph.input("x", [2, 3]), file: "App/Main.swift", line: 4)
    #expect(graph.diagnostics.map { $0.place?.line } == [4])
  }
}
