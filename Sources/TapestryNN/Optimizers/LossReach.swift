import TapestryCore
import TapestryGraph

// Which variables a loss reaches, and how.
//
// One walk down from the loss marks two things at each node: that the loss uses it at all, and that a gradient arrives
// there. A gradient goes on to the float operands of every op but those whose derivative is zero (stopGradient,
// comparisons, rounding). A variable that is used but gets no gradient was reached through a cut; the op that cuts is
// the latest one where a gradient arrives and does not go on, above the variable. Of the versions of a variable the
// latest one a gradient arrives at is the one to differentiate by, since earlier ones act through it.

struct LossReach {
  private let store: GraphStore
  private let isUsed: [Bool]
  private let hasGradient: [Bool]
  /// By path: the latest version the loss has a gradient in.
  private(set) var differentiable: [String: Value] = [:]
  /// By path: a version the loss uses.
  private var used: [String: Value] = [:]

  init(_ store: GraphStore, of loss: Value) {
    self.store = store
    isUsed = store.reach(of: [loss])
    var hasGradient = [Bool](repeating: false, count: store.count)
    hasGradient[Int(loss.node)] = true
    for node in stride(from: Int(loss.node), through: 0, by: -1) where hasGradient[node] && !store.cuts(node) {
      for operand in store.operands(of: node) where store.type(of: operand).dtype.isFloat {
        hasGradient[Int(operand.node)] = true
      }
    }
    self.hasGradient = hasGradient
    for node in isUsed.indices where isUsed[node] {
      guard let path = store.variablePath(of: node) else { continue }
      used[path] = Value(node)
      if hasGradient[node] { differentiable[path] = Value(node) }
    }
  }

  /// For a variable the loss uses without a gradient: the op that cuts, and its place. Otherwise nil.
  func cut(of path: String) -> (op: String, place: SourcePlace?)? {
    guard differentiable[path] == nil, let variable = used[path] else { return nil }
    var depends = [Bool](repeating: false, count: store.count)
    depends[Int(variable.node)] = true
    var found: Int?
    for node in Int(variable.node) + 1..<Swift.max(store.count, Int(variable.node) + 1) where isUsed[node] {
      depends[node] = store.operands(of: node).contains { depends[Int($0.node)] }
      if depends[node], hasGradient[node] { found = found ?? node }
    }
    return found.map { (type(of: store.op(of: $0)).name, store.origins(of: $0).last?.place) }
  }
}

extension GraphStore {
  /// Whether no gradient goes through a node.
  fileprivate func cuts(_ node: Int) -> Bool {
    let op = op(of: node)
    return Swift.type(of: op).differentiability == .zero
  }

  /// The path of the variable a node is a version of.
  func variablePath(of node: Int) -> String? {
    op(of: node, as: VariableOp.self)?.path ?? op(of: node, as: AssignOp.self)?.path
  }
}
