import TapestryCore
import TapestryGraph
import TapestryTape

// Lints about time and memory.

extension Lint {
  static let slowPath = Lint(
    name: "slow-path", summary: "An operation without a kernel, run by its reference meaning one element at a time."
  ) { subject in
    let tape = subject.compiled.tape
    return tape.instructions.indices.compactMap { index in
      guard case .callOut(let number) = tape.instructions[index].routine else { return nil }
      let origin = tape.provenance[index].last.flatMap { subject.compiled.optimized.store.origins(of: $0).last }
      return Lint.Found(
        "'\(tape.callOuts[Int(number)].op.callName)' has no kernel and runs by its reference meaning",
        remedy: "give the op a `tile` program, or write it with operations that have kernels", at: origin)
    }
  }

  static let largeTensor = Lint(
    name: "large-tensor", summary: "A value or a variable that takes more bytes than a budget."
  ) { subject in
    let store = subject.compiled.optimized.store
    let blocks = subject.compiled.memory.blocks.filter { $0.byteCount > subject.budget }.map { block in
      Lint.Found(
        "\(store.label(of: block)) takes \(block.byteCount) bytes, above the budget of \(subject.budget)",
        remedy: "use a smaller batch, or compute it in parts",
        at: block.values.first.flatMap { store.origins(of: Int($0.node)).last })
    }
    let variables = subject.store.effects.variables.filter { $0.type.byteCount > subject.budget }.map { variable in
      Lint.Found(
        "'\(variable.path)' is \(variable.type), \(variable.type.byteCount) bytes, above the budget of \(subject.budget)",
        remedy: "use a smaller layer",
        at: Origin(scope: variable.scope, place: variable.declared, phase: .forward))
    }
    return blocks + variables
  }
}
