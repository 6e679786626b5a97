import CAllocationCounter
import TapestryCompiler
import TapestryCore
import TapestryTape
import Testing

// Each test counts in a process of its own, since the tests beside it allocate on other threads.

@Suite(.enabled(if: allocation_counter_works())) struct AllocationTests {
  /// Calls of the allocator in that many runs, after some to warm up.
  static func allocations(runs: Int, threads: Int) throws -> Int64 {
    let program = Classifier.traced(ProgramOptions(threads: threads))
    var state = try program.initialState(seed: 1)
    let feeds = Classifier.feeds(2048)
    var results = Results()
    for _ in 0..<5 { try program.run(&state, feeds, into: &results) }
    let before = allocation_count()
    for _ in 0..<runs { try program.run(&state, feeds, into: &results) }
    return allocation_count() - before
  }

  @Test func aRunOnOneThreadMakesNone() async {
    await #expect(processExitsWith: .success) {
      let calls = try AllocationTests.allocations(runs: 100, threads: 1)
      #expect(calls == 0)
    }
  }

  @Test func aRunOnTwoThreadsMakesNone() async {
    await #expect(processExitsWith: .success) {
      let calls = try AllocationTests.allocations(runs: 100, threads: 2)
      #expect(calls == 0)
    }
  }

  @Test func theRunsCountedUseBothThreads() throws {
    let compiled = try Classifier.traced().compiled(for: Classifier.feeds(2048))
    #expect(compiled.tape.steps.contains { $0.isParallel })
  }

  @Test func theCounterCounts() async {
    await #expect(processExitsWith: .success) {
      let before = allocation_count()
      let array = NDArray(zeros: [100])
      let after = allocation_count()
      #expect(after - before >= 1)
      #expect(array.count == 100)

      let program = Classifier.traced()
      var state = try program.initialState(seed: 1)
      let feeds = Classifier.feeds(8)
      _ = try program.run(&state, feeds)
      let between = allocation_count()
      _ = try program.run(&state, feeds)
      #expect(allocation_count() > between, "a run that makes new results allocates them")
    }
  }

  @Test func theCounterCountsOnOtherThreads() async {
    await #expect(processExitsWith: .success) {
      let team = ThreadTeam(threads: 3)
      #expect(team.take())
      var counts: [Int64] = [0, 0, 0]
      let before = allocation_count()
      counts.withUnsafeMutableBytes { memory in
        team.run(
          { context, thread in
            guard thread > 0 else { return }
            let made = UnsafeMutableRawPointer.allocate(byteCount: 4096, alignment: 64)
            context.storeBytes(of: Int64(Int(bitPattern: made) & 1 + 1), toByteOffset: thread * 8, as: Int64.self)
            made.deallocate()
          }, memory.baseAddress!)
      }
      #expect(allocation_count() - before >= 2)
      #expect(counts == [0, 1, 1])
      team.giveBack()
    }
  }
}
