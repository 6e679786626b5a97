import TapestryCore
import TapestryGraph

// Lints about numbers that go wrong: digits lost, units that are dead. Units that saturate are in `Lint+Saturation`.

extension Lint {
  static let logOfSoftmax = Lint(
    name: "log-of-softmax",
    summary: "The logarithm of a softmax, which is minus infinity where the softmax rounds to 0."
  ) { subject in
    subject.forwardNodes.filter { subject.store.isOp($0, Log.self) }.compactMap { node in
      guard let operand = subject.operand(node, 0), subject.isSoftmax(operand) else { return nil }
      return Lint.Found(
        "the logarithm of a softmax loses what is below the smallest float",
        remedy: "write `logSoftmax`, or `softmaxCrossEntropy` of the logits", at: subject.origin(node))
    }
  }

  static let deadReLU = Lint(
    name: "dead-relu", summary: "A layer of rectified units that are all 0 in a run: none of them learns."
  ) { subject in
    subject.rectifiers.compactMap { node in
      guard let values = subject.values[node], values.count > 0, values.doubles.allSatisfy({ $0 == 0 }) else {
        return nil
      }
      return Lint.Found(
        "all \(values.count) values of a relu were 0: no gradient passes it",
        remedy: "lower the learning rate, look at the sign of the bias, or take `leakyRelu`", at: subject.origin(node))
    }
  }
}

extension LintSubject {
  /// Rectified values of the model: 0 where something is not above 0, and itself elsewhere.
  var rectifiers: [Int] {
    forwardNodes.filter { node in
      guard store.isOp(node, Select.self), let mask = operand(node, 0), let zero = operand(node, 1) else {
        return false
      }
      return store.isOp(mask, LessEqual.self) && store.scalar(zero) == 0 && operand(node, 2) == operand(mask, 0)
        && operand(mask, 1).flatMap(store.scalar) == 0
    }
  }

  /// A quotient of exponentials and their sum, with or without a small number added.
  fileprivate func isSoftmax(_ node: Int) -> Bool {
    var node = node
    if store.isOp(node, Add.self),
      let small = store.operands(of: node).firstIndex(where: { store.scalar(Int($0.node)) != nil })
    {
      let operands = store.operands(of: node)
      node = Int(operands[operands.startIndex + (small == operands.startIndex ? 1 : 0)].node)
    }
    guard store.isOp(node, Divide.self), let top = operand(node, 0), var bottom = operand(node, 1) else { return false }
    while store.nodes[bottom].fusion == .view, let inner = operand(bottom, 0) { bottom = inner }
    return store.isOp(top, Exp.self) && store.isOp(bottom, Sum.self) && operand(bottom, 0) == top
  }
}
