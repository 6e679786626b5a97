import TapestryCompiler
import TapestryCore
import TapestryGraph
import TapestryNN
import Testing

/// Metrics in the graph and of fetched arrays against the same numbers: `Tests/Scripts/reference_metrics.py`.
@Suite struct MetricReferenceTests {
  typealias Metric = @Sendable ([String: Tensor]) -> Tensor
  typealias FetchedMetric = ([String: NDArray]) throws -> [Double]

  /// Holds a compiled metric in both float types, and one of fetched arrays, to an output of a case.
  private func expect(
    _ output: String, of name: String, _ metric: @escaping Metric, _ fetched: FetchedMetric? = nil,
    place: Testing.SourceLocation = #_sourceLocation
  ) throws {
    let reference = try ReferenceCase.named(name, in: "metrics")
    let wanted = try #require(reference.outputs[output])
    // A confusion matrix is float32 whatever the logits are.
    let isCounted = ["confusion", "precision", "recall", "f1"].contains { output.hasPrefix($0) }
    for (dtype, bound) in [(DType.float64, isCounted ? 1e-6 : 1e-9), (.float32, 1e-5)] {
      let arrays = try reference.inputs.mapValues { try $0.array(dtype) }
      let out = Output("metric")
      let program = Program.traced { t in t.report(out, metric(arrays.mapValues { t.graph.constant($0) })) }
      let found = try program.evaluate(ModelState(), [:]).array(out)
      #expect(wanted.error(of: found) <= bound, "\(output), \(dtype)", sourceLocation: place)
      guard let fetched else { continue }
      let array = try NDArray(fetched(arrays), shape: Shape(wanted.shape))
      #expect(wanted.error(of: array) <= bound, "\(output) fetched, \(dtype)", sourceLocation: place)
    }
  }

  @Test(arguments: ["area", "area ties"]) func theAreaCountsPairs(name: String) throws {
    try expect("y", of: name) {
      areaUnderCurve($0["scores"]!, $0["labels"]!)
    } _: {
      [areaUnderCurve($0["scores"]!.doubles, $0["labels"]!.doubles.map { $0 != 0 })]
    }
    try expect("y", of: name) { areaUnderCurve($0["scores"]!, cast($0["labels"]!, to: .int32)) }
  }

  @Test func shares() throws {
    try expect("accuracy", of: "classes") {
      accuracy($0["logits"]!, $0["labels"]!)
    } _: {
      [try accuracy($0["logits"]!, $0["labels"]!)]
    }
    try expect("accuracy masked", of: "classes") {
      accuracy($0["logits"]!, $0["labels"]!, mask: $0["mask"]!)
    } _: {
      [try accuracy($0["logits"]!, $0["labels"]!, mask: $0["mask"]!)]
    }
    try expect("top 2", of: "classes") {
      topKAccuracy($0["logits"]!, $0["labels"]!, 2)
    } _: {
      [try topKAccuracy($0["logits"]!, $0["labels"]!, 2)]
    }
    try expect("top 3 masked", of: "classes") {
      topKAccuracy($0["logits"]!, $0["labels"]!, 3, mask: $0["mask"]!)
    } _: {
      [try topKAccuracy($0["logits"]!, $0["labels"]!, 3, mask: $0["mask"]!)]
    }
  }

  @Test func sharesOfYesOrNo() throws {
    @Sendable func scores(_ arrays: [String: Tensor]) -> Tensor {
      slice(arrays["logits"]!, axis: 1, 1..<2).reshape([50])
    }
    func fetched(_ arrays: [String: NDArray]) throws -> NDArray {
      try NDArray(arrays["logits"]!.doubles.enumerated().filter { $0.offset % 4 == 1 }.map(\.element), shape: [50])
    }
    try expect("binary", of: "classes") {
      binaryAccuracy(scores($0), $0["yes"]!, threshold: 0)
    } _: {
      [try binaryAccuracy(fetched($0), $0["yes"]!, threshold: 0)]
    }
    try expect("binary masked", of: "classes") {
      binaryAccuracy(scores($0), cast($0["yes"]!, to: .float64), threshold: 0, mask: $0["mask"]!)
    } _: {
      [try binaryAccuracy(fetched($0), $0["yes"]!, threshold: 0, mask: $0["mask"]!)]
    }
  }

