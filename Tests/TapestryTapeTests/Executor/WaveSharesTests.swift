import CTapestryKernels
import TapestryCore
import TapestryTape
import Testing

@Suite struct WaveSharesTests {
  /// A tape of one wave: instructions of some units and costs.
  private func tape(_ work: [(units: Int, nanoseconds: Double)]) -> Tape {
    var tape = Tape()
    tape.instructions = work.map { units, nanoseconds in
      var instruction = Instruction(.kernel(TAP_KERNEL_REGION), .float32)
      (instruction.units, instruction.nanoseconds) = (units, nanoseconds)
      return instruction
    }
    tape.steps = [Step(.wave, first: 0, count: work.count)]
    return tape
  }

  /// For each instruction how many units each thread runs.
  private func counts(_ work: [(units: Int, nanoseconds: Double)], threads: Int) -> [[Int]] {
    let shares = WaveShares(tape(work), threads: threads)
    return work.indices.map { index in (0..<threads).map { shares.units(of: index, thread: $0).count } }
  }

  @Test(arguments: 1...5) func everyUnitIsRunOnce(threads: Int) {
    let work = [0, 1, 2, 3, 7, 16, 1].map { (units: $0, nanoseconds: Double(10 * $0)) }
    let shares = WaveShares(tape(work), threads: threads)
    for (index, instruction) in work.enumerated() {
      let units = (0..<threads).flatMap { Array(shares.units(of: index, thread: $0)) }
      #expect(units == Array(0..<instruction.units))
    }
  }

  @Test func instructionsOfOneUnitRunSideBySide() {
    #expect(counts([(1, 100), (1, 100)], threads: 2) == [[1, 0], [0, 1]])
    #expect(counts([(1, 60), (1, 50), (1, 100)], threads: 2) == [[0, 1], [0, 1], [1, 0]])
    #expect(
      counts([(1, 5), (1, 100), (1, 100), (1, 100)], threads: 3) == [[1, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1]])
  }

  /// The unit left over of three goes to whoever has no unit left over of the dearer instruction.
  @Test func unitsLeftOverEvenOut() {
    #expect(counts([(3, 30), (5, 100)], threads: 2) == [[1, 2], [3, 2]])
    #expect(counts([(4, 30), (2, 100)], threads: 2) == [[2, 2], [1, 1]])
  }

  @Test func wavesDoNotKnowOfEachOther() {
    var two = tape([(1, 100), (1, 100)])
    two.steps = [Step(.wave, first: 0, count: 1), Step(.wave, first: 1, count: 1)]
    let shares = WaveShares(two, threads: 2)
    #expect((0..<2).map { shares.units(of: $0, thread: 0) } == [0..<1, 0..<1])
  }
}
