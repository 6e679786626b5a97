import Foundation
import TapestryCore
import TapestryGraph
import TapestryTape
import Testing

@testable import TapestryCompiler

/// Random programs, compiled in several ways, against the reference meaning.
///
/// The bound is on |a - b| / max(|b|, rms(b)), where what cancels to nearly nothing is given an absolute one. `TAPESTRY_FUZZ_COUNT` and `TAPESTRY_FUZZ_FIRST` ask for more programs, or
/// for one again.
@Suite struct FuzzTests {
  static let seeds: Range<Int> = {
    let first = number("TAPESTRY_FUZZ_FIRST") ?? 0
    return first..<first + (number("TAPESTRY_FUZZ_COUNT") ?? 120)
  }()

  private static let team = ThreadTeam(threads: 3)

  @Test(arguments: seeds) func doublesAreTheReferencesToElevenDigits(_ seed: Int) throws {
    try hold(FuzzGraph(seed: seed, dtype: .float64, nodes: 10 + seed % 50), seed, tolerance: 1e-9)
  }

  @Test(arguments: seeds.prefix(seeds.count / 4)) func floatsAreTheReferencesLoosely(_ seed: Int) throws {
    try hold(FuzzGraph(seed: seed, dtype: .float32, nodes: 8 + seed % 25), seed, tolerance: 2e-3)
  }

  private func hold(_ fuzz: FuzzGraph, _ seed: Int, tolerance: Double) throws {
    let (inputs, state) = sampleValues(of: fuzz.graph, in: -2...3)
    let traced = try ProgramGraph(tracing: fuzz.graph)
    let expected = try Interpreter(traced.store).evaluate(traced.roots.map(\.value), inputs: inputs, state: state)
    for (name, options) in FuzzTests.compilations(seed) {
      let tape = try CompiledProgram(fuzz.graph, options).tape
      var first: [NDArray]?
      for kernels in name == "standard" ? KernelTable.all : [.best] {
        for team in [nil, FuzzTests.team] {
          let (outputs, after, _) = try run(tape, inputs: inputs, state: state, kernels: kernels, team: team)
          let results = traced.roots.map { root in
            switch root.target {
            case .output(let name): outputs[name]!
            case .state(let path): after[path]!
            }
          }
          let way = "\(name), \(kernels.name), \(team == nil ? 1 : 3) threads, seed \(seed)"
          let wrong = zip(traced.roots, zip(results, expected)).filter { !areNear($1.0, $1.1, tolerance) }
          let list = wrong.map { "\($0.target): \($1.0) against \($1.1)" }.joined(separator: "\n")
          try #require(
            wrong.isEmpty,
            """
            wrong by \(way): \(list)
            \(firstWrongNode(of: traced, options, inputs: inputs, state: state, tolerance: tolerance) ?? "only together")
            """)
          if team == nil { first = results } else { #expect(first == results, "bits differ: \(way)") }
        }
      }
    }
  }

  static func compilations(_ seed: Int) -> [(String, CompilerOptions)] {
    var standard = CompilerOptions()
    standard.verifies = true
    let plain = CompilerOptions(passes: PassPlan([]))
    var single = CompilerOptions()
    single.fuses = false
    // Any wave is worth sharing, so that threads have something to do.
    standard.costs = TargetCosts(flopsPerNanosecond: 20, bytesPerNanosecond: 10, worthSharing: 0)
    var unrolled = CompilerOptions()
    unrolled.unrollsLoops = true
    return [
      ("standard", standard), ("without passes", plain), ("without fusion", single), ("unrolled", unrolled),
    ]
  }

  private static func number(_ name: String) -> Int? { ProcessInfo.processInfo.environment[name].flatMap { Int($0) } }
}
