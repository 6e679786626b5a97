import TapestryCore
import TapestryGraph

// What is added to a product is added to its slices, where elementwise work on slices is all that reads the sum: the
// gates of an LSTM. The product is then computed where it is stored, and the sum is part of the work on the slices.

extension ProgramGraph {
  /// The program with sums of a product and something else behind the slices taken of them.
  func cuttingProductsFirst(_ context: inout PassContext) -> ProgramGraph {
    let sums = cutSums
    guard !sums.isEmpty else { return self }
    var replay = ProgramReplay(self)
    let cut = replay.run { replay, node in
      guard let op = store.op(of: node, as: Slice.self), let sum = store.operands(of: node).first,
        let terms = sums[Int(sum.node)]
      else { return nil }
      return [op.cut(replay[terms.product], as: op.starts.count) + op.cut(replay[terms.rest], as: op.starts.count)]
    }
    context.reads += replay.reads
    context.trail = RuleTrail()
    return cut
  }

  /// The sums of a product and something else that are read by slices alone, and those by elementwise ops alone.
  private var cutSums: [Int: (product: Value, rest: Value)] {
    guard store.hasOp(Slice.self) else { return [:] }
    let reached = reachedNodes()
    var readers = [[Int]](repeating: [], count: store.count)
    for node in reached.indices where reached[node] {
      for operand in store.operands(of: node) { readers[Int(operand.node)].append(node) }
    }
    let handedOut = Set(roots.map(\.value.node))
    func areRead(_ node: Int, by isMeant: (Int) -> Bool) -> Bool {
      !handedOut.contains(Int32(node)) && readers[node].allSatisfy(isMeant)
    }
    var found: [Int: (product: Value, rest: Value)] = [:]
    for node in reached.indices where reached[node] && store.isOp(node, Add.self) {
      let terms = Array(store.operands(of: node))
      guard
        let place = terms.indices.first(where: { place in
          let product = Int(terms[place].node)
          return OpCatalogue.isProduct(store.opType(of: product)) && readers[product] == [node]
            && !handedOut.contains(Int32(product)) && store.type(of: terms[place]) == store.type(of: Value(node))
        }),
        areRead(
          node,
          by: { reader in
            store.isOp(reader, Slice.self) && areRead(reader, by: { store.nodes[$0].fusion == .elementwise })
          })
      else { continue }
      found[node] = (terms[place], terms[1 - place])
    }
    return found
  }
}

extension Slice {
  /// The slice of a tensor that broadcasts to one of some rank: whole along axes it is repeated along.
  fileprivate func cut(_ tensor: Tensor, as rank: Int) -> Tensor {
    let extents = tensor.shape.extents
    guard !extents.isEmpty else { return tensor }
    func along(_ whole: (Int) -> Int, _ own: [Int]) -> [Int] {
      extents.indices.map { extents[$0] == 1 ? whole($0) : own[$0 + rank - extents.count] }
    }
    return slice(
      tensor, starts: along({ _ in 0 }, starts), ends: along({ _ in 1 }, ends), steps: along({ _ in 1 }, steps))
  }
}
