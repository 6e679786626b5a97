import TapestryCompiler
import TapestryCore
import TapestryGraph
import TapestryNN
import Testing

@Suite struct CatalogueModelTests {
  private static let names = CatalogueModel.all.map(\.name)

  @Test func namesAreDistinct() {
    #expect(Set(CatalogueModelTests.names).count == CatalogueModelTests.names.count)
  }

  @Test(arguments: names) func memoryIsPlannedTightly(_ name: String) throws {
    let memory = try CatalogueModel.named(name).compiled().memory
    #expect(memory.overlap() == nil)
    #expect(memory.liveBytes > 0 && memory.arenaBytes >= memory.liveBytes)
    #expect(Double(memory.arenaBytes) <= 1.1 * Double(memory.liveBytes))
  }

  /// What optimizers remember starts at 1: a step is then as smooth as the gradients, while Adam's first one would be
  /// the sign of a gradient, even of one that is rounding errors alone.
  @Test(arguments: names) func compiledEqualsReference(_ name: String) throws {
    let model = try CatalogueModel.named(name)
    let program = model.program()
    let source = try program.compiled(for: model.feeds).source
    let inputs = Dictionary(uniqueKeysWithValues: model.feeds.entries.map { ($0.input.name, $0.array) })
    var state = try program.initialState(seed: 1)
    let parameters = source.store.effects.variables.filter(\.isTrainable).map(\.path)
    for path in state.paths where parameters.contains(where: { path.hasPrefix($0 + "/") }) {
      state[path] = NDArray(repeating: 1, try #require(state[path]).shape)
    }
    let before = Dictionary(uniqueKeysWithValues: state.paths.map { ($0, state[$0]!) })
    let check = ReferenceCheck(inputs: inputs, state: before, tolerance: 1e-4)
    let expected = try check.values(of: source)
    let results = try program.run(&state, model.feeds)
    let actual = try source.roots.map { root in
      switch root.target {
      case .output(let name): try results.array(Output(name))
      case .state(let path): try #require(state[path])
      }
    }
    #expect(check.difference(actual, from: expected, source) == nil)
  }

  @Test(arguments: names) func everyStepMovesEveryParameter(_ name: String) throws {
    let model = try CatalogueModel.named(name)
    let program = model.program()
    let before = try program.initialState(seed: 1)
    var after = before
    _ = try program.run(&after, model.feeds)
    let parameters = try program.compiled(for: model.feeds).source.store.effects.variables.filter(\.isTrainable)
    #expect(!parameters.isEmpty)
    for parameter in parameters { #expect(before[parameter.path] != after[parameter.path], "\(parameter.path)") }
  }

  @Test func aWrongNameSuggestsTheNearest() {
    let error = #expect(throws: TapestryError.self) { try CatalogueModel.named("mlp-two-clas") }
    #expect(error?.description.contains("did you mean 'mlp-two-class'?") == true)
  }
}
