import TapestryCore
import TapestryTape
import Testing

@Suite struct CallOutTests {
  /// A running total: the carry plus a slice is the next carry, which is also handed out.
  private struct Total: TapeCallable {
    let callName = "total"
    func call(_ operands: [NDArray]) throws(TapestryError) -> [NDArray] {
      let sum = operands[0].double(at: 0) + operands[1].double(at: 0)
      guard sum < 1000 else {
        throw TapestryError(.indexOutOfRange, "the total is \(sum)", remedy: "feed less")
      }
      return [NDArray(Float(sum)), NDArray(Float(sum))]
    }
  }

  /// An op whose meaning does not keep to its shape rule.
  private struct Liar: TapeCallable {
    let callName = "liar"
    func call(_ operands: [NDArray]) throws(TapestryError) -> [NDArray] { [NDArray([Float(1), 2])] }
  }

  private static let scalar = TensorType(.float32, [])

  /// A loop over five numbers that keeps a running total in the state.
  static var totals: Tape {
    var tape = Tape()
    tape.feeds = [Tape.Slot("numbers", TensorType(.float32, [5]))]
    tape.state = [Tape.Slot("total", scalar)]
    tape.writesState = [true]
    tape.outputs = [Tape.Slot("totals", TensorType(.float32, [5]))]
    tape.outputSources = [Operand(.arena, offset: 64)]
    tape.arenaBytes = 128
    tape.callOuts = [CallOut(Total(), [scalar, scalar], [scalar, scalar])]
    tape.operands = [
      Operand(.state, offset: 0), Operand(.feed, offset: 0, increments: [4, 0, 0, 0]), Operand(.state, offset: 0),
      Operand(.arena, offset: 64, increments: [4, 0, 0, 0]),
    ]
    var instruction = Instruction(.callOut(0), .float32)
    instruction.operandCount = 4
    tape.instructions = [instruction]
    tape.steps = [
      Step(.loopBegin, first: 2, count: 5), Step(.wave, first: 0, count: 1), Step(.loopEnd, first: 0, count: 5),
    ]
    tape.deadAfter = [[], [], []]
    tape.labels = ["total in sums"]
    tape.provenance = [[]]
    return tape
  }

  private func run(_ tape: Tape, _ numbers: [Float], total: inout NDArray) throws(TapestryError) -> [Double] {
    try run(TapeExecutor(tape, team: nil), numbers, total: &total)
  }

  private func run(
    _ executor: TapeExecutor, _ numbers: [Float], total: inout NDArray
  ) throws(TapestryError) -> [Double] {
    let feed = NDArray(numbers)
    var feeds = [UnsafeMutableRawPointer(mutating: feed.withUnsafeBytes { $0.baseAddress! })]
    var state = [total.withUnsafeMutableBytes { $0.baseAddress! }]
    try executor.run(state: &state, feeds: &feeds)
    withExtendedLifetime(feed) {}
    var output = NDArray(zeros: executor.tape.outputs[0].type.shape)
    output.withUnsafeMutableBytes { executor.copyOutput(0, to: $0.baseAddress!) }
    return output.doubles
  }

  @Test func inALoop() throws {
    var total = NDArray(Float(100))
    #expect(try run(CallOutTests.totals, [1, 2, 3, 4, 5], total: &total) == [101, 103, 106, 110, 115])
    #expect(total.doubles == [115])
  }

  /// What a run knows of addresses is left as the next one needs it, whichever memory that is given.
  @Test func runAfterRun() throws {
    let executor = TapeExecutor(CallOutTests.totals, team: nil)
    var (total, other) = (NDArray(Float(100)), NDArray(Float(10)))
    #expect(try run(executor, [1, 2, 3, 4, 5], total: &total) == [101, 103, 106, 110, 115])
    #expect(throws: TapestryError.self) { try run(executor, [1, 2, 3000, 4, 5], total: &total) }
    #expect(try run(executor, [5, 4, 3, 2, 1], total: &other) == [15, 19, 22, 24, 25])
    #expect(try run(executor, [0, 0, 0, 0, 1], total: &total) == [118, 118, 118, 118, 119])
    #expect(other.doubles == [25])
  }

  /// A total of rows of five: an outer loop moves what the inner one has taken back.
  @Test func aLoopInALoop() throws {
    var tape = CallOutTests.totals
    tape.feeds = [Tape.Slot("numbers", TensorType(.float32, [3, 5]))]
    tape.outputs = [Tape.Slot("totals", TensorType(.float32, [3, 5]))]
    tape.operands[1].increments = [20, 4, 0, 0]
    tape.operands[3].increments = [20, 4, 0, 0]
    tape.steps = [
      Step(.loopBegin, first: 4, count: 3), Step(.loopBegin, first: 3, count: 5), Step(.wave, first: 0, count: 1),
      Step(.loopEnd, first: 1, count: 5), Step(.loopEnd, first: 0, count: 3),
    ]
    tape.deadAfter = [[], [], [], [], []]
    let executor = TapeExecutor(tape, team: nil)
    for start in [0, 7] {
      var total = NDArray(Float(start))
      let totals = try run(executor, (1...15).map(Float.init), total: &total)
      #expect(totals == (1...15).map { Double(start + $0 * ($0 + 1) / 2) })
    }
  }

  @Test func aLoopOfNoPasses() throws {
    var tape = CallOutTests.totals
    tape.steps[0].count = 0
    tape.steps[2].count = 0
    var total = NDArray(Float(100))
    #expect(try run(tape, [1, 2, 3, 4, 5], total: &total) == [0, 0, 0, 0, 0])
    #expect(total.doubles == [100])
  }

  @Test func whatTheOpThrowsEndsTheRun() {
    var total = NDArray(Float(900))
    let error = #expect(throws: TapestryError.self) {
      _ = try run(CallOutTests.totals, [1, 2, 300, 4, 5], total: &total)
    }
    #expect(error?.message == "the total is 1203.0")
  }

  @Test func aMeaningAgainstItsShapeRule() {
    var tape = CallOutTests.totals
    tape.callOuts = [
      CallOut(Liar(), [CallOutTests.scalar, CallOutTests.scalar], [CallOutTests.scalar, CallOutTests.scalar])
    ]
    var total = NDArray(Float(0))
    let error = #expect(throws: TapestryError.self) { _ = try run(tape, [1, 2, 3, 4, 5], total: &total) }
    #expect(
      error?.description
        == "op 'liar' evaluated to [float32[2]], but its shape rule says [float32[], float32[]]; "
        + "make `evaluate` return what `resultTypes` promises")
    #expect(total.doubles == [0])
  }
}
