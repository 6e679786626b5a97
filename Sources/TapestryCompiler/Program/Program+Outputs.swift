package import TapestryCore
import TapestryTape

extension Program {
  /// What a run with these feeds reports, by name; compiles the program for them if it was not yet.
  package func outputTypes(
    for feeds: Feeds, mode: TracingMode = .training
  ) throws(TapestryError) -> [String: TensorType] {
    let slots = try compiled(for: feeds, mode: mode).tape.outputs.map { ($0.name, $0.type) }
    return Dictionary(slots) { first, _ in first }
  }
}
