import TapestryCore
import TapestryGraph
import TapestryTape

// The kernels of a program as text: each with its iteration space, the lines of its members, and the reasons why
// neighbours stayed outside.
//
//     kernel 3: dot and 2 more in mlp/hidden
//       space [32, 128], tile program of 5 instructions
//       %7 = dot(%0, %2) : float32[32, 128]  # mlp/hidden Model.swift:13
//       %8 = add(%7, %6) : float32[32, 128]  # mlp/hidden Model.swift:13
//       apart: %9 (kernel 4) from %8: they run over different iteration spaces, [32, 128] and [32, 10]
//
// Nodes have the numbers they have in the text of the optimised graph. Reduced axes stand in parentheses.

extension CompiledProgram {
  /// The fused kernels as text.
  var fusedText: String {
    let lines = optimized.text.split(separator: "\n")
    let numbers = optimized.printedNumbers
    var apart: [Int32: [(FusionEdge, FusionRefusal)]] = [:]
    for (edge, reason) in fusion.refusals.sorted(by: {
      ($0.key.producer, $0.key.consumer) < ($1.key.producer, $1.key.consumer)
    }) {
      apart[fusion.groupOf[Int(edge.producer)], default: []].append((edge, reason))
    }
    let fused = fusion.groups.count { $0.isFused }
    var text =
      "\(fusion.groups.count) kernels, \(fused) of them fused; \(fusion.refusals.count) edges between fusable nodes left\n"
    for (number, group) in fusion.groups.enumerated() {
      text += "\nkernel \(number): \(optimized.store.label(of: group.members))\n"
      text += "  \(description(of: group))\n"
      for member in group.members where numbers[member] >= 0 { text += "  \(lines[numbers[member]])\n" }
      for (edge, reason) in apart[Int32(number)] ?? [] {
        let (producer, consumer) = (numbers[Int(edge.producer)], numbers[Int(edge.consumer)])
        text += "  apart: %\(consumer) (kernel \(fusion.groupOf[Int(edge.consumer)])) from %\(producer): \(reason)\n"
      }
    }
    return text
  }

  /// The kernel of each node, for drawings.
  var drawnKernels: [Int: GraphDiagram.Kernel] {
    var kernels: [Int: GraphDiagram.Kernel] = [:]
    for (number, group) in fusion.groups.enumerated() {
      var label = optimized.store.label(of: group.members)
      if let count = tileInstructions(of: group) { label += ", \(count) ops" }
      for node in group.members { kernels[node] = GraphDiagram.Kernel(number: number, label: label) }
    }
    return kernels
  }

  private func description(of group: FusionGroup) -> String {
    guard group.isFused else {
      let count = instructions(of: group).count
      return count == 1 ? "an instruction of its own" : "a loop of \(count) instructions"
    }
    let space = group.space.enumerated().map { group.reduced.contains($0) ? "(\($1))" : "\($1)" }
    let count = tileInstructions(of: group).map { "tile program of \($0) instructions" }
    return "space [\(space.joined(separator: ", "))], \(count ?? "nothing to store")"
  }

  /// The instructions a kernel became.
  private func instructions(of group: FusionGroup) -> [Instruction] {
    zip(tape.instructions, tape.provenance).filter { $0.1 == group.members }.map(\.0)
  }

  /// The length of a fused kernel's tile program; nil where nothing of it is needed.
  private func tileInstructions(of group: FusionGroup) -> Int? {
    guard group.isFused, let region = instructions(of: group).first?.region, region >= 0 else { return nil }
    return tape.regions[Int(region)].program.instructions.count
  }
}
