import TapestryCore
import TapestryGraph

// Products of slices: made before the loop, or left in the step.

extension LoopWithProducts {
  mutating func hoist() {
    for node in 0..<store.count {
      guard let (left, right) = inputProduct(Value(node)), !staysInStep(Value(node), left) else { continue }
      let product = dot(rows(whole(left)!), outside(right))
      var whole = product.reshape(Shape([scan.length] + store.type(of: Value(node)).shape.extents))
      var value = Value(node)
      while let sum = soleSum(of: value), let steady = store.operands(of: sum).first(where: { isSame[Int($0.node)] }) {
        whole = whole + outside(steady)
        value = Value(sum)
      }
      hoisted.append((value, whole))
    }
  }

  /// The factors of a product of a slice and what is the same in every step.
  private func inputProduct(_ value: Value) -> (left: Value, right: Value)? {
    guard let (left, right) = matrices(value), inputs.slices.contains(left), isSame[Int(right.node)] else { return nil }
    return (left, right)
  }

  /// The sum of its type that alone reads a value.
  private func soleSum(of value: Value) -> Int? {
    let node = reader[Int(value.node)]
    guard uses[Int(value.node)] == 1, node >= 0, store.isOp(node, Add.self),
      store.type(of: Value(node)) == store.type(of: value)
    else { return nil }
    return node
  }

  /// Whether the product of a slice is better made in the step: it is added to one that must stay, with which it is one
  /// sum of products, and has few terms, as many as there are rows or, with rows to use the machine, four times as many,
  /// of a matrix that has a place in a core's own cache. Each step then reads that again; before the loop, the rows of
  /// the result would be written to memory, to be read by the step. A lookup is done to the product of its table.
  private func staysInStep(_ product: Value, _ left: Value) -> Bool {
    let (rows, terms) = (store.type(of: left).shape[0], store.type(of: left).shape[1])
    let isNear = terms * store.type(of: product).shape[1] <= TargetCosts.nearElements
    guard terms <= (isNear && rows >= 16 ? 4 * rows : rows), !isLookup(whole(left)!) else { return false }
    var top = product
    while let sum = soleSum(of: top) { top = Value(sum) }
    var pending = [top]
    while let value = pending.popLast() {
      let node = Int(value.node)
      guard value == top || uses[node] == 1 else { continue }
      if store.isOp(node, Add.self) { pending += store.operands(of: node) }
      if matrices(value) != nil, inputProduct(value) == nil { return true }
    }
    return false
  }

  /// Whether a tensor is looked up in a table, seen through views.
  private func isLookup(_ tensor: Tensor) -> Bool {
    var node = match.node(tensor)
    while node.op.fusion == .view { node = node.node(0) }
    return node.op is Gather
  }
}
