import TapestryCompiler
import TapestryCore
import TapestryGraph
import TapestryTape
import Testing

/// One program, several tasks at once, each with a state of its own.
@Suite struct ConcurrentRunTests {
  private static func trained(_ program: Program, seed: Int, steps: Int) throws -> ModelState {
    var state = try program.initialState(seed: seed)
    var results = Results()
    for step in 0..<steps {
      try program.run(&state, Classifier.feeds(step % 4 == 3 ? 100 : 128, seed: step), into: &results)
    }
    return state
  }

  @Test(arguments: [1, 2, 3]) func givesEachTheResultOfRunningAlone(threads: Int) async throws {
    let program = Classifier.traced(ProgramOptions(threads: threads))
    let alone = Classifier.traced()
    let expected = try (0..<4).map { try ConcurrentRunTests.trained(alone, seed: $0, steps: 12) }
    let states = try await withThrowingTaskGroup(of: (Int, ModelState).self) { group in
      for task in 0..<8 {
        group.addTask { (task, try ConcurrentRunTests.trained(program, seed: task % 4, steps: 12)) }
      }
      return try await group.reduce(into: [Int: ModelState]()) { $0[$1.0] = $1.1 }
    }
    #expect(states.count == 8)
    for (task, state) in states { #expect(state == expected[task % 4], "task \(task)") }
    #expect(try program.report.specializations == 2, "tasks that compile the same at once keep one")
  }

  @Test func trainingBesideEvaluationOfASnapshot() async throws {
    let program = Classifier.traced(ProgramOptions(threads: 2))
    var state = try program.initialState(seed: 1)
    let feeds = Classifier.feeds(64)
    for _ in 0..<3 { _ = try program.run(&state, feeds) }
    let snapshot = state
    let expected = try program.evaluate(snapshot, feeds).scalar(Classifier.loss)
    async let losses: [Double] = {
      try (0..<40).map { _ in try program.evaluate(snapshot, feeds).scalar(Classifier.loss) }
    }()
    for _ in 0..<40 { _ = try program.run(&state, feeds) }
    #expect(try await losses == [Double](repeating: expected, count: 40))
    #expect(state != snapshot)
  }

  @Test func manyTasksCompileAtOnce() async throws {
    let losses = try await withThrowingTaskGroup(of: Double.self) { group in
      for _ in 0..<8 {
        group.addTask {
          let program = Classifier.traced(ProgramOptions(threads: 2))
          var state = try program.initialState(seed: 9)
          _ = try program.run(&state, Classifier.feeds(40))
          return try program.run(&state, Classifier.feeds(40)).scalar(Classifier.loss)
        }
      }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    #expect(Set(losses).count == 1 && losses.count == 8)
  }

  @Test func aBusyTeamIsDoneWithout() throws {
    let graph = SameBitsTests.graph()
    let tape = try CompiledProgram(graph).tape
    let (inputs, state) = sampleValues(of: graph)
    let team = ThreadTeam(threads: 2)
    #expect(team.take())
    let alone = try run(tape, inputs: inputs, state: state, team: team)
    #expect(alone.helperSlices == 0)
    team.giveBack()
    let shared = try run(tape, inputs: inputs, state: state, team: team)
    #expect(shared.helperSlices > 0)
    #expect(shared.outputs == alone.outputs && shared.state == alone.state)
    #expect(team.take(), "a run gives the team back")
    team.giveBack()
  }
}
