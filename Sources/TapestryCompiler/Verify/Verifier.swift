package import TapestryCore
import TapestryGraph

/// Checks that a graph is one: what every pass must leave behind.
///
/// Operands come before their users and exist, the types stored are those the op gives for the operands, roots and
/// variables are values of the graph, an output or state is named once, and in canonical form no assignment is left.
package struct Verifier {
  private let program: ProgramGraph
  private let isCanonical: Bool

  package init(_ program: ProgramGraph, isCanonical: Bool) {
    self.program = program
    self.isCanonical = isCanonical
  }

  /// - Throws: `internalFault` with the lines around the first fault.
  package func check(after pass: String) throws(TapestryError) {
    let store = program.store
    for node in 0..<store.count {
      if let fault = fault(of: node) { throw error("%\(node) \(fault)", pass, around: node) }
    }
    var targets = Set<ProgramGraph.Target>()
    for root in program.roots {
      guard isValue(root.value) else {
        throw error("\(root.target) is %\(root.value.node), which does not exist", pass, around: store.count - 1)
      }
      guard targets.insert(root.target).inserted else {
        throw error("\(root.target) is computed twice", pass, around: Int(root.value.node))
      }
    }
  }

  private func isValue(_ value: Value) -> Bool {
    !value.isPoison && Int(value.node) < program.store.count && value.output >= 0
      && Int(value.output) < program.store.resultCount(of: Int(value.node))
  }

  private func fault(of node: Int) -> String? {
    let store = program.store
    let operands = store.operands(of: node)
    for operand in operands {
      if operand.isPoison { return "has a poisoned operand" }
      if operand.node >= node { return "uses %\(operand.node), which is not before it" }
      if !isValue(operand) { return "uses result \(operand.output) of %\(operand.node), which it does not have" }
    }
    let op = store.op(of: node)
    if isCanonical, op is AssignOp { return "is an assignment, which canonical form has none of" }
    do throws(OpFault) {
      let types = try op.resultTypes(of: operands.map { store.type(of: $0) })
      let stored = store.resultTypes(of: node)
      return types == stored ? nil : "is stored as \(listed(stored)) but its op gives \(listed(types))"
    } catch {
      return "does not take its operands: \(error.message)"
    }
  }

  private func listed(_ types: [TensorType]) -> String { types.map(\.description).joined(separator: ", ") }

  private func error(_ what: String, _ pass: String, around node: Int) -> TapestryError {
    let nodes = max(0, node - 3)..<max(0, min(program.store.count, node + 2))
    return TapestryError(
      .internalFault, "after pass '\(pass)' the graph is wrong: \(what)",
      remedy: "this is a fault of Tapestry: leave the pass out and report it",
      notes: nodes.map { ($0 == node ? "> " : "  ") + program.store.line(of: $0) })
  }
}

extension GraphStore {
  /// A node on one line: `%3 = add(%1, %2) : float32[2]`.
  func line(of node: Int) -> String {
    let op = op(of: node)
    let operands = operands(of: node).map { $0.output == 0 ? "%\($0.node)" : "%\($0.node).\($0.output)" }
    let attributes = op.attributes.isEmpty ? "" : " \(op.attributes)"
    let types = resultTypes(of: node).map(\.description).joined(separator: ", ")
    let listed = operands.isEmpty ? "" : "(\(operands.joined(separator: ", ")))"
    return "%\(node) = \(Swift.type(of: op).name)\(listed)\(attributes) : \(types)"
  }
}
