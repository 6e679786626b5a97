public import TapestryCore
import TapestryGraph

/// A fused kernel: what runs as one instruction.
public struct KernelAccount: Sendable, Hashable {
  /// Its number, as the texts have it.
  public let number: Int
  /// What it computes, in a few words.
  public let label: String
  /// How many nodes of the optimised graph it holds.
  public let nodeCount: Int
}

/// Two neighbouring nodes that are not one kernel, and why.
public struct RefusedFusion: Sendable, Hashable {
  /// The node that makes the value, `%7`.
  public let producer: String
  /// The node that reads it.
  public let consumer: String
  /// The numbers of their kernels.
  public let kernels: [Int]
  /// Why they stayed apart.
  public let reason: String
}

extension Inspection {
  /// The kernels, in the order of their numbers.
  public var kernels: [KernelAccount] {
    compiled.fusion.groups.enumerated().map { number, group in
      KernelAccount(
        number: number, label: compiled.optimized.store.label(of: group.members), nodeCount: group.members.count)
    }
  }

  /// The neighbours that stayed apart, in the order of their nodes.
  public var refusedFusions: [RefusedFusion] {
    let numbers = compiled.optimized.printedNumbers
    let fusion = compiled.fusion
    let edges = fusion.refusals.sorted { ($0.key.producer, $0.key.consumer) < ($1.key.producer, $1.key.consumer) }
    return edges.map { edge, reason in
      let (producer, consumer) = (Int(edge.producer), Int(edge.consumer))
      return RefusedFusion(
        producer: "%\(numbers[producer])", consumer: "%\(numbers[consumer])",
        kernels: [producer, consumer].map { Int(fusion.groupOf[$0]) }, reason: "\(reason)")
    }
  }

  /// Why two nodes of the optimised graph are not one kernel, as one line; where they are, which.
  ///
  /// - Throws: `usage` for a name that is none.
  public func whyNotFused(_ a: String, _ b: String) throws(TapestryError) -> String {
    let stage = try stage(Stage.optimized.rawValue)
    let (first, second) = (try stage.node(a), try stage.node(b))
    let fusion = compiled.fusion
    func name(_ node: Int) -> String { "%\(stage.number[node])" }
    for node in [first, second] where fusion.kernel(of: node) == nil {
      return "\(name(node)) is in no kernel: \(fusion.reasonForNoKernel(node, in: compiled.optimized.store))\n"
    }
    if let kernel = fusion.kernel(of: first), kernel == fusion.kernel(of: second) {
      return "\(name(first)) and \(name(second)) are one kernel, number \(kernel)\n"
    }
    let kernels = "\(name(first)) is in kernel \(fusion.groupOf[first]), \(name(second)) in \(fusion.groupOf[second]): "
    let reasons = [(first, second), (second, first)].compactMap { fusion.whyNotFused($0, $1) }
    return kernels + "\(reasons.first { $0 != .notNeighbours } ?? .notNeighbours)\n"
  }
}
