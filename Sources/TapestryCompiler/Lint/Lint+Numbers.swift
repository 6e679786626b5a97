import TapestryCore
import TapestryGraph

// Lints about numbers that go wrong: digits lost, units that saturate, units that are dead.

extension Lint {
  static let logOfSoftmax = Lint(
    name: "log-of-softmax",
    summary: "The logarithm of a softmax, which is minus infinity where the softmax rounds to 0."
  ) { subject in
    subject.forwardNodes.filter { subject.store.op(of: $0) is Log }.compactMap { node in
      guard let operand = subject.operand(node, 0), subject.isSoftmax(operand) else { return nil }
      return LintFinding(
        "log-of-softmax", "the logarithm of a softmax loses what is below the smallest float",
        remedy: "write `logSoftmax`, or `softmaxCrossEntropy` of the logits", at: subject.origin(node))
    }
  }

  /// Inputs are taken to have a mean square of 1, so that a sum of n of them times weights of mean square s has one of
  /// n s; above 16, most of the arguments are where tanh and the logistic function are flat.
  static let saturatingStart = Lint(
    name: "saturating-start",
    summary: "Weights that start so large that the tanh or sigmoid behind them is flat for most inputs."
  ) { subject in
    var told: Set<Int> = []
    return subject.forwardNodes.filter { subject.store.op(of: $0) is Tanh || subject.store.op(of: $0) is Sigmoid }
      .flatMap { subject.products(before: $0) }
      .compactMap { found in
        guard told.insert(found.weight).inserted, let start = subject.startValue(of: found.weight) else { return nil }
        let spread = (found.terms * start.meanSquare).squareRoot() * found.factor
        guard spread > 4 else { return nil }
        let path = (subject.store.op(of: found.weight) as? VariableOp)?.path ?? ""
        return LintFinding(
          "saturating-start",
          "'\(path)' starts so large that what it feeds has a spread of \(Int(spread.rounded())), where "
            + "'\(type(of: subject.store.op(of: found.activation)).name)' is flat",
          remedy: "start it with `.glorotUniform`, or with smaller numbers", at: subject.origin(found.weight))
      }
  }

  static let deadReLU = Lint(
    name: "dead-relu", summary: "A layer of rectified units that are all 0 in a run: none of them learns."
  ) { subject in
    subject.rectifiers.compactMap { node in
      guard let values = subject.values[node], values.count > 0, values.doubles.allSatisfy({ $0 == 0 }) else {
        return nil
      }
      return LintFinding(
        "dead-relu", "all \(values.count) values of a relu were 0: no gradient passes it",
        remedy: "lower the learning rate, look at the sign of the bias, or take `leakyRelu`", at: subject.origin(node))
    }
  }
}

extension LintSubject {
  /// Rectified values of the model: 0 where something is not above 0, and itself elsewhere.
  var rectifiers: [Int] {
    forwardNodes.filter { node in
      guard store.op(of: node) is Select, let mask = operand(node, 0), let zero = operand(node, 1) else { return false }
      return store.op(of: mask) is LessEqual && scalar(zero) == 0 && operand(node, 2) == operand(mask, 0)
        && operand(mask, 1).flatMap(scalar) == 0
    }
  }

  /// A quotient of exponentials and their sum, with or without a small number added.
  fileprivate func isSoftmax(_ node: Int) -> Bool {
    var node = node
    if store.op(of: node) is Add,
      let small = store.operands(of: node).firstIndex(where: { scalar(Int($0.node)) != nil })
    {
      let operands = store.operands(of: node)
      node = Int(operands[operands.startIndex + (small == operands.startIndex ? 1 : 0)].node)
    }
    guard store.op(of: node) is Divide, let top = operand(node, 0), var bottom = operand(node, 1) else { return false }
    while store.nodes[bottom].fusion == .view, let inner = operand(bottom, 0) { bottom = inner }
    return store.op(of: top) is Exp && store.op(of: bottom) is Sum && operand(bottom, 0) == top
  }

  fileprivate struct WeightedSum {
    let activation: Int
    let weight: Int
    /// How many products are summed.
    let terms: Double
    /// What the sum is multiplied with before the activation.
    let factor: Double
  }

  /// The products with a parameter that an activation adds up.
  fileprivate func products(before activation: Int) -> [WeightedSum] {
    var pending = [(node: operand(activation, 0)!, factor: 1.0)]
    var seen: Set<Int> = []
    var found: [WeightedSum] = []
    while let (node, factor) = pending.popLast() {
      guard seen.insert(node).inserted else { continue }
      let operands = store.operands(of: node).map { Int($0.node) }
      switch store.op(of: node) {
      case is Add, is Subtract: pending += operands.map { ($0, factor) }
      case is Multiply:
        guard let place = operands.firstIndex(where: { scalar($0) != nil }), operands.count == 2 else { continue }
        pending.append((operands[1 - place], factor * abs(scalar(operands[place])!)))
      case is Dot, is Convolution:
        guard let weight = operands.last, store.op(of: weight) is VariableOp else { continue }
        let (all, outputs) = (
          store.type(of: Value(weight)).shape.count, store.type(of: Value(weight)).shape.extents.last
        )
        let terms = Double(all) / Double(max(outputs ?? 1, 1))
        found.append(WeightedSum(activation: activation, weight: weight, terms: terms, factor: factor))
      default:
        if store.nodes[node].fusion == .view { pending += operands.prefix(1).map { ($0, factor) } }
      }
    }
    return found
  }

  /// The start value of a trainable variable.
  fileprivate func startValue(of node: Int) -> NDArray? {
    guard let op = store.op(of: node) as? VariableOp, let place = store.effects.variableIndex[op.path],
      store.effects.variables[place].isTrainable
    else { return nil }
    let variable = store.effects.variables[place]
    return variable.initializer(variable.type, RandomStream(seed: 0, name: variable.path))
  }
}

extension NDArray {
  fileprivate var meanSquare: Double {
    count == 0 ? 0 : doubles.reduce(0) { $0 + $1 * $1 } / Double(count)
  }
}
