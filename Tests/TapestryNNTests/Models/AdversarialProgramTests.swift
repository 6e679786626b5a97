import TapestryCompiler
import TapestryCore
import TapestryGraph
import TapestryNN
import TapestryTape
import Testing

/// Two players in one program: what stands on the tape, in which order, and who moves whom.
@Suite struct AdversarialProgramTests {
  private func compiled(_ model: SmallGAN) throws -> CompiledProgram {
    let run = try AdversarialRun(model, .float32)
    return try run.program.compiled(for: run.feeds(1))
  }

  @Test(arguments: SmallGAN.all) func theGeneratorRunsOnce(_ model: SmallGAN) throws {
    let passes = try compiled(model).products(in: "generator/", .forward)
    #expect(passes.count == model.layers.generator && Set(passes).count == passes.count)
  }

  /// Each weight of the discriminator is read by the passes over real, made and (for a penalty) mixed examples, and as it
  /// is after the update, computed in an earlier wave, by the pass for the generator's loss.
  @Test(arguments: SmallGAN.all) func theDiscriminatorIsUpdatedBeforeTheGeneratorsLoss(_ model: SmallGAN) throws {
    let program = try compiled(model)
    let passes = program.products(in: "discriminator/", .forward)
    #expect(passes.count == model.judgements)
    var updates = 0
    for root in program.optimized.roots {
      guard case .state(let path) = root.target, path.hasPrefix("discriminator/"),
        path.hasSuffix("/weight") || path.hasSuffix("/filter")
      else { continue }
      updates += 1
      let readers = program.readers(of: Int(root.value.node), among: passes)
      #expect(readers.count == 1, "\(path)")
      let updated = try #require(program.step(of: Int(root.value.node)))
      for reader in readers { #expect(try #require(program.step(of: reader)) > updated, "\(path)") }
    }
    #expect(updates == model.layers.discriminator)
  }

  /// With a learning rate of 0 a player stands still to the bit while the other moves.
  @Test(arguments: SmallGAN.all) func neitherUpdateTouchesTheOther(_ model: SmallGAN) throws {
    let players = ["generator", "discriminator"]
    for (still, moved) in [(0, 1), (1, 0)].map({ (players[$0], players[$1]) }) {
      var run = try AdversarialRun(model, .float64)
      let rate = still + "/optimizer/rate"
      run.state[rate] = NDArray(zeros: [], try #require(run.state[rate]).dtype)
      let before = run.state
      for step in 1...2 { _ = try run.step(step) }
      for path in try run.parameters(of: still) { #expect(run.state[path] == before[path], "\(path) moved") }
      for path in try run.parameters(of: moved) where !run.isNormalizedBias(path) {
        #expect(run.state[path] != before[path], "\(path) stayed")
      }
    }
  }

  @Test func aGameOfOtherShapesIsDiagnosed() {
    let graph = Graph()
    let (real, fake) = (graph.input("real", [4, 3]), graph.input("fake", [4, 2]))
    let mix = graph.input("mix", [4])
    _ = gradientPenalty(real: real, fake: fake, mix: mix) { $0 }
    _ = gradientPenalty(real: real, fake: real, mix: graph.input("mixes", [4, 1])) { $0 }
    _ = dcganGenerator(graph.input("noise", [4, 1, 1]), in: graph.scope("g"), mode: .training)
    _ = dcganGenerator(graph.input("z", [4, 8]), filters: [], in: graph.scope("g"), mode: .training)
    #expect(graph.diagnostics.map(\.code) == [.shapeMismatch, .shapeMismatch, .shapeMismatch, .shapeMismatch])
  }
}

extension CompiledProgram {
  /// The products, convolutions and loops of a phase that the tape computes, whose scope begins so: one node for each
  /// instruction that holds one, so what stood on the tape twice would be listed twice.
  fileprivate func products(in scope: String, _ phase: Phase) -> [Int] {
    let store = optimized.store
    return zip(tape.instructions, tape.provenance).compactMap { instruction, nodes in
      let name = tape.name(of: instruction.routine)
      guard name.hasPrefix("dot") || name.hasPrefix("conv") else { return nil }
      return nodes.first { node in
        let (op, origin) = (store.op(of: node), store.origins(of: node).last)
        return (op.fusion == .product || op is Scan) && origin?.phase == phase && origin?.scope.hasPrefix(scope) == true
      }
    }
  }

  /// The products, convolutions and loops among some nodes that read a value, itself or as a view.
  fileprivate func readers(of node: Int, among products: [Int]) -> [Int] {
    let store = optimized.store
    var sources: Set<Int> = [node]
    var found: [Int] = []
    for reader in node + 1..<store.count {
      guard store.operands(of: reader).contains(where: { sources.contains(Int($0.node)) }) else { continue }
      if store.op(of: reader).fusion == .view { sources.insert(reader) }
      if products.contains(reader) { found.append(reader) }
    }
    return found
  }

  /// The step of the tape that computes a node.
  fileprivate func step(of node: Int) -> Int? {
    guard let instruction = tape.provenance.firstIndex(where: { $0.contains(node) }) else { return nil }
    return tape.steps.firstIndex { $0.kind == .wave && ($0.first..<$0.first + $0.count).contains(instruction) }
  }
}
