import TapestryCore

// The gradient of a scan is two scans.
//
// One step is (carries c, slices x, captures k) -> (next carries c', outputs y). Its vector-Jacobian product, made by the
// gradient driver inside a copy of the body, takes cotangents of c' and y to cotangents of c, x and k. Run from the last
// step to the first, the cotangents of c are the carries of a scan in the opposite direction; those of k are summed in
// further carries; those of x are stacked.
//
// The product of step i needs values that step i computed: the *residuals*. They are the values at the border between
// nodes that depend on a cotangent and nodes that do not. At that border a value that is the same in every step is
// computed again from captures, a slice is simply scanned over once more, views are taken again of what they view, what
// the rules added to the step is computed in the reverse step, and all else is stacked by a forward scan, whose outputs begin with those of the scan itself, so that the compiler can
// merge the two. Both scans are ops like any other, so they have gradients in turn, and nothing unrolls.
extension Scan {
  package func pullback(_ p: Pullback) -> [Tensor?] {
    let graph = p[0].graph
    let inner = Graph(body.store)
    let inputs = parts(body.inputs)
    let active = activeInputs(p.needs)

    // Cotangents of what is differentiated: next carries that matter, and outputs whose cotangent is given.
    let isSeeded = body.outputs.indices.map { output in
      guard body.type(ofOutput: output).dtype.isFloat else { return false }
      return output < counts.carries ? active[output] : p.cotangents[output] != nil
    }
    let seeded = body.outputs.indices.filter { isSeeded[$0] }
    let cotangents = seeded.map { inner.input("cotangent \($0)", body.type(ofOutput: $0)) }
    let targets = body.inputs.indices.filter { active[$0] }
    let products = vectorJacobianProduct(
      of: seeded.map { Tensor(inner, body.outputs[$0]) }, in: targets.map { Tensor(inner, body.inputs[$0]) },
      with: cotangents, disconnected: .zeros)
    for fault in inner.diagnostics { graph.diagnose(fault) }
    guard !products.contains(where: \.isPoisoned) else { return p.operands.map { _ in nil } }

    // What the reverse step gives for each kind of target.
    let carryTargets = targets.filter { $0 < counts.carries }
    let sliceTargets = targets.filter { $0 >= counts.carries && $0 < counts.carries + counts.slices }
    let captureTargets = targets.filter { $0 >= counts.carries + counts.slices }
    func product(_ target: Int) -> Tensor { products[targets.firstIndex(of: target)!] }
    let sums = captureTargets.map { inner.input("sum \($0)", inner.type(of: body.inputs[$0])) }
    let totals = zip(sums, captureTargets).map { $0 + product($1) }
    let outputs = carryTargets.map(product) + totals + sliceTargets.map(product)

    // Cotangents of next carries are handed on, in the order of the carries; those of outputs are scanned over.
    let carryCotangents = carryTargets.map { cotangents[seeded.firstIndex(of: $0)!] }
    let stackSeeds = seeded.filter { $0 >= counts.carries }
    let stackCotangents = stackSeeds.map { cotangents[seeded.firstIndex(of: $0)!] }

    let border = Border(
      of: inner.snapshot, forward: body.store.count, outputs: outputs.map(\.value),
      marked: (cotangents + sums).map(\.value), inputs: inputs)
    let (forward, places) = stacking(border.residuals)
    let stacked = graph.record(forward, p.operands)
    guard !stacked.contains(where: \.isPoisoned) else { return p.operands.map { _ in nil } }

    let cut = ScanParts(
      carries: (carryCotangents + sums).map(\.value),
      slices: border.slices + border.residuals + stackCotangents.map(\.value), captures: border.captures)
    let backward = Scan(
      cutting: inner.snapshot, inputs: cut, outputs: outputs.map(\.value), length: length, isReverse: !isReverse)
    func operand(of input: Value) -> Tensor { p[body.inputs.firstIndex(of: input)!] }
    let starts =
      carryTargets.map { p.cotangents[$0] ?? p.results[$0].filled(with: 0) }
      + captureTargets.map { p[$0].filled(with: 0) }
    let scanned =
      border.slices.map(operand) + places.map { stacked[$0] } + stackSeeds.map { p.cotangents[$0]! }
    let results = graph.record(backward, starts + scanned + border.captures.map(operand))

    var sent = [Tensor?](repeating: nil, count: p.operands.count)
    for (place, target) in (carryTargets + captureTargets + sliceTargets).enumerated() where p.needs[target] {
      sent[target] = results[place]
    }
    return sent
  }

