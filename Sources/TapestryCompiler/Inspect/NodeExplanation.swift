public import TapestryCore
import TapestryGraph
import TapestryTape

// The whole provenance of a node: where the model asks for it, what it is the gradient of, the rules that made it, and,
// where it is a node of the optimised graph, the kernel, instruction and memory it became.

/// Where a node comes from and what became of it.
public struct NodeExplanation: Sendable, CustomStringConvertible {
  /// The line of the node at its stage.
  public let line: String
  /// The name of the stage.
  public let stage: String
  /// Where it was asked for, one line each: scope, file and line, and what it is for.
  public let origins: [String]
  /// The forward node whose gradient it belongs to, as its line; nil for others.
  public let forwardPartner: String?
  /// The rules that made it, the first applied first.
  public let rules: [String]
  /// The kernel it is computed in; nil before fusion and for nodes that are computed by none.
  public let kernel: String?
  /// The lines of the instructions that compute it.
  public let instructions: [String]
  /// Where its value lies; nil before memory is planned.
  public let memory: String?
  /// The least time a step spends in its instructions, in nanoseconds, and all of a step; nil where nothing was measured.
  public let nanoseconds: (own: Int, step: Int)?

  /// All of it, one fact a line.
  public var description: String {
    var lines = [line, "stage: \(stage)"]
    lines += origins.map { "from: \($0)" }
    if let forwardPartner { lines.append("gradient of: \(forwardPartner)") }
    lines += rules.isEmpty ? ["rules: none, it is as traced"] : rules.map { "rule: \($0)" }
    if let kernel { lines.append("kernel: \(kernel)") }
    lines += instructions.map { "instruction: \($0)" }
    if let memory { lines.append("memory: \(memory)") }
    if let nanoseconds {
      lines.append("time: \(nanoseconds.own) ns of the \(nanoseconds.step) ns of a step, with all the kernel holds")
    }
    return lines.joined(separator: "\n") + "\n"
  }
}

extension Inspection {
  /// Where a node comes from and what became of it.
  ///
  /// - Parameters:
  ///   - name: its number in the text of the stage, `%7`, or the name of an input, a variable or an output.
  ///   - stage: a stage that is a graph.
  ///   - profile: times of the instructions, by `Program.profile`.
  /// - Throws: `usage` for a name or stage that is none.
  public func explanation(
    of name: String, at stage: String = "optimized", profile: ProgramProfile? = nil
  ) throws(TapestryError) -> NodeExplanation {
    let place = try self.stage(stage)
    let node = try place.node(name)
    let store = place.program.store
    let lines = place.lines
    let origins = store.origins(of: node)
    let partner = origins.lazy.map { Int($0.partner) }.first { $0 >= 0 && place.number[$0] >= 0 }
    let isFinal = place.name == Stage.optimized.rawValue || place.name == Stage.fused.rawValue
    let instructions = isFinal ? compiled.instructions(of: node) : []
    return NodeExplanation(
      line: String(lines[place.number[node]]), stage: place.name,
      origins: origins.map { "\($0)" }, forwardPartner: partner.map { String(lines[place.number[$0]]) },
      rules: place.trail.rules(of: node), kernel: isFinal ? compiled.kernelLine(of: node) : nil,
      instructions: instructions.map { compiled.tape.line(of: $0) },
      memory: isFinal ? compiled.memoryLine(of: node) : nil,
      nanoseconds: profile.flatMap { profile in
        guard !instructions.isEmpty, profile.entries.count == compiled.tape.instructions.count else { return nil }
        return (instructions.reduce(0) { $0 + profile.entries[$1].nanoseconds }, profile.stepNanoseconds)
      })
  }
}

extension Origin: CustomStringConvertible {
  /// `mlp/hidden Model.swift:12, gradient`.
  package var description: String {
    var parts: [String] = []
    if !scope.isEmpty { parts.append(oneLine(scope)) }
    if let place { parts.append(place.short) }
    return (parts.isEmpty ? "somewhere" : parts.joined(separator: " ")) + (phase == .forward ? "" : ", \(phase)")
  }
}

extension CompiledProgram {
  /// The instructions that compute a node of the optimised graph.
  func instructions(of node: Int) -> [Int] {
    tape.provenance.indices.filter { tape.provenance[$0].contains(node) }
  }

  fileprivate func kernelLine(of node: Int) -> String {
    guard let number = fusion.kernel(of: node) else {
      return "none: \(fusion.reasonForNoKernel(node, in: optimized.store))"
    }
    let members = fusion.groups[number].members
    return "\(number): \(optimized.store.label(of: members)), \(members.count) nodes"
  }

  fileprivate func memoryLine(of node: Int) -> String {
    let blocks = memory.blocks.filter { $0.values.contains { Int($0.node) == node } }
    var places = blocks.map {
      "arena \($0.offset)..<\($0.offset + $0.byteCount) in waves \($0.waves.lowerBound) to \($0.waves.upperBound)"
    }
    for root in optimized.roots where Int(root.value.node) == node {
      if case .state(let path) = root.target { places.append("the variable '\(path)'") }
    }
    if !places.isEmpty { return places.joined(separator: "; ") }
    switch optimized.store.op(of: node) {
    case let input as InputOp: return "the feed '\(input.name)'"
    case let variable as VariableOp: return "the variable '\(variable.path)'"
    case is ConstantOp: return "a constant of the tape"
    default:
      return optimized.store.nodes[node].fusion == .view
        ? "none of its own: it is its operand's, read in another order" : "none: it never leaves its kernel"
    }
  }
}

extension FusionPlan {
  /// The kernel that computes a node; nil for leaves, views and what readers make.
  func kernel(of node: Int) -> Int? { groupOf[node] >= 0 ? Int(groupOf[node]) : nil }

  /// Why a node is in no kernel, in a few words.
  func reasonForNoKernel(_ node: Int, in graph: GraphStore) -> String {
    if cotangents.contains(node) { return "it is made, row by row, by the kernels that read it" }
    return graph.nodes[node].fusion == .view ? "it is a view, read through strides" : "it is given"
  }
}
