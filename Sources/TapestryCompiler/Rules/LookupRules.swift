import TapestryCore
import TapestryGraph

/// Work on the rows of a table instead of the rows looked up in it, where those are more.
///
/// An embedding followed by a product is the product of the table followed by the lookup. What only moves rows is done
/// to the indices. The gradients are left as they are: to sum the rows of each index before the product would turn
/// what is not a number into an infinity, where the other factor is infinite.
enum LookupRules {
  static let all = moves + work
}

extension LookupRules {
  static let moves: [Rule] = [
    Rule("a transpose of looked-up rows is one of the indices", on: Transpose.self, .exact) { m in
      guard m.isSoleUse(0), let lookup = m.lookup(0) else { return nil }
      let rank = lookup.type(1).shape.rank
      guard m.op.permutation.dropFirst(rank).elementsEqual(rank..<m.shape.rank) else { return nil }
      return gather(lookup[0], lookup[1].transpose(Array(m.op.permutation.prefix(rank))))
    },
    Rule("a reshape of looked-up rows is one of the indices", on: Reshape.self, .exact) { m in
      guard m.isSoleUse(0), let lookup = m.lookup(0) else { return nil }
      let row = lookup.type(0).shape.extents.dropFirst()
      guard row.allSatisfy({ $0 > 0 }), m.shape.rank >= row.count, m.shape.extents.suffix(row.count).elementsEqual(row)
      else { return nil }
      return gather(lookup[0], lookup[1].reshape(Shape(Array(m.shape.extents.dropLast(row.count)))))
    },
  ]

  static let work: [Rule] = [
    Rule("a product of looked-up rows is looked up in the product", on: Dot.self, .exact) { m in
      guard let lookup = m.lookup(0), m.isMatrices(lookup), lookup.isLonger else { return nil }
      return gather(dot(lookup[0], m[1]), lookup[1])
    },
    Rule("what is done to every looked-up row is done to the table", where: { $0 is any ElementwiseOp.Type }, .exact) {
      m in
      guard let place = m.operands.indices.first(where: { m.lookup($0) != nil }), m.isSoleUse(place),
        let lookup = m.lookup(place), lookup.isLonger, lookup.shape == m.shape
      else { return nil }
      let row = lookup.type(0).shape.rank - 1
      guard m.operands.indices.allSatisfy({ $0 == place || m.type($0).shape.rank <= row }) else { return nil }
      var operands = m.operands
      operands[place] = lookup[0]
      return gather(m.rebuilt(operands), lookup[1])
    },
  ]
}

extension Match {
  /// An operand as a lookup of rows: of blocks along axis 0.
  fileprivate func lookup(_ place: Int) -> Match<Gather>? {
    guard let lookup = node(place, Gather.self), lookup.op.axis == 0, lookup.op.batchDims == 0 else { return nil }
    return lookup
  }

  /// Whether a product is of matrices, one of them looked up.
  fileprivate func isMatrices(_ lookup: Match<Gather>) -> Bool {
    shape.rank == 2 && lookup.shape.rank == 2 && lookup.type(1).shape.rank == 1
  }
}

extension Match<Gather> {
  /// Whether more rows are looked up than the table has.
  fileprivate var isLonger: Bool { type(0).shape[0] < type(1).shape.count }
}
