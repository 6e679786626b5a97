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

  @Test func dearSharesAreTakenInPieces() {
    let shares = WaveShares(tape([(16, 1_600_000), (3, 1_600_000), (16, 200_000), (2, 1_600_000)]), threads: 2)
    #expect((0..<4).map { shares.isInPieces($0) } == [true, false, false, false])
    shares.putBack(0..<4)
    let first = (0..<5).map { _ in shares.takePiece(of: 0, thread: 0) }
    #expect(first == [0..<2, 2..<4, 4..<6, 6..<8, nil])
    #expect(shares.takePiece(of: 0, thread: 1) == 8..<10)
    shares.putBack(0..<4)
    #expect(shares.takePiece(of: 0, thread: 1) == 8..<10)
    #expect(shares.takePiece(of: 0, thread: 0) == 0..<2)
  }

  @Test func instructionsOfAWaveAreTakenApart() {
    let shares = WaveShares(tape([(8, 1_600_000), (2, 10), (12, 1_600_000)]), threads: 2)
    shares.putBack(0..<3)
    #expect(shares.takePiece(of: 0, thread: 0) == 0..<1)
    #expect(shares.takePiece(of: 2, thread: 0) == 0..<2)
    #expect(shares.takePiece(of: 0, thread: 1) == 4..<5)
    #expect(shares.takePiece(of: 2, thread: 1) == 6..<8)
    #expect(shares.takePiece(of: 0, thread: 0) == 1..<2)
  }

  /// Threads that all help each other: what they ran together is every unit once.
  @Test(arguments: [2, 3, 5]) func everyPieceIsTakenOnce(threads: Int) {
    let units = 1_003
    let shares = WaveShares(tape([(units, 1e9)]), threads: threads)
    let team = ThreadTeam(threads: threads)
    #expect(team.take())
    for _ in 0..<50 {
      shares.putBack(0..<1)
      var lists = [[Range<Int>]](repeating: [], count: threads)
      lists.withUnsafeMutableBufferPointer { lists in
        var context = (shares, lists.baseAddress!, threads)
        withUnsafeMutablePointer(to: &context) { context in
          team.run(
            { memory, thread in
              let (shares, lists, threads) = memory.load(
                as: (WaveShares, UnsafeMutablePointer<[Range<Int>]>, Int).self)
              for distance in 0..<threads {
                while let piece = shares.takePiece(of: 0, thread: (thread + distance) % threads) {
                  lists[thread].append(piece)
                }
              }
            }, context)
        }
      }
      #expect(lists.flatMap { $0 }.flatMap { $0 }.sorted() == Array(0..<units))
    }
    team.giveBack()
  }
}
