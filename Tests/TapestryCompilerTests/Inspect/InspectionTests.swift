import TapestryCompiler
import TapestryCore
import TapestryGraph
import Testing

/// Questions about a small program: two layers, a loss, a step down the gradient.
@Suite struct InspectionTests {
  private let program: Program
  private let feeds: Feeds
  private let inspection: Inspection

  init() throws {
    let x = Input("x", [nil, 4])
    program = Program.traced { t in
      let (first, second) = (t.scope("first"), t.scope("second"))
      let weights = [first.parameter("weight", [4, 8], .ones), second.parameter("weight", [8, 2], .ones)]
      let hidden = tanh(dot(t[x], weights[0]) / 4)
      let loss = sum(dot(hidden, weights[1]))
      t.report(Output("loss"), loss)
      let changes = gradients(of: loss, in: weights)
      first.assign("weight", weights[0] - changes[0] * 0.5)
      second.assign("weight", weights[1] - changes[1] * 0.5)
    }
    feeds = [x: NDArray(zeros: [3, 4])]
    inspection = try program.inspection(for: feeds)
  }

  @Test func everyPassIsAStage() throws {
    #expect(inspection.stages.prefix(3) == ["graph", "gradient", "reroll"])
    #expect(inspection.stages.suffix(4) == ["optimized", "fused", "tape", "memory"])
    #expect(inspection.stages.contains("fold") && inspection.stages.contains("fold.2"))
    // The last pass leaves what is optimised; the first changes something.
    let last = try #require(inspection.passes.last)
    #expect(try inspection.text(of: last) == (try inspection.text(of: "optimized")))
    #expect(try inspection.text(of: "canonicalize") != (try inspection.text(of: "gradient")))
    for stage in inspection.stages {
      #expect(try inspection.text(of: stage).hasSuffix("\n"))
      #expect(try inspection.dot(of: stage).hasPrefix("digraph \"\(stage)\" {"))
    }
  }

  @Test func aStageThatIsNoneSuggestsOne() throws {
    let error = #expect(throws: TapestryError.self) { try inspection.text(of: "algebar") }
    #expect(error?.code == .usage && error?.remedy.hasPrefix("did you mean 'algebra'? ") == true)
  }

  @Test func aStageDoesNotDifferFromItself() throws {
    for stage in ["graph", "gradient", "views", "optimized"] {
      let difference = try inspection.difference(from: stage, to: stage)
      #expect(difference.changes.isEmpty && difference.sameCount == difference.nodeCounts.to)
    }
  }

  @Test func whatARuleDidIsTold() throws {
    let difference = try inspection.difference(from: "gradient", to: "optimized")
    #expect(difference.nodeCounts.from > difference.nodeCounts.to)
    // The division became a product, what reads it passes that on, and assignments are gone.
    let quotient = difference.changes.first { $0.before?.contains("= divide(") == true }
    #expect(quotient?.after?.contains("= multiply(") == true)
    #expect(quotient?.rules == ["x / c is x * (1 / c) for a power of two"])
    #expect(!difference.changes.contains { $0.before?.contains("= tanh(") == true })
    #expect(difference.changes.contains { $0.before?.contains("= assign(") == true && $0.after == nil })
    let told = Set(difference.changes.compactMap(\.after)).count
    #expect(difference.sameCount + difference.passedOnCount + told >= difference.nodeCounts.to)
    #expect("\(difference)".hasPrefix("gradient -> optimized: "))
  }

  @Test func theForwardGraphIsPartOfTheTrace() throws {
    let difference = try inspection.difference(from: "graph", to: "gradient")
    #expect(difference.sameCount == difference.nodeCounts.from && difference.changes.allSatisfy { $0.before == nil })
  }

  @Test func theTapeIsNoGraph() {
    #expect(throws: TapestryError.self) { try inspection.difference(from: "gradient", to: "tape") }
    #expect(throws: TapestryError.self) { try inspection.explanation(of: "%0", at: "memory") }
  }

