import TapestryCompiler
import TapestryCore
import TapestryGraph
import Testing

/// No two values alive at the same time share memory, and the arena is hardly larger than what is alive at once.
@Suite struct MemoryPlanTests {
  /// A program drawn from a seed: tensors of a few shapes, joined by ops of every class, with updates.
  static func randomGraph(seed: Int) -> Graph {
    var draws = RandomDraws(seed)
    let graph = Graph()
    let scope = graph.scope("random")
    let shapes: [Shape] = [[6, 8], [6, 1], [8], [], [8, 6]]
    var tensors = shapes.enumerated().map { graph.input("x\($0.offset)", $0.element) }
    let variables = (0..<3).map { scope.parameter("v\($0)", [6, 8], .zeros) }
    tensors += variables
    for _ in 0..<draws.below(30) + 5 {
      let (a, b) = (tensors[draws.below(tensors.count)], tensors[draws.below(tensors.count)])
      let axis = draws.below(max(a.rank, 1))
      var made: Tensor
      switch draws.below(9) {
      case 0: made = tanh(a)
      case 1: made = a.rank > 0 ? sum(a, over: [axis]) : -a
      case 2: made = a.rank > 0 ? max(a, over: [axis], keepingAxes: true) : a * 2
      case 3: made = a.transpose()
      case 4: made = a.reshape([a.shape.count])
      case 5: made = a.rank == 2 && b.rank == 2 && a.extent(1) == b.extent(0) ? dot(a, b) : sigmoid(a)
      case 6: made = a.rank > 0 ? cumulativeSum(a, axis: axis) : exp(-a * a)
      case 7: made = a.rank > 0 ? concatenate([a, a], axis: axis) : a + 1
      default: made = a.shape == b.shape || b.rank == 0 ? a * b + a : sigmoid(a) * a
      }
      if made.shape.count <= 400 { tensors.append(made) }
    }
    for tensor in 0..<3 { graph.report("y\(tensor)", tensors[tensors.count - 1 - draws.below(5)]) }
    let loss = tensors.suffix(4).map { sum($0) }.reduce(sum(variables[0])) { $0 + $1 }
    let slopes = gradients(of: loss, in: variables, disconnected: .zeros)
    for (index, (variable, slope)) in zip(variables, slopes).enumerated() where draws.below(4) > 0 {
      scope.assign("v\(index)", variable - 0.1 * slope)
    }
    return graph
  }

  @Test(arguments: 0..<60) func neverOverlaps(seed: Int) throws {
    let graph = MemoryPlanTests.randomGraph(seed: seed)
    #expect(graph.diagnostics.isEmpty)
    var options = CompilerOptions()
    if seed % 3 == 0 { options = try options.excluding("fusion") }
    let compiled = try expectCompiledEqualsReference(graph, options, tolerance: 1e-4)
    let clash = compiled.memory.overlap()
    #expect(clash == nil, "\(String(describing: clash))")
    #expect(compiled.memory.arenaBytes >= compiled.memory.liveBytes)
    #expect(compiled.memory.blocks.allSatisfy { $0.offset % 64 == 0 })
    #expect(compiled.memory.blocks.allSatisfy { $0.offset + $0.byteCount <= compiled.memory.arenaBytes })
  }

  @Test func anOverlapIsFound() throws {
    var plan = MemoryPlan()
    plan.blocks = [
      MemoryPlan.Block(offset: 0, byteCount: 128, waves: 0...2, values: []),
      MemoryPlan.Block(offset: 64, byteCount: 64, waves: 3...4, values: []),
    ]
    #expect(plan.overlap() == nil)
    plan.blocks.append(MemoryPlan.Block(offset: 100, byteCount: 8, waves: 2...2, values: []))
    #expect(plan.overlap()?.0.offset == 100)
  }

  @Test(arguments: [8, 32, 256]) func isTightForTheClassifier(rows: Int) throws {
    let memory = try Classifier.traced().compiled(for: Classifier.feeds(rows)).memory
    #expect(Double(memory.arenaBytes) <= 1.1 * Double(memory.liveBytes))
    #expect(memory.arenaBytes < memory.valueBytes)
  }

  @Test func isTightForTheLargeModel() throws {
    let memory = try CompiledProgram(SameBitsTests.graph()).memory
    #expect(Double(memory.arenaBytes) <= 1.1 * Double(memory.liveBytes))
    #expect(memory.overlap() == nil)
  }
}

/// Numbers drawn from a seed.
struct RandomDraws {
  private let stream: RandomStream
  private var next = 0

  init(_ seed: Int) { stream = RandomStream(seed: seed, name: "draws") }

  mutating func below(_ bound: Int) -> Int {
    defer { next += 1 }
    return min(Int(stream.uniform(at: next) * Double(bound)), bound - 1)
  }
}
