import TapestryCore
import TapestryGraph

/// A scan with what can be moved out of it, found first and built then.
struct LoopWithProducts {
  /// What a step adds to a carry.
  private enum Term {
    /// The product of two values with their rows summed.
    case product(Value, Value)
    case sum(Value, [Int])
  }

  let match: Match<Scan>
  let scan: Scan
  let store: GraphStore
  let inputs: ScanParts<[Value]>
  private let operands: ScanParts<[Tensor]>
  /// Whether a node of the body is the same in every step, how often it is read, and by which node last.
  let isSame: [Bool]
  let uses: [Int]
  let reader: [Int]

  /// The products made before the loop, whole.
  var hoisted: [(value: Value, whole: Tensor)] = []
  /// By carry what is added to it in each step.
  private var sums: [Int: [Term]] = [:]
  /// By output the product a stack of it is made by after the loop.
  private var products: [Int: (left: Value, right: Value)] = [:]
  /// What the new loop stacks.
  private var stacks: [Value] = []

  init(_ match: Match<Scan>) {
    self.match = match
    scan = match.op
    store = scan.body.store
    inputs = scan.parts(scan.body.inputs)
    operands = scan.parts(match.operands)
    var isSame = [Bool](repeating: true, count: store.count)
    var uses = [Int](repeating: 0, count: store.count)
    var reader = [Int](repeating: -1, count: store.count)
    for value in inputs.carries + inputs.slices { isSame[Int(value.node)] = false }
    for node in isSame.indices {
      for operand in store.operands(of: node) {
        uses[Int(operand.node)] += 1
        reader[Int(operand.node)] = node
        if !isSame[Int(operand.node)] { isSame[node] = false }
      }
    }
    for output in scan.body.outputs { uses[Int(output.node)] += 1 }
    (self.isSame, self.uses, self.reader) = (isSame, uses, reader)
  }

  /// The results of the scan with products moved out of it; nil where there are none to move.
  mutating func moved() -> [Tensor]? {
    hoist()
    let stackOutputs = scan.counts.carries..<scan.resultCount
    for output in stackOutputs { findProduct(output) }
    for output in stackOutputs where products[output] == nil { stack(scan.body.outputs[output]) }
    for carry in 0..<scan.counts.carries { findTerms(carry, takingSums: false) }
    for carry in 0..<scan.counts.carries where sums[carry] == nil { findTerms(carry, takingSums: true) }
    return hoisted.isEmpty && sums.isEmpty && products.isEmpty ? nil : results()
  }

  // MARK: Finding

  /// The operands of a product of two matrices.
  func matrices(_ value: Value) -> (left: Value, right: Value)? {
    let node = Int(value.node)
    guard store.isOp(node, Dot.self), store.type(of: value).shape.rank == 2 else { return nil }
    let operands = Array(store.operands(of: node))
    return (operands[0], operands[1])
  }

  private mutating func findProduct(_ output: Int) {
    let value = scan.body.outputs[output]
    guard let (left, right) = matrices(value), !isHoisted(value), uses[Int(value.node)] == 1,
      !isSame[Int(left.node)], isSame[Int(right.node)],
      scan.body.outputs.contains(left) || store.type(of: left).shape.count <= store.type(of: value).shape.count
    else { return }
    products[output] = (left, right)
    stack(left)
  }

  /// Finds out whether all that a step adds to a carry can be added after the loop.
  private mutating func findTerms(_ carry: Int, takingSums: Bool) {
    let start = inputs.carries[carry]
    var terms: [Term] = []
    var found = 0
    var pending = [scan.body.outputs[carry]]
    while let value = pending.popLast() {
      let node = Int(value.node)
      if value == start {
        found += 1
      } else if uses[node] != 1 {
        return
      } else if store.isOp(node, Add.self),
        store.operands(of: node).allSatisfy({ store.type(of: $0) == store.type(of: value) })
      {
        pending += store.operands(of: node)
      } else if let term = term(value, takingSums) {
        terms.append(term)
      } else {
        return
      }
    }
    guard found == 1, uses[Int(start.node)] == 1, !terms.isEmpty else { return }
    sums[carry] = terms
    for case .product(let left, let right) in terms {
      stack(left)
      stack(right)
    }
  }