  /// The body inputs on a path to what is asked for: those asked for, and carries that any of these reaches.
  private func activeInputs(_ needs: [Bool]) -> [Bool] {
    let store = body.store
    var active = body.inputs.indices.map { needs[$0] && store.type(of: body.inputs[$0]).dtype.isFloat }
    while true {
      var reached = [Bool](repeating: false, count: store.count)
      for (place, input) in body.inputs.enumerated() where active[place] { reached[Int(input.node)] = true }
      for node in 0..<store.count where !reached[node] {
        reached[node] =
          type(of: store.op(of: node)).differentiability != .zero
          && store.operands(of: node).contains { reached[Int($0.node)] }
      }
      let found = (0..<counts.carries).filter {
        !active[$0] && reached[Int(body.outputs[$0].node)] && body.type(ofOutput: $0).dtype.isFloat
      }
      if found.isEmpty { return active }
      for carry in found { active[carry] = true }
    }
  }

  /// The scan that also stacks some values of the body, and at which of its results each is found.
  private func stacking(_ residuals: [Value]) -> (op: Scan, places: [Int]) {
    var outputs = body.outputs
    let places = residuals.map { residual in
      if let known = outputs.indices.first(where: { $0 >= counts.carries && outputs[$0] == residual }) { return known }
      outputs.append(residual)
      return outputs.count - 1
    }
    if outputs.count == body.outputs.count { return (self, places) }
    let extended = Scan(
      cutting: body.store, inputs: parts(body.inputs), outputs: outputs, length: length, isReverse: isReverse)
    return (extended, places)
  }
}

/// The border between what depends on a cotangent in the reverse step and what the forward step computed.
private struct Border {
  /// Slices of the forward scan that the reverse step reads.
  var slices: [Value] = []
  /// Captures of the forward scan that the reverse step reads.
  var captures: [Value] = []
  /// Values of the forward step that must be stacked.
  var residuals: [Value] = []

  /// - Parameter forward: the number of nodes of the forward step, which come first.
  init(of store: GraphStore, forward: Int, outputs: [Value], marked: [Value], inputs: ScanParts<[Value]>) {
    var depends = [Bool](repeating: false, count: store.count)
    var varies = depends
    for value in marked { depends[Int(value.node)] = true }
    for value in inputs.carries + inputs.slices { varies[Int(value.node)] = true }
    for node in 0..<store.count {
      depends[node] = depends[node] || store.operands(of: node).contains { depends[Int($0.node)] }
      varies[node] = varies[node] || store.operands(of: node).contains { varies[Int($0.node)] }
    }
    // Everything walked is part of the reverse step; the walk stops at the border.
    var walked = [Bool](repeating: false, count: store.count)
    var isResidual: Set<Value> = []
    var pending = outputs
    while let value = pending.popLast() {
      let node = Int(value.node)
      let isView = store.op(of: node).fusion == .view
      if depends[node] || !varies[node] || isView || node >= forward {
        guard !walked[node] else { continue }
        walked[node] = true
        pending.append(contentsOf: store.operands(of: node))
      } else if !inputs.slices.contains(value), isResidual.insert(value).inserted {
        residuals.append(value)
      } else {
        walked[node] = true
      }
    }
    slices = inputs.slices.filter { walked[Int($0.node)] }
    captures = inputs.captures.filter { walked[Int($0.node)] }
    residuals.sort { ($0.node, $0.output) < ($1.node, $1.output) }
  }
}

extension Graph {
  /// An input of a graph under construction.
  fileprivate func input(_ name: String, _ type: TensorType) -> Tensor { input(name, type.shape, type.dtype) }

  fileprivate func type(of value: Value) -> TensorType { withStore { $0.type(of: value) } }
}
