import TapestryCore
import TapestryGraph

// Lints about units that saturate: a tanh or a logistic function is flat where its argument is large, and passes no
// gradient there. One looks at start values, the other at a run. Both look into the bodies of loops, where recurrent
// layers have their activations: a body's captures stand for values around it, and a run of a loop is one of the same
// loop that stacks its activations, too.

extension Lint {
  /// Inputs are taken to have a mean square of 1, so that a sum of n of them times weights of mean square s has one of
  /// n s; above 16, most of the arguments are where tanh and the logistic function are flat.
  static let saturatingStart = Lint(
    name: "saturating-start",
    summary: "Weights that start so large that the tanh or sigmoid behind them is flat for most inputs."
  ) { subject in
    var told: Set<Int> = []
    return subject.levels.flatMap { level in level.activations.flatMap { level.products(before: $0) } }
      .compactMap { found in
        guard told.insert(found.weight).inserted, let start = subject.startValue(of: found.weight) else { return nil }
        let spread = (found.terms * start.meanSquare).squareRoot() * found.factor
        guard spread > 4 else { return nil }
        let path = subject.store.op(of: found.weight, as: VariableOp.self)?.path ?? ""
        return Lint.Found(
          "'\(path)' starts so large that what it feeds has a spread of \(Int(spread.rounded())), where "
            + "'\(found.activation)' is flat",
          remedy: "start it with `.glorotUniform`, or with smaller numbers", at: subject.origin(found.weight))
      }
  }

  /// Nearly all: 99 of 100. At the end: where the slope is below 0.002 (tanh) or 0.0005 (logistic function).
  static let saturatedUnits = Lint(
    name: "saturated",
    summary: "A tanh or sigmoid in a loop that was flat for nearly all units, up to the last step of a run."
  ) { subject in
    subject.loopActivations.compactMap { place in
      guard let values = subject.loopValues[place], let loop = subject.store.op(of: place.loop, as: Scan.self) else {
        return nil
      }
      let size = values.count / max(loop.length, 1)
      let flat = (0..<loop.length).map { step in
        size > 0 && 100 * (0..<size).count { isAtAnEnd(values.double(at: step * size + $0), place.isTanh) } >= 99 * size
      }
      // The order of a reverse loop is that of its steps, from the last place to the first.
      let order = loop.isReverse ? Array(flat.indices.reversed()) : Array(flat.indices)
      guard let last = order.last, flat[last] else { return nil }
      let first = order.reversed().prefix { flat[$0] }.last ?? last
      return Lint.Found(
        "from step \(first) of 0..<\(loop.length) on, '\(place.isTanh ? "tanh" : "sigmoid")' was flat for nearly all units",
        remedy: "start with smaller weights, normalise what the layer is given, or clip the gradients",
        at: loop.body.store.origins(of: place.node).last)
    }
  }
}

private func isAtAnEnd(_ value: Double, _ isTanh: Bool) -> Bool {
  isTanh ? abs(value) > 0.999 : value < 0.0005 || value > 0.9995
}

/// An activation in the body of a loop of the model.
struct LoopActivation: Hashable {
  /// The loop's node in the traced graph.
  let loop: Int
  /// The node in its body.
  let node: Int
  let isTanh: Bool
}

extension LintSubject {
  /// The activations in loops of the model.
  var loopActivations: [LoopActivation] {
    forwardNodes.flatMap { loop -> [LoopActivation] in
      guard let scan = store.op(of: loop, as: Scan.self) else { return [] }
      let body = scan.body.store
      return (0..<body.count).filter { isActivation(body.op(of: $0)) }.map {
        LoopActivation(loop: loop, node: $0, isTanh: body.isOp($0, Tanh.self))
      }
    }
  }

  /// A program that gives the activations of every loop, stacked, in the order of `loopActivations`.
  var loopProbe: ProgramGraph {
    var program = ProgramGraph(store: store, roots: [])
    for (loop, places) in Dictionary(grouping: loopActivations, by: \.loop).sorted(by: { $0.key < $1.key }) {
      guard let scan = store.op(of: loop, as: Scan.self) else { continue }
      let probe = Scan(
        cutting: scan.body.store, inputs: scan.parts(scan.body.inputs),
        outputs: scan.body.outputs + places.map { Value($0.node) }, length: scan.length, isReverse: scan.isReverse)
      let operands = Array(store.operands(of: loop))
      let types = operands.map { store.type(of: $0) }
      guard let results = try? probe.resultTypes(of: types) else { preconditionFailure("a loop with more results") }
      let node = program.store.add(probe, operands) { results }.node
      for (number, place) in places.enumerated() {
        program.roots.append(.init(.output(place.name), Value(node, scan.body.outputs.count + number)))
      }
    }
    return program
  }

