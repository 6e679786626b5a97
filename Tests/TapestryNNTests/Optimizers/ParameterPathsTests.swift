import TapestryCore
import TapestryGraph
import TapestryNN
import Testing

@Suite struct ParameterPathsTests {
  private static let fits: [(String, String, Bool)] = [
    ("mlp/hidden/weight", "mlp/hidden/weight", true), ("mlp/hidden", "mlp/hidden/weight", true),
    ("mlp", "mlp/hidden/weight", true), ("ml", "mlp/hidden/weight", false), ("hidden", "mlp/hidden/weight", false),
    ("mlp/hidden/weight/more", "mlp/hidden/weight", false), ("**/bias", "mlp/hidden/bias", true),
    ("**/bias", "bias", true), ("**/bias", "mlp/bias2", false), ("**/hidden", "mlp/hidden/weight", true),
    ("mlp/*/bias", "mlp/hidden/bias", true), ("mlp/*/bias", "mlp/bias", false), ("mlp/**/bias", "mlp/bias", true),
    ("block*/norm", "block12/norm/scale", true), ("block?/norm", "block12/norm/scale", false), ("", "mlp", false),
  ]

  @Test(arguments: fits.indices) func aPatternFitsNameByName(row: Int) {
    let (pattern, path, fits) = Self.fits[row]
    #expect(ParameterPaths([pattern]).contains(path) == fits, "\(pattern) and \(path)")
  }

  private let graph = Graph()

  private func loss() -> Tensor {
    let scope = graph.scope("mlp")
    return sum(scope("hidden").parameter("weight", [2], .ones) * scope("out").parameter("bias", [2], .ones))
  }

  private var messages: [String] { graph.diagnostics.map(\.description) }
  private var assigned: [String] { graph.snapshot.effects.variables.filter { $0.version > 0 }.map(\.path) }

  @Test func frozenOnesAreNotMoved() {
    graph.minimize(loss(), with: .sgd(), freezing: ["**/bias"])
    #expect(messages.isEmpty && assigned == ["mlp/hidden/weight"])
  }

  @Test func namedOnesAloneAreMoved() {
    graph.minimize(loss(), over: .matching(["mlp/out"]), with: .sgd())
    #expect(messages.isEmpty && assigned == ["mlp/out/bias"])
    #expect(graph.variable("mlp/out/optimizer/rate") != nil)
  }

  @Test func aPatternThatFitsNothingIsDiagnosedWithTheNearest() {
    graph.minimize(loss(), with: .sgd(), freezing: ["mlp/hiden", "**/biass"], file: "App/Main.swift", line: 9)
    graph.minimize(loss(), over: .matching(["trunk"]), with: .sgd(), file: "App/Main.swift", line: 10)
    graph.minimize(loss(), with: .adamW(except: ["mlp/out/bais"]), file: "App/Main.swift", line: 11)
    #expect(
      messages == [
        "App/Main.swift:9: no parameter has the path 'mlp/hiden' to freeze; did you mean 'mlp/hidden'?",
        "App/Main.swift:9: no parameter has the path '**/biass' to freeze; did you mean '**/bias'?",
        "App/Main.swift:10: no parameter has the path 'trunk' to move; give a path such as 'mlp/hidden/weight'",
        "App/Main.swift:11: no parameter has the path 'mlp/out/bais' to leave out of the weight decay; did you mean "
          + "'mlp/out/bias'?",
      ])
    #expect(assigned.isEmpty)
  }

  @Test func nothingLeftToMoveIsDiagnosed() {
    graph.minimize(loss(), with: .sgd(), freezing: ["mlp"], file: "App/Main.swift", line: 9)
    graph.minimize(
      loss(), over: .matching(["**/bias"]), with: .sgd(), freezing: ["mlp/out"], file: "App/Main.swift", line: 10)
    #expect(
      messages == [
        "App/Main.swift:9: the loss reaches no parameter that is not frozen; make parameters with `scope.parameter` and "
          + "use them in the loss",
        "App/Main.swift:10: the loss reaches no parameter of '**/bias' that is not frozen; make parameters with "
          + "`scope.parameter` and use them in the loss",
      ])
  }
}
