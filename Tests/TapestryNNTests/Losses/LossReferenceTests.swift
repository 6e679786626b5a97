import TapestryCompiler
import TapestryCore
import TapestryGraph
import TapestryNN
import Testing

/// Losses against PyTorch's numbers: `Tests/Scripts/reference_losses.py`.
@Suite struct LossReferenceTests {
  /// A loss of x and t with a mask.
  typealias Loss = @Sendable (Tensor, Tensor, Tensor?, LossReduction) -> Tensor

  private static let bits: [Double] = [1, 0, 1, 0, 0, 1]
  private static let signs: [Double] = [1, -1, 1, -1, 1, -1]
  private static let elements: [Bool] = [true, true, false, false, true, true]
  private static let examples: [Bool] = [true, false, true, true]

  /// Checks a loss of `x` and `t` with every reduction; without `t` in the case, of `x` and targets given.
  private func loss(_ name: String, targets: [Double]? = nil, mask: [Bool]? = nil, _ body: @escaping Loss) throws {
    try check(name, in: "losses") { inputs, _, dtype in
      guard let x = inputs["x"] else { return [:] }
      let given = targets.map { cast(x.graph.constant(NDArray($0)), to: dtype).reshape(x.shape) }
      let mask = mask.map { mask in
        let flat = x.graph.constant(NDArray(mask))
        return mask.count == x.shape.count ? flat.reshape(x.shape) : flat
      }
      guard let t = inputs["t"] ?? given else { return [:] }
      return ["mean": body(x, t, mask, .mean), "sum": body(x, t, mask, .sum), "none": body(x, t, mask, .none)]
    }
  }

  /// Checks a loss with and without a mask.
  private func both(_ name: String, targets: [Double]? = nil, mask: [Bool], _ body: @escaping Loss) throws {
    try loss(name, targets: targets, body)
    try loss(name + " masked", targets: targets, mask: mask, body)
  }

  @Test func distances() throws {
    try both("meanSquaredError", mask: Self.elements) { meanSquaredError($0, $1, mask: $2, reduction: $3) }
    try both("meanAbsoluteError", mask: Self.elements) { meanAbsoluteError($0, $1, mask: $2, reduction: $3) }
    try both("huber", mask: Self.elements) { huberLoss($0, $1, delta: 0.75, mask: $2, reduction: $3) }
    try both("hinge", targets: Self.signs, mask: Self.elements) { hingeLoss($0, $1, mask: $2, reduction: $3) }
  }

  private static func weights(_ x: Tensor) -> Tensor { cast(x.graph.constant(NDArray([0.5, 2, 1.5])), to: x.dtype) }

  @Test func crossEntropiesOfYesOrNo() throws {
    try both("sigmoidCrossEntropy", mask: Self.elements) { sigmoidCrossEntropy($0, $1, mask: $2, reduction: $3) }
    try loss("sigmoidCrossEntropy weighted", targets: Self.bits) {
      sigmoidCrossEntropy($0, $1, positiveWeight: Self.weights($0), reduction: $3)
    }
    try loss("sigmoidCrossEntropy smoothed", targets: Self.bits) {
      sigmoidCrossEntropy($0, $1, labelSmoothing: 0.2, reduction: $3)
    }
    try both("binaryCrossEntropy", targets: Self.bits, mask: Self.elements) {
      binaryCrossEntropy($0, $1, mask: $2, reduction: $3)
    }
    try loss("binaryCrossEntropy weighted smoothed", targets: Self.bits) {
      binaryCrossEntropy($0, $1, positiveWeight: Self.weights($0), labelSmoothing: 0.2, reduction: $3)
    }
  }

  @Test func crossEntropiesOfLogits() throws {
    try loss("softmaxCrossEntropy sparse") { softmaxCrossEntropy($0, $1, reduction: $3) }
    try loss("softmaxCrossEntropy smoothed") { softmaxCrossEntropy($0, $1, labelSmoothing: 0.1, reduction: $3) }
    try loss("softmaxCrossEntropy dense") { softmaxCrossEntropy($0, $1, reduction: $3) }
    try loss("softmaxCrossEntropy dense weighted smoothed") {
      softmaxCrossEntropy($0, $1, classWeights: Self.weights($0), labelSmoothing: 0.2, reduction: $3)
    }
    try loss("softmaxCrossEntropy weighted") {
      softmaxCrossEntropy($0, $1, classWeights: Self.weights($0), reduction: $3)
    }
  }

  /// The hidden label is PyTorch's `ignore_index`, which is no class.
  @Test func whatAMaskHidesNeedsNoLabel() throws {
    try loss("softmaxCrossEntropy masked", mask: Self.examples) {
      softmaxCrossEntropy($0, $1, mask: $2, reduction: $3)
    }
    try loss("softmaxCrossEntropy weighted masked", mask: Self.examples) {
      softmaxCrossEntropy($0, $1, classWeights: Self.weights($0), mask: $2, reduction: $3)
    }
    try loss("softmaxCrossEntropy weighted smoothed masked", mask: Self.examples) {
      softmaxCrossEntropy($0, $1, classWeights: Self.weights($0), labelSmoothing: 0.2, mask: $2, reduction: $3)
    }
    try loss("softmaxCrossEntropy sequences") { x, t, _, reduction in
      softmaxCrossEntropy(x, t, mask: t .!= -100, reduction: reduction)
    }
    try loss("categoricalCrossEntropy weighted masked", mask: Self.examples) {
      categoricalCrossEntropy($0, $1, classWeights: Self.weights($0), mask: $2, reduction: $3)
    }
  }

  @Test func crossEntropiesOfProbabilities() throws {
    try loss("categoricalCrossEntropy sparse") { categoricalCrossEntropy($0, $1, reduction: $3) }
    try both("categoricalCrossEntropy dense", mask: Self.examples) {
      categoricalCrossEntropy($0, $1, mask: $2, reduction: $3)
    }
    try both("klDivergence", mask: Self.examples) { klDivergence($0, $1, mask: $2, reduction: $3) }
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