  /// The model and the bodies of its loops.
  fileprivate var levels: [LintLevel] {
    var levels = [LintLevel(store: store, nodes: forwardNodes, captured: nil)]
    var next = 0
    while next < levels.count {
      let level = levels[next]
      next += 1
      for node in level.nodes {
        guard let scan = level.store.op(of: node, as: Scan.self) else { continue }
        var captured: [Int: Int] = [:]
        for (input, operand) in zip(scan.body.inputs, level.store.operands(of: node)) {
          captured[Int(input.node)] = level.variable(Int(operand.node))
        }
        levels.append(
          LintLevel(store: scan.body.store, nodes: Array(0..<scan.body.store.count), captured: captured))
      }
    }
    return levels
  }

  /// The start value of a trainable variable.
  fileprivate func startValue(of node: Int) -> NDArray? {
    guard let op = store.op(of: node, as: VariableOp.self), let place = store.effects.variableIndex[op.path],
      store.effects.variables[place].isTrainable
    else { return nil }
    let variable = store.effects.variables[place]
    return variable.initializer(variable.type, RandomStream(seed: 0, name: variable.path))
  }
}

extension LoopActivation {
  /// What its values are called in a run of `loopProbe`.
  var name: String { "%\(loop)/%\(node)" }
}

private func isActivation(_ op: any Op) -> Bool { op is Tanh || op is Sigmoid }

/// A product with a parameter that an activation adds up.
private struct WeightedSum {
  /// The name of the activation.
  let activation: String
  /// The parameter's node in the traced graph.
  let weight: Int
  /// How many products are summed.
  let terms: Double
  /// What the sum is multiplied with before the activation.
  let factor: Double
}

/// A graph that is looked at: the model, or the body of a loop in it.
private struct LintLevel {
  let store: GraphStore
  let nodes: [Int]
  /// In a body, by input the variable it stands for, as a node of the model; nil for the model.
  let captured: [Int: Int]?

  var activations: [Int] { nodes.filter { isActivation(store.op(of: $0)) } }

  /// The variable a node is, as a node of the model.
  func variable(_ node: Int) -> Int? {
    if let captured { return captured[node] }
    return store.isOp(node, VariableOp.self) ? node : nil
  }

  /// The products with a parameter that an activation adds up.
  func products(before activation: Int) -> [WeightedSum] {
    let name = type(of: store.op(of: activation)).name
    var pending = store.operands(of: activation).map { (node: Int($0.node), factor: 1.0) }
    var seen: Set<Int> = []
    var found: [WeightedSum] = []
    while let (node, factor) = pending.popLast() {
      guard seen.insert(node).inserted else { continue }
      let operands = store.operands(of: node).map { Int($0.node) }
      switch store.op(of: node) {
      case is Add, is Subtract: pending += operands.map { ($0, factor) }
      case is Multiply:
        guard let place = operands.firstIndex(where: { store.scalar($0) != nil }), operands.count == 2 else { continue }
        pending.append((operands[1 - place], factor * abs(store.scalar(operands[place])!)))
      case is Dot, is DotSum, is Convolution:
        guard let operand = operands.last, let weight = variable(operand) else { continue }
        let shape = store.type(of: Value(operand)).shape
        let terms = Double(shape.count) / Double(max(shape.extents.last ?? 1, 1))
        found.append(WeightedSum(activation: name, weight: weight, terms: terms, factor: factor))
      default:
        if store.nodes[node].fusion == .view { pending += operands.prefix(1).map { ($0, factor) } }
      }
    }
    return found
  }
}

extension NDArray {
  fileprivate var meanSquare: Double {
    count == 0 ? 0 : doubles.reduce(0) { $0 + $1 * $1 } / Double(count)
  }
}