  private func term(_ value: Value, _ takingSums: Bool) -> Term? {
    if let (left, right) = matrices(value), let rows = transposed(left), !isSame[Int(rows.node)],
      !isSame[Int(right.node)]
    {
      return .product(rows, right)
    }
    if takingSums, let (summed, axes) = summands(value),
      stacks.contains(summed) || whole(summed) != nil || stackedPiece(summed) != nil
    {
      return .sum(summed, axes)
    }
    return nil
  }

  /// The matrix whose transpose a value is. That of a single row is written as a reshape.
  private func transposed(_ value: Value) -> Value? {
    guard let rows = store.operands(of: Int(value.node)).first else { return nil }
    switch store.op(of: Int(value.node)) {
    case let op as Transpose: return op.permutation == [1, 0] ? rows : nil
    case is Reshape:
      let (from, to) = (store.type(of: rows).shape.extents, store.type(of: value).shape.extents)
      return from.count == 2 && from[0] == 1 && from.reversed() == to ? rows : nil
    default: return nil
    }
  }

  /// The value whose sum along some axes a value is. That of a single row is written as a reshape.
  private func summands(_ value: Value) -> (summed: Value, axes: [Int])? {
    guard let summed = store.operands(of: Int(value.node)).first else { return nil }
    switch store.op(of: Int(value.node)) {
    case let op as Sum: return (summed, op.axes)
    case is Reshape: return (summed, [])
    default: return nil
    }
  }

  /// What is stacked that joins a value to others, the axis it does so along, and where the value begins.
  private func stackedPiece(_ value: Value) -> (joined: Value, axis: Int, start: Int)? {
    for joined in stacks {
      guard let op = store.op(of: Int(joined.node), as: Concatenate.self) else { continue }
      var start = 0
      for piece in store.operands(of: Int(joined.node)) {
        if piece == value { return (joined, op.axis, start) }
        start += store.type(of: piece).shape[op.axis]
      }
    }
    return nil
  }

  private func isHoisted(_ value: Value) -> Bool { hoisted.contains { $0.value == value } }

  /// Has a value stacked, unless all its steps are known before the loop.
  private mutating func stack(_ value: Value) {
    if whole(value) == nil, !stacks.contains(value) { stacks.append(value) }
  }

  // MARK: Building

  /// All steps of a value that is known before the loop runs.
  func whole(_ value: Value) -> Tensor? {
    hoisted.first { $0.value == value }?.whole
      ?? inputs.slices.firstIndex(of: value).map { operands.slices[$0] }
  }

  /// The steps and rows of [steps, rows, columns] as one axis.
  func rows(_ tensor: Tensor) -> Tensor {
    tensor.reshape([tensor.extent(0) * tensor.extent(1), tensor.extent(2)])
  }

  /// A value that is the same in every step, outside of the loop.
  func outside(_ value: Value) -> Tensor {
    var needed = [Bool](repeating: false, count: Int(value.node) + 1)
    needed[Int(value.node)] = true
    for node in needed.indices.reversed() where needed[node] {
      for operand in store.operands(of: node) { needed[Int(operand.node)] = true }
    }
    var made: [Value: Tensor] = [:]
    for (input, tensor) in zip(inputs.captures, operands.captures) { made[input] = tensor }
    for node in needed.indices where needed[node] && made[Value(node)] == nil {
      let results = match.result.graph.record(any: store.op(of: node), store.operands(of: node).map { made[$0]! })
      for (output, tensor) in results.enumerated() { made[Value(node, output)] = tensor }
    }
    return made[value]!
  }