  @Test func aNodeIsExplainedFromTheModelToTheArena() throws {
    let lines = try inspection.text(of: "optimized").split(separator: "\n")
    let place = try #require(lines.firstIndex { $0.contains("= tanh(") })
    let found = try inspection.explanation(of: "%\(place)")
    #expect(found.line == lines[place] && found.origins.first?.hasPrefix("first InspectionTests.swift:") == true)
    #expect(found.kernel?.contains("dot") == true && found.instructions.count == 1)
    #expect(found.memory?.hasPrefix("arena ") == true && found.nanoseconds == nil && found.forwardPartner == nil)
    let profile = try program.profile(program.initialState(), feeds, steps: 1)
    let timed = try inspection.explanation(of: "\(place)", profile: profile)
    #expect(try #require(timed.nanoseconds).own > 0 && "\(timed)".contains("\ntime: "))
  }

  @Test func aGradientNamesItsPartner() throws {
    let lines = try inspection.text(of: "gradient").split(separator: "\n")
    let place = try #require(lines.firstIndex { $0.contains("gradient of %") && $0.contains("= dot(") })
    let found = try inspection.explanation(of: "%\(place)", at: "gradient")
    #expect(found.forwardPartner?.contains("= dot(") == true && found.kernel == nil && found.memory == nil)
  }

  @Test func whatIsGivenIsExplainedByName() throws {
    let input = try inspection.explanation(of: "x")
    #expect(input.memory == "the feed 'x'" && input.kernel == "none: it is given")
    #expect(try inspection.explanation(of: "loss").memory?.hasPrefix("arena ") == true)
    let update = try inspection.explanation(of: "first/weight")
    #expect(update.memory == "the variable 'first/weight'")
    let error = #expect(throws: TapestryError.self) { try inspection.explanation(of: "first/wieght") }
    #expect(error?.remedy.hasPrefix("did you mean 'first/weight'?") == true)
    #expect(throws: TapestryError.self) { try inspection.explanation(of: "%999") }
    #expect(throws: TapestryError.self) { try inspection.explanation(of: "%-1") }
  }

  @Test func rulesBehindANodeAreKept() throws {
    let lines = try inspection.text(of: "optimized").split(separator: "\n")
    let all = try lines.indices.dropLast().flatMap { try inspection.explanation(of: "%\($0)").rules }
    #expect(all.contains("an assignment is what it assigns"))
  }

  @Test func refusalsAreAnswered() throws {
    #expect(!inspection.refusedFusions.isEmpty)
    for refused in inspection.refusedFusions {
      let answer = try inspection.whyNotFused(refused.producer, refused.consumer)
      #expect(answer.hasSuffix(refused.reason + "\n") && refused.kernels[0] != refused.kernels[1])
      // The order of the two does not matter.
      #expect(try inspection.whyNotFused(refused.consumer, refused.producer).hasSuffix(refused.reason + "\n"))
    }
    #expect(try inspection.whyNotFused("x", "loss").contains("is in no kernel: it is given"))
    #expect(try inspection.whyNotFused("loss", "loss").contains("are one kernel"))
    #expect(inspection.kernels.reduce(0) { $0 + $1.nodeCount } > inspection.kernels.count)
  }

  @Test func thePeakIsWhatTheReportSays() throws {
    _ = try program.evaluate(program.initialState(), feeds)
    let bytes = inspection.aliveAtPeak.map(\.byteCount)
    #expect(bytes == bytes.sorted(by: >) && !bytes.isEmpty)
    #expect(inspection.aliveAtPeak.allSatisfy { $0.waves.contains(inspection.peakWave) })
    #expect(inspection.arena.allSatisfy { $0.offset + $0.byteCount <= inspection.arenaBytes })
    #expect(inspection.peakText.contains("first InspectionTests.swift:"))
  }

  @Test func layersAreCounted() throws {
    let layers = inspection.layers
    let first = try #require(layers.first { $0.scope == "first" })
    let second = try #require(layers.first { $0.scope == "second" })
    #expect(first.parameters == 32 && first.output?.shape == [3, 8])
    #expect(second.parameters == 16 && second.output?.shape == [])
    // A product of [3, 4] and [4, 8] is 2 * 3 * 4 * 8 operations, and tanh and the factor come on top.
    #expect(first.flops >= 192 && first.flops < 192 + 20 * 24 && second.gradientFlops > 0)
  }
}
