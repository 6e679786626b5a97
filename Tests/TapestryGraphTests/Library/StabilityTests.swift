import OpKit
import TapestryCore
import Testing

@testable import TapestryGraph

/// Functions that must hold where the plain formula does not.
@Suite struct StabilityTests {
  /// The values and the gradient of their sum at some points, in a given type.
  private func values(_ x: [Double], _ dtype: DType = .float32, _ f: (Tensor) -> Tensor) throws -> (
    values: [Double], gradient: [Double]
  ) {
    let graph = Graph()
    let input = graph.constant(NDArray(Shape([x.count]), dtype) { x[$0] })
    let result = f(input)
    let found = try interpreted(graph, [result, gradient(of: sum(result), in: input)], [:])
    try graph.validate()
    return (found[0].doubles, found[1].doubles)
  }

  @Test func sigmoidCrossEntropyAtLargeLogits() throws {
    let logits: [Double] = [1e4, 1e4, -1e4, -1e4]
    let found = try values(logits) { x in
      let targets = x.graph.constant(NDArray([Float(1), 0, 1, 0]))
      return sigmoidCrossEntropy(x, targets, reduction: .none)
    }
    #expect(found.values == [0, 1e4, 1e4, 0])
    #expect(found.gradient == [0, 1, -1, 0])
  }

  /// On the right side nothing cancels: the loss keeps its digits down to the smallest numbers.
  @Test func sigmoidCrossEntropyKeepsSmallLosses() throws {
    let found = try values([20, 0]) { x in
      sigmoidCrossEntropy(x, x.graph.constant(NDArray([Float(1), 0.25])), reduction: .none)
    }
    expectClose(found.values[0] / 2.061153620e-9, 1, 1e-6, "loss at 20")
    expectClose(found.values[1], 0.6931471805599453, 1e-7, "loss at 0")
    #expect(found.gradient[1] == 0.25)
  }

  @Test func softmaxAtHugeLogits() throws {
    let found = try values([1e30, -1e30, 0]) { softmax($0) }
    #expect(found.values == [1, 0, 0])
    #expect(try values([1e30, 1e30]) { softmax($0) }.values == [0.5, 0.5])
    #expect(try values([1e30, 0]) { logSoftmax($0) }.values == [0, Double(Float(-1e30))])
    #expect(try values([0, -.infinity]) { softmax($0) }.values == [1, 0])
  }

  @Test func logSumExpOfInfinities() throws {
    #expect(try values([-.infinity, -.infinity]) { logSumExp($0) }.values == [-.infinity])
    #expect(try values([.infinity, 0]) { logSumExp($0) }.values == [.infinity])
    #expect(try values([]) { logSumExp($0) }.values == [-.infinity])
    #expect(try values([.nan, 0]) { logSumExp($0) }.values[0].isNaN)
    let found = try values([1e30, 1e30, -.infinity]) { logSumExp($0) }
    #expect(found.values == [Double(Float(1e30))])
    #expect(found.gradient == [0.5, 0.5, 0])
  }

  @Test func varianceOfLargeMeans() throws {
    let found = try values([1_000_001, 1_000_003, 1_000_005, 1_000_007]) { variance($0) }
    #expect(found.values == [5])
    #expect(try values([1_000_001, 1_000_003]) { variance($0, correction: 1) }.values == [2])
  }

  @Test func softplusAtTheEnds() throws {
    let found = try values([-1e4, -50, 0, 50, 1e4], .float64) { softplus($0) }
    #expect(found.values[0] == 0 && found.values[3] == 50 && found.values[4] == 1e4)
    expectClose(found.values[1] / 1.9287498479639178e-22, 1, 1e-14, "softplus at -50")
    expectClose(found.values[2], 0.6931471805599453, 1e-15, "softplus at 0")
    #expect(found.gradient[2] == 0.5 && found.gradient[0] == 0 && found.gradient[4] == 1)
  }

  @Test func smoothFunctionsAreSmoothAtZero() throws {
    for f in [{ softplus($0) }, { sigmoidCrossEntropy($0, $0.scalar(0.3), reduction: .none) }]
      as [(Tensor) -> Tensor]
    {
      let second = try values([0], .float64) { x in gradient(of: sum(f(x)), in: x) }
      #expect(second.values.count == 1 && second.gradient == [0.25])
    }
  }

  @Test func sidesNotTakenDoNoHarm() throws {
    #expect(try values([1000, -1000]) { elu($0) }.gradient == [1, 0])
    #expect(try values([0, 0]) { l2Norm($0) }.gradient == [0, 0])
    let huge = try values([3e30, 4e30]) { l2Norm($0) }
    expectClose(huge.values[0] / 5e30, 1, 1e-6, "norm")
  }

  @Test func kinksFollowPyTorch() throws {
    #expect(try values([-1, 0, 1]) { relu($0) }.gradient == [0, 0, 1])
    #expect(try values([-1, 0, 1]) { abs($0) }.gradient == [-1, 0, 1])
    #expect(try values([-1, 0, 1]) { maximum($0, 0) }.gradient == [0, 0.5, 1])
    #expect(try values([1, 3, 3]) { max($0) }.gradient == [0, 0.5, 0.5])
    #expect(try values([.nan]) { relu($0) }.values[0].isNaN)
    #expect(try values([0, 2]) { power($0, 0) }.gradient == [0, 0])
    #expect(try values([0, 2, 3]) { product($0) }.gradient == [6, 0, 0])
    #expect(try values([0, 2, 0]) { product($0) }.gradient == [0, 0, 0])
  }
}