  /// The inputs that some outputs need when hoisted products are given.
  private func needed(_ outputs: [Value]) -> [Bool] {
    var isNeeded = [Bool](repeating: false, count: store.count)
    for value in outputs { isNeeded[Int(value.node)] = true }
    for node in isNeeded.indices.reversed() where isNeeded[node] && !isHoisted(Value(node)) {
      for operand in store.operands(of: node) { isNeeded[Int(operand.node)] = true }
    }
    return isNeeded
  }

  /// The product of two stacks, summed over steps and rows. A carry that starts from zeros adds nothing in its first step.
  private func product(_ left: Tensor, _ right: Tensor) -> Tensor {
    var (left, right) = (left, right)
    if let loop = startingFromZeros(left), loop.length > 1 {
      let others = loop.isReverse ? 0..<loop.length - 1 : 1..<loop.length
      (left, right) = (slice(left, axis: 0, others), slice(right, axis: 0, others))
    }
    return dot(rows(left).transpose(), rows(right))
  }

  /// The loop that stacks what its steps are handed, where a tensor is such a stack and the first is handed zeros.
  private func startingFromZeros(_ stack: Tensor) -> Scan? {
    guard let loop = match.node(stack, Scan.self) else { return nil }
    let handed = loop.op.body.inputs.prefix(loop.op.counts.carries)
    let output = Int(stack.value.output)
    guard output >= handed.count, let carry = handed.firstIndex(of: loop.op.body.outputs[output]) else { return nil }
    return loop.scalar(carry) == 0 ? loop.op : nil
  }

  private func results() -> [Tensor] {
    let carries = (0..<scan.counts.carries).filter { sums[$0] == nil }
    let outputs = carries.map { scan.body.outputs[$0] } + stacks
    let isNeeded = needed(outputs)
    let slices = inputs.slices.indices.filter { isNeeded[Int(inputs.slices[$0].node)] }
    let captures = inputs.captures.indices.filter { isNeeded[Int(inputs.captures[$0].node)] }
    let made = hoisted.filter { isNeeded[Int($0.value.node)] }
    let cut = ScanParts(
      carries: carries.map { inputs.carries[$0] }, slices: slices.map { inputs.slices[$0] } + made.map(\.value),
      captures: captures.map { inputs.captures[$0] })
    let given = ScanParts(
      carries: carries.map { operands.carries[$0] }, slices: slices.map { operands.slices[$0] } + made.map(\.whole),
      captures: captures.map { operands.captures[$0] })
    let loop = Scan(
      cutting: store, inputs: cut, outputs: outputs, length: scan.length, isReverse: scan.isReverse)
    let looped = outputs.isEmpty ? [] : match.result.graph.record(loop, given.all)
    func all(_ value: Value) -> Tensor {
      if let known = whole(value) ?? stacks.firstIndex(of: value).map({ looped[carries.count + $0] }) { return known }
      let (joined, axis, start) = stackedPiece(value)!
      return slice(all(joined), axis: axis + 1, start..<start + store.type(of: value).shape[axis])
    }

    return (0..<scan.resultCount).map { output in
      if let terms = sums[output] {
        return terms.reduce(match.isScalar(output, 0) ? nil : operands.carries[output]) { total, term in
          let amount =
            switch term {
            case .product(let left, let right): product(all(left), all(right))
            case .sum(let value, let axes): sum(all(value), over: [0] + axes.map { $0 + 1 })
            }
          let fitted = amount.reshape(operands.carries[output].shape)
          return total.map { $0 + fitted } ?? fitted
        }!
      }
      if let (left, right) = products[output] {
        let type = store.type(of: scan.body.outputs[output])
        return dot(rows(all(left)), outside(right)).reshape(Shape([scan.length] + type.shape.extents))
      }
      return output < scan.counts.carries ? looped[carries.firstIndex(of: output)!] : all(scan.body.outputs[output])
    }
  }
}
