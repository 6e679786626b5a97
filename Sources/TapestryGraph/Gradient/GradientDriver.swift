import TapestryCore

// The gradient driver: reverse mode as a graph transformation.
//
// Given a scalar loss and the tensors to differentiate by (the targets), it
//   1. marks the nodes on a path from a target to the loss: those from which the loss is reached backwards, among them
//      those that a target reaches forwards; only these get cotangents;
//   2. walks the marked nodes from the loss back to the targets, which is descending node order, since operands always
//      have smaller numbers; there is no recursion;
//   3. at each node calls the op's own rule with the sum of the cotangents its consumers sent, and sums each answer
//      down to the operand's shape, which undoes broadcasting for every rule at once.
// A rule only ever records more graph, so gradients can be differentiated again. Three outcomes are kept apart: a target
// the loss does not use at all is disconnected, one it uses without effect has a zero gradient, and an op without a rule
// on the path is missing; the first and the last are diagnosed in their own words.

/// What to do about a target the loss does not depend on.
public enum DisconnectedTarget: Sendable {
  /// Record a diagnostic.
  case diagnose
  /// Use zeros.
  case zeros
}

/// The gradients of a scalar loss in each of the targets.
///
/// - Parameters:
///   - loss: a float scalar.
///   - targets: any tensors of the same graph; the gradient has the target's type.
///   - disconnected: what a target gets that the loss does not depend on.
public func gradients(
  of loss: Tensor, in targets: [Tensor], disconnected: DisconnectedTarget = .diagnose,
  file: StaticString = #fileID, line: UInt = #line
) -> [Tensor] {
  guard !loss.isPoisoned else { return targets.map { Tensor($0.graph, .poison) } }
  let type = loss.type
  guard type.shape.count == 1, type.dtype.isFloat else {
    loss.graph.diagnose(
      TapestryError(
        .noGradient, "the loss is \(type), not a float scalar",
        remedy: type.dtype.isFloat ? "reduce it with `mean` or `sum`" : "compute it in a float type",
        at: SourcePlace(file, line)))
    return targets.map { Tensor($0.graph, .poison) }
  }
  let seed = loss.filled(with: 1)
  return vectorJacobianProduct(
    of: [loss], in: targets, with: [seed], disconnected: disconnected, file: file, line: line)
}

/// The gradient of a scalar loss in one target.
public func gradient(
  of loss: Tensor, in target: Tensor, file: StaticString = #fileID, line: UInt = #line
) -> Tensor {
  gradients(of: loss, in: [target], file: file, line: line)[0]
}

/// The product of a vector with the Jacobian of `outputs` in `targets`: reverse mode with chosen cotangents.
///
/// - Parameter vectors: for each output a tensor of its type.
public func vectorJacobianProduct(
  of outputs: [Tensor], in targets: [Tensor], with vectors: [Tensor], disconnected: DisconnectedTarget = .diagnose,
  file: StaticString = #fileID, line: UInt = #line
) -> [Tensor] {
  guard !targets.isEmpty else { return [] }
  let place = SourcePlace(file, line)
  guard let (graph, all) = Graph.joined(outputs + targets + vectors) else {
    var told: [Graph] = []
    for tensor in outputs + targets + vectors where !told.contains(where: { $0 === tensor.graph }) {
      told.append(tensor.graph)
      tensor.graph.diagnose(
        TapestryError(
          .mixedGraphs, "a gradient takes tensors of two graphs",
          remedy: "differentiate within one tracing", at: place))
    }
    return targets.map { Tensor($0.graph, .poison) }
  }
  let targets = Array(all[outputs.count..<outputs.count + targets.count])
  let vectors = Array(all[(outputs.count + targets.count)...])
  let outputs = Array(all[..<outputs.count])
  guard !(outputs + targets + vectors).contains(where: \.isPoisoned) else {
    return targets.map { Tensor($0.graph, .poison) }
  }
  guard outputs.count == vectors.count else {
    graph.diagnose(
      TapestryError(
        .shapeMismatch, "\(vectors.count) vectors are given for \(outputs.count) tensors",
        remedy: "give one vector for each, of its type", at: place))
    return targets.map { Tensor($0.graph, .poison) }
  }
  for (output, vector) in zip(outputs, vectors) where output.type != vector.type {
    graph.diagnose(
      TapestryError(
        .shapeMismatch, "the cotangent of \(output.type) is given as \(vector.type)",
        remedy: "give a tensor of the output's type", at: place))
    return targets.map { Tensor($0.graph, .poison) }
  }
  var driver = GradientDriver(graph: graph, targets: targets, place: place)
  return graph.inPhase(.gradient) { driver.run(outputs, vectors, disconnected) }
}

private struct GradientDriver {
  let graph: Graph
  let targets: [Tensor]
  let place: SourcePlace
  /// The graph as it is before the gradient is built.
  let before: GraphStore
  /// Nodes on a path from a target, by node.
  var depends: [Bool]
  /// The cotangents gathered so far, by value.
  var cotangents: [Value: Tensor] = [:]
  /// Nodes met on the way back that have cotangents: a heap would do, but node order is known.
  var reached: [Bool]

