import OpKit
import TapestryCore
import Testing

@testable import TapestryGraph

/// What wrong use of the graph is told: the messages are part of the interface.
@Suite struct WrongUseTests {
  /// The one diagnostic that building something records.
  private func fault(_ build: (Graph) -> Tensor?, sourceLocation: SourceLocation = #_sourceLocation) -> String {
    let graph = Graph()
    let result = build(graph)
    #expect(result?.isPoisoned ?? true, sourceLocation: sourceLocation)
    #expect(graph.diagnostics.count == 1, "\(graph.diagnostics)", sourceLocation: sourceLocation)
    let place = graph.diagnostics.first?.place
    #expect(
      place?.file == "TapestryGraphTests/WrongUseTests.swift", "\(graph.diagnostics)", sourceLocation: sourceLocation)
    #expect((place?.line ?? 0) > 1, sourceLocation: sourceLocation)
    return graph.diagnostics.map { "\($0.message); \($0.remedy)" }.joined(separator: "\n")
  }

  @Test func shapesThatDoNotBroadcast() {
    #expect(
      fault { $0.input("x", [2, 3]) + $0.input("y", [4]) }
        == "add of float32[2, 3] and float32[4]: shapes [2, 3] and [4] do not broadcast; "
        + "make the extents equal or 1, aligned at the last axis; `reshape` can add axes of extent 1")
  }

  @Test func innerExtentsThatDiffer() {
    #expect(
      fault { dot($0.input("x", [2, 3]), $0.input("y", [4, 3])) }
        == "dot of float32[2, 3] and float32[4, 3]: inner extents 3 and 4 differ; "
        + "transpose the second operand: `y.transpose()`")
    #expect(
      fault { matmul($0.input("x", [4, 2]), $0.input("y", [4, 3])) }
        == "dot of float32[4, 2] and float32[4, 3]: inner extents 2 and 4 differ; "
        + "transpose the first operand: `x.transpose()`")
    #expect(
      fault { matmul($0.input("x", [5, 4, 2]), $0.input("y", [3, 6])) }
        == "dot of float32[5, 4, 2] and float32[3, 6]: inner extents 2 and 3 differ; "
        + "make the last extent of the first equal to the last but one of the second")
  }

  @Test func reshapeToAnotherCount() {
    #expect(
      fault { $0.input("x", [2, 3]).reshape([4]) }
        == "reshape of float32[2, 3]: 6 elements do not fill [4], which holds 4; "
        + "keep the number of elements; one extent may be left to `reshape` as -1")
    #expect(
      fault { $0.input("x", [2, 3]).reshape([4, -1]) }
        == "reshape of float32[2, 3]: 6 elements do not fill [4, 1], which holds 4; "
        + "keep the number of elements; one extent may be left to `reshape` as -1")
  }

  @Test func reshapeToNegativeExtents() {
    for shape: Shape in [[-1, -1], [-3, -2]] {
      #expect(
        fault { $0.input("x", [2, 3]).reshape(shape) }
          == "reshape of float32[2, 3]: \(shape) leaves more than one extent open, or has a negative one; "
          + "give extents of 0 or more; one may be left to `reshape` as -1")
    }
  }

  @Test func axesOutOfRange() {
    #expect(
      fault { sum($0.input("x", [2, 3]), over: [2]) }
        == "sum of float32[2, 3]: axis 2 is outside the 2 axes of [2, 3]; give axes in -2 ... 1")
    #expect(
      fault { softmax($0.input("x", [2, 3]), axis: -3) }
        == "softmax of float32[2, 3]: axis -3 is outside the 2 axes of [2, 3]; give an axis in -2 ... 1")
    #expect(
      fault { mean($0.input("x", [2, 3]), over: [0, -2]) }
        == "mean of float32[2, 3]: axes [0, 0] name one axis twice; name each axis once")
    #expect(
      fault { $0.input("x", [2, 3]).transpose([0, 0]) }
        == "transpose of float32[2, 3]: [0, 0] is not an order of the axes 0 ..< 2; name each axis once")
    #expect(
      fault { argMax($0.input("x", [])) } == "argMax of float32[]: axis -1 is outside the 0 axes of []; "
        + "a scalar has no axes")
  }

  @Test func dtypesAnOpDoesNotTake() {
    #expect(
      fault { exp($0.input("x", [2], .int32)) }
        == "exp of int32[2]: int32 is not a type it takes; cast to a float type: `cast(x, to: .float32)`")
    #expect(
      fault { mean($0.input("x", [2], .int32)) }
        == "mean of int32[2]: int32 is not a type it takes; cast to a float type: `cast(x, to: .float32)`")
    #expect(
      fault { $0.input("x", [2]) .& $0.input("y", [2]) }
        == "and of float32[2] and float32[2]: float32 is not a type it takes; give bool masks")
    #expect(
      fault { select($0.input("x", [2]), $0.input("y", [2]), 0) }
        == "select of float32[2] and float32[2] and float32[]: the condition is float32; "
        + "give a bool mask, such as x .> 0")
    #expect(
      fault { gather($0.input("x", [4]), $0.input("i", [2])) }
        == "gather of float32[4] and float32[2]: float32 is not a type of indices; cast them: `cast(x, to: .int32)`")
    #expect(
      fault { sum($0.input("x", [2], .bool)) }
        == "sum of bool[2]: bool is not a type it takes; cast the mask: `cast(x, to: .float32)`")
  }

  @Test func typesMixed() {
    #expect(
      fault { $0.input("x", [2]) * $0.input("y", [2], .float64) }
        == "multiply of float32[2] and float64[2]: float32 and float64 do not mix; "
        + "cast one of them: `cast(x, to: .float32)`")
  }

  @Test func lossThatIsNoScalar() {
    #expect(
      fault { graph in
        let x = graph.input("x", [2])
        return gradient(of: x * 2, in: x)
      } == "the loss is float32[2], not a float scalar; reduce it with `mean` or `sum`")
    #expect(
      fault { graph in
        let x = graph.input("x", [], .int32)
        return gradient(of: x * 2, in: x)
      } == "the loss is int32[], not a float scalar; compute it in a float type")
  }

  @Test func onePathWithTwoShapes() {
    #expect(
      fault { graph in
        let scope = graph.scope("net")
        _ = scope.parameter("w", [2], .zeros)
        return scope.parameter("w", [3], .zeros)
      }.hasPrefix(
        "'net/w' is declared as float32[3], but as float32[2] at TapestryGraphTests/WrongUseTests.swift:"))
  }

  @Test func tensorsOfTwoGraphs() throws {
    let (a, b) = (Graph(), Graph())
    let line = #line + 1
    let sum = a.input("x", [2]) + b.scope("net").parameter("w", [2], .zeros)
    #expect(sum.isPoisoned)
    let place = "TapestryGraphTests/WrongUseTests.swift:\(line): "
    let told = "add of float32[2] and float32[2]: the tensors belong to two graphs"
    let remedy = "; build both operands in one tracing, or feed the value of one as an input of the other"
    #expect(a.diagnostics.map(\.description) == [place + told + remedy])
    #expect(b.diagnostics.map(\.description) == [place + told + " (in scope 'net')" + remedy])
    for graph in [a, b] { #expect(throws: TapestryError.self) { try graph.validate() } }
  }

  @Test func convolutionLargerThanItsInput() {
    #expect(
      fault { convolution($0.input("x", [1, 2, 5, 3]), $0.input("f", [3, 3, 3, 4])) }
        == "convolution of float32[1, 2, 5, 3] and float32[3, 3, 3, 4]: the window reaches over 3 places of height, "
        + "the padded input has 2; pad the input with `padding: .same`, or make the window smaller")
    #expect(
      fault { convolution($0.input("x", [1, 5, 5, 3]), $0.input("f", [3, 3, 2, 4])) }
        == "convolution of float32[1, 5, 5, 3] and float32[3, 3, 2, 4]: the filter [3, 3, 2, 4] takes 2 channels, "
        + "the input [1, 5, 5, 3] has 3; make the third extent of the filter the input's channels")
    #expect(
      fault { maxPool($0.input("x", [5, 5, 3]), window: [2, 2]) }
        == "maxPool of float32[5, 5, 3]: the input has shape [5, 5, 3], not 4 axes; "
        + "arrange images as [batch, height, width, channels] and filters as [height, width, in, out]")
  }

  @Test func labelsThatDoNotFit() {
    #expect(
      fault { softmaxCrossEntropy($0.input("x", [8, 10]), $0.input("y", [8, 1], .int32)) }
        == "softmaxCrossEntropy of float32[8, 10] and int32[8, 1]: the labels have shape [8, 1], not [8]; "
        + "give one class for each example")
  }

  @Test func otherAttributes() {
    #expect(
      fault { slice($0.input("x", [4]), axis: 0, 2..<6) }
        == "slice of float32[4]: 2 ..< 6 by 1 is not within extent 4 of axis 0; "
        + "keep 0 <= start <= end <= 4, and a step of 1 or more")
    #expect(
      fault { einsum("ik,kj->ij", $0.input("x", [2, 3]), $0.input("y", [4, 2])) }
        == "einsum \"ik,kj->ij\" of float32[2, 3] and float32[4, 2]: axis 'k' has extents 3 and 4; "
        + "make them equal, or name the axes apart")
    #expect(
      fault { dropout($0.input("x", [4]), rate: 1, from: $0.scope("s")) }
        == "dropout of float32[4]: rate 1.0 is outside 0 ..< 1; give the share of elements to drop")
    #expect(
      fault { concatenate([$0.input("x", [4, 2]), $0.input("y", [4, 3])]) }
        == "concatenate of float32[4, 2] and float32[4, 3]: shapes [4, 2] and [4, 3] differ beside axis 0; "
        + "make all other extents equal")
  }

  /// One mistake is told once, however much is built upon it, with the scope it happened in.
  @Test func poisonIsSilent() {
    let graph = Graph()
    let x = graph.scope("net").parameter("w", [2, 3], .zeros)
    let wrong = x + graph.input("y", [4])
    let built = softmax(matmul(relu(wrong), x.transpose()) * 2) .> 0
    let slope = gradient(of: mean(wrong), in: x)
    #expect(built.isPoisoned && slope.isPoisoned && built.extent(7) == 1)
    #expect(graph.diagnostics.count == 1)
    let error = #expect(throws: TapestryError.self) { try graph.validate() }
    #expect(error?.code == .invalidGraph && error?.message == "the graph has 1 fault" && error?.notes.count == 1)
  }

  /// An operator cannot know its line: it takes the place of its latest operand that has one.
  @Test func operatorsInheritTheirPlace() {
    let graph = Graph()
    let x = graph.scope("net").parameter("w", [2, 3], .zeros)
    let line = UInt(#line) - 1
    _ = (x * 2) + graph.constant(NDArray([Float(1), 2]), file: #fileID, line: line)
    #expect(graph.diagnostics.first?.place == SourcePlace(#fileID, line))
  }

  @Test func comparisonsNeedNoCondition() {
    let graph = Graph()
    let x = graph.input("x", [2])
    #expect(x == x && (x .== x).dtype == .bool && x != x + 1)
    #expect(((x .> 0) .& (x .<= 1) .| .!(x .!= 3) .^ (2 .>= x)).shape == [2])
  }

  @Test func emptyAxesAreLegal() throws {
    let graph = Graph()
    let x = graph.constant(NDArray(zeros: [0, 3]))
    let w = graph.constant(NDArray(zeros: [3, 0]))
    let results = [
      matmul(x, w), softmax(x), sum(x, over: [0]), max(x, over: [0]), relu(x), dot(w, x), variance(x, over: [1]),
      logSumExp(x), concatenate([x, x]), sort(x).values, reverse(x), pad(x, axis: 0, low: 1),
    ]
    try graph.validate()
    let shapes = try interpreted(graph, results, [:]).map(\.shape)
    #expect(shapes == [[0, 0], [0, 3], [3], [3], [0, 3], [3, 3], [0], [0], [0, 3], [0, 3], [0, 3], [1, 3]])
  }

  @Test func onePathTrainedAndNot() {
    let graph = Graph()
    let scope = graph.scope("net", file: "Main.swift", line: 4)
    let w = scope.parameter("w", [2], .zeros)
    #expect(scope.state("w", [2]).isPoisoned && !w.isPoisoned)
    #expect(
      graph.diagnostics.map(\.description) == [
        "Main.swift:4: 'net/w' is declared as float32[2] state, but as float32[2] parameter at Main.swift:4 "
          + "(in scope 'net'); give one of the two a scope of its own"
      ])
  }
}
