import CAllocationCounter
import TapestryCommand
import TapestryCompiler
import TapestryNN
import Testing

// Counted in a process of its own, since the tests beside it allocate on other threads.

@Suite(.enabled(if: allocation_counter_works())) struct WorkloadAllocationTests {
  /// Calls of the allocator in some steps of each workload that makes any.
  static func allocations(threads: Int) throws -> [String: Int64] {
    var calls: [String: Int64] = [:]
    for model in Workload.all {
      let program = model.program(ProgramOptions(threads: threads))
      var state = try program.initialState(seed: 1, feeds: model.feeds)
      var results = Results()
      for _ in 0..<3 { try program.run(&state, model.feeds, into: &results) }
      let before = allocation_count()
      for _ in 0..<3 { try program.run(&state, model.feeds, into: &results) }
      let made = allocation_count() - before
      if made > 0 { calls[model.name] = made }
    }
    return calls
  }

  @Test func aStepOnOneThreadMakesNone() async {
    await #expect(processExitsWith: .success) {
      let calls = try WorkloadAllocationTests.allocations(threads: 1)
      #expect(calls.isEmpty, "\(calls)")
    }
  }

  @Test func aStepOnTwoThreadsMakesNone() async {
    await #expect(processExitsWith: .success) {
      let calls = try WorkloadAllocationTests.allocations(threads: 2)
      #expect(calls.isEmpty, "\(calls)")
    }
  }
}
