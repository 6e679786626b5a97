import TapestryCore
import TapestryGraph
import TapestryTape

@testable import TapestryCompiler

/// Whether two arrays differ by no more than a tolerance, of the magnitude of the second or of one thousandth.
func areNear(_ a: NDArray, _ b: NDArray, _ tolerance: Double) -> Bool {
  if relativeError(a, b) <= tolerance { return true }
  return a.type == b.type
    && zip(a.doubles, b.doubles).allSatisfy { $0 == $1 || $0.isNaN && $1.isNaN || abs($0 - $1) <= tolerance * 1e-3 }
}

/// Where a compiled program first goes wrong: the smallest node that, alone as the result of a program, is not what the
/// reference meaning makes of it, with all it is made from; nil where each alone is right.
func firstWrongNode(
  of program: ProgramGraph, _ options: CompilerOptions, inputs: [String: NDArray], state: [String: NDArray],
  tolerance: Double
) -> String? {
  let store = program.store
  let reachable = store.reach(of: program.roots.map(\.value))
  for node in 0..<store.count where reachable[node] {
    let root = ProgramGraph.Root(.output("node"), Value(node))
    let alone = ProgramGraph(store: store, roots: [root])
    guard let compiled = try? CompiledProgram(alone, options),
      let actual = try? run(compiled.tape, inputs: inputs, state: state).outputs["node"],
      let expected = try? Interpreter(store).evaluate([root.value], inputs: inputs, state: state)[0]
    else { return "%\(node) does not compile or run" }
    if !areNear(actual, expected, tolerance) {
      return "\(actual) against \(expected)\n" + store.text(roots: [("node", root.value)]) + "\n"
        + compiled.tape.listing
    }
  }
  return nil
}
