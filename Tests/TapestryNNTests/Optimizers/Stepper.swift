import TapestryCore
import TapestryGraph

/// Runs a traced program by the reference meaning, step after step, with its state.
struct Stepper {
  private let store: GraphStore
  private(set) var state: [String: NDArray] = [:]

  init(_ graph: Graph, seed: Int = 0) throws {
    try graph.validate()
    store = graph.snapshot
    for variable in store.effects.variables {
      state[variable.path] = variable.initializer(variable.type, RandomStream(seed: seed, name: variable.path))
    }
  }

  /// The paths of all variables, in order of declaration.
  var paths: [String] { store.effects.variables.map(\.path) }

  mutating func set(_ path: String, to value: NDArray) { state[path] = value }

  func doubles(_ path: String) -> [Double] { state[path]?.doubles ?? [] }

  /// One run: what is reported, by name.
  @discardableResult
  mutating func step(_ feeds: [String: NDArray] = [:]) throws -> [String: NDArray] {
    let reports = store.effects.reports
    let written = store.effects.variables.filter { $0.version > 0 }
    let values = try Interpreter(store).evaluate(
      reports.map(\.value) + written.map(\.current), inputs: feeds, state: state)
    for (variable, value) in zip(written, values.dropFirst(reports.count)) { state[variable.path] = value }
    return Dictionary(uniqueKeysWithValues: zip(reports.map(\.name), values))
  }
}