  @Sendable private static func matrix(_ arrays: [String: Tensor]) -> Tensor {
    confusionMatrix(argMax(arrays["logits"]!), arrays["labels"]!, classes: 4)
  }

  private static func matrix(_ arrays: [String: NDArray]) throws -> NDArray {
    let logits = arrays["logits"]!.doubles
    let predicted = stride(from: 0, to: 200, by: 4).map { row -> Int32 in
      let scores = Array(logits[row..<row + 4])
      return Int32(scores.firstIndex(of: scores.max() ?? 0) ?? 0)
    }
    return try confusionMatrix(NDArray(predicted), arrays["labels"]!, classes: 4)
  }

  private static let averages: [(String, ClassAverage)] = [
    ("each", .each), ("macro", .macro), ("micro", .micro), ("binary", .binary),
  ]

  @Test(arguments: averages.indices) func countsOfClasses(row: Int) throws {
    let (name, average) = Self.averages[row]
    try expect("confusion", of: "classes", Self.matrix) { try Self.matrix($0).doubles }
    try expect("precision \(name)", of: "classes") {
      precision(Self.matrix($0), average: average)
    } _: {
      try precision(Self.matrix($0), average: average)
    }
    try expect("recall \(name)", of: "classes") {
      recall(Self.matrix($0), average: average)
    } _: {
      try recall(Self.matrix($0), average: average)
    }
    try expect("f1 \(name)", of: "classes") {
      f1Score(Self.matrix($0), average: average)
    } _: {
      try f1Score(Self.matrix($0), average: average)
    }
  }

  @Test func perplexities() throws {
    try expect("perplexity", of: "classes") { perplexity(softmaxCrossEntropy($0["logits"]!, $0["labels"]!)) }
    #expect(perplexity(0) == 1)
  }

  @Test func whatHasNoCurveHasNoAreaInAGraph() throws {
    let cases: [([Float], [Bool])] = [([1, 2], [true, true]), ([1, .nan], [true, false]), ([], [])]
    for (scores, labels) in cases {
      let out = Output("area")
      let program = Program.traced { t in
        t.report(out, areaUnderCurve(t.graph.constant(NDArray(scores)), t.graph.constant(NDArray(labels))))
      }
      #expect(try program.evaluate(ModelState(), [:]).scalar(out).isNaN)
    }
  }

  @Test func whatDoesNotFitIsToldByName() {
    func fault(_ body: (Graph) -> Tensor) -> String {
      let graph = Graph()
      #expect(body(graph).isPoisoned)
      return graph.diagnostics.map(\.description).joined(separator: "\n")
    }
    #expect(
      fault { areaUnderCurve($0.input("x", [3]), $0.input("y", [4], .bool), file: "App/Main.swift", line: 3) }
        == "App/Main.swift:3: areaUnderCurve of float32[3] and bool[4]: the shapes differ; give one label for each score"
    )
    #expect(
      fault { binaryAccuracy($0.input("x", [3]), $0.input("y", [4], .bool), file: "App/Main.swift", line: 3) }
        == "App/Main.swift:3: binaryAccuracy of float32[3] and bool[4]: the shapes differ; give one target for each score"
    )
    #expect(
      fault {
        confusionMatrix($0.input("x", [3], .int32), $0.input("y", [3]), classes: 2, file: "App/Main.swift", line: 3)
      }
        == "App/Main.swift:3: confusionMatrix of int32[3] and float32[3]: they are not 2 classes of the same examples; "
        + "give one int32 class of each for every example, and 1 or more classes")
    let error = #expect(throws: TapestryError.self) {
      try accuracy(NDArray(zeros: [2, 3]), NDArray([0, 3] as [Int32]))
    }
    #expect(error?.code == .indexOutOfRange)
    let misfit = #expect(throws: TapestryError.self) {
      try precision(NDArray(zeros: [2, 3]), file: "App/Main.swift", line: 3)
    }
    #expect(misfit?.code == .invalidGraph && misfit?.notes.first?.hasPrefix("App/Main.swift:3: precision of") == true)
  }
}
