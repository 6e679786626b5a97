import Synchronization
import TapestryTape
import Testing

@Suite struct ThreadTeamTests {
  /// A job that counts itself in the place of its thread.
  private static let count: ThreadTeam.Job = { context, thread in
    context.assumingMemoryBound(to: Int.self)[thread] += 1
  }

  /// How often each thread took part in that many runs of a team.
  private static func counts(_ team: ThreadTeam, runs: Int) -> [Int] {
    var counts = [Int](repeating: 0, count: team.threads)
    counts.withUnsafeMutableBytes { memory in
      for _ in 0..<runs { team.run(count, memory.baseAddress!) }
    }
    return counts
  }

  @Test(arguments: [1, 2, 3, 7]) func everyThreadTakesPartInEveryRun(threads: Int) {
    let team = ThreadTeam(threads: threads)
    #expect(team.take())
    #expect(ThreadTeamTests.counts(team, runs: 500) == [Int](repeating: 500, count: threads))
    team.giveBack()
  }

  /// With the team taken by somebody, too.
  @Test(arguments: [false, true]) func sharedCallsAreMadeOnceEach(isTaken: Bool) {
    let team = ThreadTeam(threads: 3)
    if isTaken { #expect(team.take()) }
    for count in [0, 1, 2, 500] {
      let calls = Mutex([Int](repeating: 0, count: count))
      team.share(count) { number in calls.withLock { $0[number] += 1 } }
      #expect(calls.withLock { $0 } == [Int](repeating: 1, count: count))
    }
    #expect(team.take() != isTaken)
  }

  @Test func aTeamIsTakenOnce() {
    let team = ThreadTeam(threads: 2)
    #expect(team.take())
    #expect(!team.take())
    team.giveBack()
    #expect(team.take())
    team.giveBack()
  }

  @Test func sleepersAreWoken() async throws {
    let team = ThreadTeam(threads: 4)
    #expect(team.take())
    for _ in 0..<20 {
      // Long enough for helpers to fall asleep.
      try await Task.sleep(for: .milliseconds(3))
      #expect(ThreadTeamTests.counts(team, runs: 2) == [2, 2, 2, 2])
    }
    team.giveBack()
  }

  @Test func teamsComeAndGo() {
    for round in 0..<60 {
      let team = ThreadTeam(threads: 1 + round % 5)
      #expect(team.take())
      #expect(ThreadTeamTests.counts(team, runs: round % 3) == [Int](repeating: round % 3, count: team.threads))
    }
  }

  @Test func severalTeamsAtOnce() async {
    let counts = await withTaskGroup(of: [Int].self) { group in
      for task in 0..<6 {
        group.addTask {
          let team = ThreadTeam(threads: 2 + task % 3)
          return team.take() ? ThreadTeamTests.counts(team, runs: 300) : []
        }
      }
      return await group.reduce(into: [[Int]]()) { $0.append($1) }
    }
    #expect(counts.count == 6)
    #expect(counts.allSatisfy { $0.count >= 2 && $0.allSatisfy { $0 == 300 } })
  }

  /// Tasks that want one team: whoever has it runs on it, the others do without.
  @Test func oneTeamWantedByMany() async {
    let team = ThreadTeam(threads: 3)
    let runs = await withTaskGroup(of: [[Int]].self) { group in
      for _ in 0..<8 {
        group.addTask {
          (0..<200).map { _ in
            guard team.take() else { return [] }
            defer { team.giveBack() }
            return ThreadTeamTests.counts(team, runs: 1)
          }
        }
      }
      return await group.reduce(into: [[Int]]()) { $0 += $1 }
    }
    #expect(runs.count == 1600)
    #expect(runs.allSatisfy { $0.isEmpty || $0 == [1, 1, 1] })
    #expect(runs.contains([1, 1, 1]))
  }
}