  init(graph: Graph, targets: [Tensor], place: SourcePlace) {
    self.graph = graph
    self.targets = targets
    self.place = place
    before = graph.snapshot
    depends = [Bool](repeating: false, count: before.count)
    reached = depends
    for target in targets { depends[Int(target.value.node)] = true }
    let first = targets.map { Int($0.value.node) }.min() ?? before.count
    for node in first..<before.count where !depends[node] {
      depends[node] =
        before.operands(of: node).contains { depends[Int($0.node)] }
        && type(of: before.op(of: node)).differentiability != .zero
    }
  }

  mutating func run(_ outputs: [Tensor], _ vectors: [Tensor], _ disconnected: DisconnectedTarget) -> [Tensor] {
    let wanted = Set(targets.map(\.value))
    for (output, vector) in zip(outputs, vectors) where depends[Int(output.value.node)] {
      add(vector, to: output.value)
    }
    let last = outputs.map { Int($0.value.node) }.max() ?? -1
    let first = targets.map { Int($0.value.node) }.min() ?? 0
    for node in stride(from: last, through: first, by: -1) where reached[node] {
      propagate(node)
      for output in 0..<before.resultCount(of: node) where !wanted.contains(Value(node, output)) {
        cotangents[Value(node, output)] = nil
      }
    }
    return targets.map { target in
      if let cotangent = cotangents[target.value] { return cotangent }
      if disconnected == .diagnose, !isUsed(target, by: outputs) { return diagnoseDisconnected(target, outputs) }
      return target.filled(with: 0)
    }
  }

  /// Calls the rule of a node and sends its cotangents on.
  private mutating func propagate(_ node: Int) {
    let operands = before.operands(of: node).map { Tensor(graph, $0) }
    let needs = operands.map { depends[Int($0.value.node)] && $0.dtype.isFloat }
    guard needs.contains(true) else { return }
    let op = before.op(of: node)
    guard type(of: op).differentiability == .differentiable else { return diagnoseMissing(node) }
    let results = (0..<before.resultCount(of: node)).map { Tensor(graph, Value(node, $0)) }
    let sent = graph.inPhase(.gradient, partner: Int32(node)) {
      op.pullback(
        Pullback(
          operands: operands, results: results, cotangents: results.map { cotangents[$0.value] }, needs: needs))
    }
    for (place, cotangent) in sent.enumerated() where needs[place] {
      guard let cotangent, !cotangent.isPoisoned else { continue }
      let summed = graph.inPhase(.gradient, partner: Int32(node)) { cotangent.summed(to: operands[place].shape) }
      add(summed, to: operands[place].value)
    }
  }

  private mutating func add(_ cotangent: Tensor, to value: Value) {
    cotangents[value] = cotangents[value].map { $0 + cotangent } ?? cotangent
    reached[Int(value.node)] = true
  }

  /// Whether the outputs use the target at all, through any op.
  private func isUsed(_ target: Tensor, by outputs: [Tensor]) -> Bool {
    var used = [Bool](repeating: false, count: before.count)
    used[Int(target.value.node)] = true
    for node in Int(target.value.node) + 1..<Swift.max(before.count, Int(target.value.node) + 1) {
      used[node] = before.operands(of: node).contains { used[Int($0.node)] }
    }
    return outputs.contains { used[Int($0.value.node)] }
  }

  private func diagnoseDisconnected(_ target: Tensor, _ outputs: [Tensor]) -> Tensor {
    let origin = before.origins(of: Int(target.value.node)).first
    graph.diagnose(
      TapestryError(
        .noGradient, "the loss does not depend on \(name(of: target))",
        remedy: "use it in the loss, or leave it out of what is differentiated", at: place, scope: origin?.scope))
    return Tensor(graph, .poison)
  }

  private func diagnoseMissing(_ node: Int) {
    let origin = before.origins(of: node).first
    graph.diagnose(
      TapestryError(
        .noGradient, "op '\(type(of: before.op(of: node)).name)' has no gradient rule, and the loss passes through it",
        remedy: "give the op a `pullback` and `differentiability`, or cut the path with `stopGradient`",
        at: origin?.place ?? place, scope: origin?.scope))
  }

  private func name(of tensor: Tensor) -> String {
    switch before.op(of: Int(tensor.value.node)) {
    case let variable as VariableOp: "parameter '\(variable.path)'"
    case let assigned as AssignOp: "parameter '\(assigned.path)'"
    case let input as InputOp: "input '\(input.name)'"
    default: "\(tensor)"
    }
  }
}

extension Tensor {
  /// A tensor of a wider shape summed down to one that broadcasts to it: the gradient of broadcasting.
  func summed(to shape: Shape) -> Tensor {
    let own = self.shape
    if own == shape { return self }
    guard own.broadcast(with: shape) == own || shape.broadcast(with: own) == shape else { return reshape(shape) }
    if shape.broadcast(with: own) == shape, own.count < shape.count { return broadcast(to: shape) }
    let lead = own.rank - shape.rank
    let axes = own.extents.indices.filter { $0 < lead || shape[$0 - lead] == 1 && own[$0] != 1 }
    return sum(self, over: Array(axes), keepingAxes: true).reshape(shape)
  }
}
