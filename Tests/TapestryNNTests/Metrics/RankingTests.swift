import TapestryCompiler
import TapestryCore
import TapestryGraph
import TapestryNN
import Testing

@Suite struct RankingTests {
  @Test(arguments: zip([1, 2, 3], [0.25, 0.75, 1]))
  func aClassAmongTheGreatestCounts(count: Int, share: Double) throws {
    let out = Output("metric")
    let program = Program.traced { t in
      let logits = t.graph.constant(NDArray([3, 1, 2, 3, 1, 2, 3, 1, 2, 0, 0, 0] as [Float])).reshape([4, 3])
      t.report(out, topKAccuracy(logits, t.graph.constant(NDArray([0, 2, 1, 1] as [Int32])), count))
    }
    #expect(try program.evaluate(ModelState(), [:]).scalar(out) == share)
  }

  @Test func perplexityOfEvenOddsIsTheNumberOfOutcomes() throws {
    let out = Output("metric")
    let program = Program.traced { t in
      let logits = t.graph.constant(0).broadcast(to: [2, 5])
      t.report(out, perplexity(softmaxCrossEntropy(logits, t.graph.constant(NDArray([1, 4] as [Int32])))))
    }
    #expect(abs(try program.evaluate(ModelState(), [:]).scalar(out) - 5) < 1e-5)
  }

  @Test func theAreaCountsPairsInOrder() {
    let labels = [false, true, false, true]
    #expect(areaUnderCurve([0.1, 0.9, 0.2, 0.8], labels) == 1)
    #expect(areaUnderCurve([0.9, 0.1, 0.8, 0.2], labels) == 0)
    #expect(areaUnderCurve([0.1, 0.35, 0.4, 0.8], labels) == 0.75)
  }

  @Test func equalScoresCountHalf() {
    #expect(areaUnderCurve([1, 1, 1], [true, false, true]) == 0.5)
    // Against 1: below 2 and beside 1; against 2: beside 2.
    #expect(areaUnderCurve([1, 2, 1, 2], [false, false, true, true]) == 0.5)
    #expect(areaUnderCurve([1, 2, 2], [false, false, true]) == 0.75)
  }

  @Test func whatHasNoCurveHasNoArea() {
    #expect(areaUnderCurve([1, 2], [true, true]).isNaN)
    #expect(areaUnderCurve([1], [true, false]).isNaN)
    #expect(areaUnderCurve([1, .nan], [true, false]).isNaN)
  }
}
