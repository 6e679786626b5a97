import TapestryCompiler
import TapestryCore
import TapestryGraph
import TapestryTape
import Testing

@Suite struct CompiledProgramTests {
  @Test func elementwise() throws {
    let graph = Graph()
    let x = graph.input("x", [33, 17])
    let y = graph.input("y", [17])
    graph.report("z", tanh(x * y + 0.5) * exp(-x * x))
    let compiled = try expectCompiledEqualsReference(graph)
    #expect(compiled.tape.instructions.count == 1)
  }

  @Test func softmaxClassifierWithUpdate() throws {
    let graph = Graph()
    let scope = graph.scope("mlp")
    let x = graph.input("x", [32, 64])
    let labels = graph.input("labels", [32], .int32)
    let w = scope.parameter("w", [64, 10], .zeros)
    let b = scope.parameter("b", [10], .zeros)
    let logits = dot(x, w) + b
    let loss = softmaxCrossEntropy(logits, labels)
    let g = gradients(of: loss, in: [w, b])
    scope.assign("w", w - 0.1 * g[0])
    scope.assign("b", b - 0.1 * g[1])
    graph.report("loss", loss)
    let compiled = try expectCompiledEqualsReference(graph, in: 0...9)
    #expect(compiled.tape.instructions.count == 5)
  }
}

extension CompiledProgramTests {
  @Test func reductionsOverEveryAxis() throws {
    for axes in [[0], [1], [2], [0, 1], [1, 2], [0, 2], [0, 1, 2]] {
      let graph = Graph()
      let x = graph.input("x", [5, 7, 9])
      let total = sum(x * x, over: axes, keepingAxes: true)
      graph.report("sum", total)
      graph.report("share", x / (total + 1))
      graph.report("max", max(x, over: axes))
      try expectCompiledEqualsReference(graph)
    }
  }

  @Test func viewsBecomeStrides() throws {
    let graph = Graph()
    let x = graph.input("x", [6, 8])
    graph.report("transposed", x.transpose() * 2)
    graph.report("sliced", slice(x, starts: [1, 0], ends: [5, 8], steps: [2, 3]) + 1)
    graph.report("reversed", reverse(x, axes: [1]))
    graph.report("folded", (x.transpose().reshape([4, 12]) - 1))
    graph.report("product", dot(x.transpose(), x))
    graph.report("counted", graph.iota([6, 8], axis: 1, .float32) + x)
    try expectCompiledEqualsReference(graph)
  }

  @Test func emptyAxes() throws {
    let graph = Graph()
    let x = graph.input("x", [0, 4])
    graph.report("sum", sum(x, over: [0]) + 1)
    graph.report("all", sum(x))
    graph.report("mapped", exp(x))
    graph.report("product", dot(x.transpose(), x))
    try expectCompiledEqualsReference(graph)
  }
}

extension CompiledProgramTests {
  /// A recurrence with gradients, rolled and unrolled, in both directions and of several lengths.
  @Test(arguments: [0, 1, 2, 7], [false, true])
  func loopsRolledAndUnrolled(_ length: Int, _ isReverse: Bool) throws {
    let graph = Graph()
    let x = graph.input("x", Shape([length, 3, 4]))
    let w = graph.input("w", [4, 4])
    let h = graph.input("h", [3, 4])
    let (carries, outputs) = scan(over: [x], from: [h], length: length, reversed: isReverse) { step in
      let next = tanh(step.inputs[0] + dot(step.carries[0], w))
      return (carries: [next], outputs: [next * next])
    }
    let loss = sum(carries[0]) + sum(outputs[0])
    graph.report("last", carries[0])
    graph.report("all", outputs[0])
    for (name, g) in zip(["gx", "gw", "gh"], gradients(of: loss, in: [x, w, h], disconnected: .zeros)) {
      graph.report(name, g)
    }
    try expectCompiledEqualsReference(graph)
    var options = CompilerOptions()
    options.unrollsLoops = true
    try expectCompiledEqualsReference(graph, options)
  }
}

extension CompiledProgramTests {
  /// A mean that Float32 cannot hold: what it is off by is taken out of the variance.
  @Test func varianceWhereTheMeanIsRounded() throws {
    let graph = Graph()
    let x = graph.input("x", [6])
    graph.report("v", variance(x))
    let values = NDArray((0..<6).map { Float(16_777_000 + $0) })
    let tape = try CompiledProgram(graph).tape
    for kernels in KernelTable.all {
      let (outputs, _, _) = try run(tape, inputs: ["x": values], state: [:], kernels: kernels)
      #expect(abs(outputs["v"]!.double(at: 0) - 35.0 / 12) < 1e-5)
    }
  }
}
