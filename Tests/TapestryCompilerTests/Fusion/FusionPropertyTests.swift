import TapestryCore
import TapestryGraph
import Testing

@testable import TapestryCompiler

/// What holds for the kernels of any program, tried on random ones.
@Suite struct FusionPropertyTests {
  static let seeds = 0..<80

  private func kernels(_ seed: Int) throws -> GroupGraph {
    let fuzz = FuzzGraph(seed: seed, dtype: .float32, nodes: 60)
    var context = PassContext()
    let program = try ProgramGraph(tracing: fuzz.graph)
    return GroupGraph(seed % 2 == 0 ? program : try PassPlan.standard.run(program, &context))
  }

  @Test(arguments: seeds) func kernelsAreInAnOrderThatNoPathLeaves(_ seed: Int) throws {
    let kernels = try kernels(seed)
    for (producer, consumer) in kernels.edges {
      #expect(kernels.group(of: producer) < kernels.group(of: consumer), "%\(producer) to %\(consumer)")
    }
    for (index, group) in kernels.plan.groups.enumerated() {
      #expect(group.members == group.members.sorted())
      #expect(group.members.allSatisfy { kernels.group(of: $0) == index })
    }
  }

  /// No two neighbours are left that could be one kernel.
  @Test func kernelsAreMaximal() throws {
    var (pairs, ways) = (0, 0)
    for seed in FusionPropertyTests.seeds {
      let kernels = try kernels(seed)
      for pair in kernels.neighbours where kernels.fits(pair[0], pair[1]) {
        pairs += 1
        #expect(kernels.hasWayAround(pair[0], pair[1]), "kernels \(pair) of seed \(seed)")
      }
      for edge in kernels.plan.refusals where edge.value == .neededEarlier {
        ways += 1
        let (first, last) = (kernels.group(of: Int(edge.key.producer)), kernels.group(of: Int(edge.key.consumer)))
        #expect(kernels.hasWayAround(first, last), "\(edge.key) of seed \(seed)")
      }
      #expect(!kernels.plan.refusals.values.contains(.tooManyBetween))
    }
    #expect(pairs > 5 && ways > 5, "\(pairs) pairs, \(ways) ways around")
  }

  @Test func everyEdgeLeftHasAReason() throws {
    var checked = 0
    for seed in FusionPropertyTests.seeds { checked += try edgesWithReasons(try kernels(seed)) }
    #expect(checked > 200)
  }

  private func edgesWithReasons(_ kernels: GroupGraph) throws -> Int {
    var checked = 0
    for (producer, consumer) in kernels.edges {
      let (a, b) = (kernels.plan.groups[kernels.group(of: producer)], kernels.plan.groups[kernels.group(of: consumer)])
      guard a.isFused, b.isFused else { continue }
      checked += 1
      #expect(kernels.plan.whyNotFused(producer, consumer) != .notNeighbours, "%\(producer) to %\(consumer)")
    }
    for edge in kernels.plan.refusals.keys {
      #expect(kernels.plan.groupOf[Int(edge.producer)] != kernels.plan.groupOf[Int(edge.consumer)])
    }
    return checked
  }

  @Test(arguments: seeds.prefix(20)) func withoutFusionEveryNodeIsAKernel(_ seed: Int) throws {
    let fuzz = FuzzGraph(seed: seed, dtype: .float32, nodes: 60)
    let kernels = GroupGraph(try ProgramGraph(tracing: fuzz.graph), joins: false)
    #expect(kernels.plan.groups.allSatisfy { $0.members.count == 1 })
    for (producer, consumer) in kernels.edges { #expect(kernels.group(of: producer) < kernels.group(of: consumer)) }
  }
}
