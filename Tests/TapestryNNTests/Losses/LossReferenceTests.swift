import TapestryCompiler
import TapestryCore
import TapestryGraph
import TapestryNN
import Testing

/// Losses against PyTorch's numbers: `Tests/Scripts/reference_losses.py`.
@Suite struct LossReferenceTests {
  /// Checks a loss of `x` and `t` with every reduction.
  private func loss(
    _ name: String, _ body: @escaping @Sendable (Tensor, Tensor, LossReduction) -> Tensor
  ) throws {
    try check(name, in: "losses") { inputs, _, _ in
      guard let x = inputs["x"], let t = inputs["t"] else { return [:] }
      return ["mean": body(x, t, .mean), "sum": body(x, t, .sum), "none": body(x, t, .none)]
    }
  }

  /// Checks a loss of `x` and targets that PyTorch has no gradient for.
  private func loss(
    _ name: String, targets: [Double], _ body: @escaping @Sendable (Tensor, Tensor, LossReduction) -> Tensor
  ) throws {
    try check(name, in: "losses") { inputs, _, dtype in
      guard let x = inputs["x"] else { return [:] }
      let t = cast(x.graph.constant(NDArray(targets)), to: dtype).reshape(x.shape)
      return ["mean": body(x, t, .mean), "sum": body(x, t, .sum), "none": body(x, t, .none)]
    }
  }

  @Test func distances() throws {
    try loss("meanSquaredError") { meanSquaredError($0, $1, reduction: $2) }
    try loss("meanAbsoluteError") { meanAbsoluteError($0, $1, reduction: $2) }
    try loss("huber") { huberLoss($0, $1, delta: 0.75, reduction: $2) }
    try loss("hinge", targets: [1, -1, 1, -1, 1, -1]) { hingeLoss($0, $1, reduction: $2) }
  }

  @Test func crossEntropiesOfLogits() throws {
    try loss("sigmoidCrossEntropy") { sigmoidCrossEntropy($0, $1, reduction: $2) }
    try loss("softmaxCrossEntropy sparse") { softmaxCrossEntropy($0, $1, reduction: $2) }
    try loss("softmaxCrossEntropy smoothed") { softmaxCrossEntropy($0, $1, labelSmoothing: 0.1, reduction: $2) }
    try loss("softmaxCrossEntropy dense") { softmaxCrossEntropy($0, $1, reduction: $2) }
  }

  @Test func crossEntropiesOfProbabilities() throws {
    try loss("binaryCrossEntropy", targets: [1, 0, 1, 0, 0, 1]) { binaryCrossEntropy($0, $1, reduction: $2) }
    try loss("categoricalCrossEntropy sparse") { categoricalCrossEntropy($0, $1, reduction: $2) }
    try loss("categoricalCrossEntropy dense") { categoricalCrossEntropy($0, $1, reduction: $2) }
    try loss("klDivergence") { klDivergence($0, $1, reduction: $2) }
  }

  @Test func weightsOfClasses() throws {
    try check("class weights", in: "losses") { inputs, _, _ in
      guard let x = inputs["x"], let t = inputs["t"], let w = inputs["w"] else { return [:] }
      return ["y": weightedMean(softmaxCrossEntropy(x, t, reduction: .none), gather(w, t))]
    }
  }

  @Test func penalties() throws {
    try check("penalties", in: "losses") { inputs, _, _ in
      guard let a = inputs["a"], let b = inputs["b"] else { return [:] }
      return ["l1": l1Penalty([a, b], factor: 0.25), "l2": l2Penalty([a, b], factor: 0.5)]
    }
  }

  /// Impossible outcomes cost much and not infinitely, and no gradient is not-a-number.
  @Test func probabilitiesAtTheEndsStayFinite() throws {
    let (loss, slope) = (Output("loss"), Output("slope"))
    let program = Program.traced { t in
      let p = t.graph.constant(NDArray([0, 1, 0, 1] as [Float]))
      let targets = t.graph.constant(NDArray([0, 1, 1, 0] as [Float]))
      t.report(loss, binaryCrossEntropy(p, targets, reduction: .none))
      t.report(slope, gradient(of: binaryCrossEntropy(p, targets), in: p))
    }
    let results = try program.evaluate(ModelState(), [:])
    let costs = try results.array(loss).doubles
    #expect(costs[0] == 0 && costs[1] == 0)
    #expect(costs[2...].allSatisfy { $0 > 27 && $0 < 28 })
    #expect(try results.array(slope).doubles.allSatisfy(\.isFinite))
  }

  @Test func aMaskOfNothingLeavesNoLoss() throws {
    let loss = Output("loss")
    let program = Program.traced { t in
      let losses = t.graph.constant(NDArray([3, 4] as [Float]))
      t.report(loss, weightedMean(losses, t.graph.constant(NDArray([0, 0] as [Float]))))
    }
    #expect(try program.evaluate(ModelState(), [:]).scalar(loss) == 0)
  }
}
