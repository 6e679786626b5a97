import TapestryCore
import TapestryGraph

/// Work on the rows of a table instead of the rows looked up in it, where those are more.
///
/// An embedding followed by a product is the product of the table followed by the lookup. In its gradients the rows of
/// each index are added up first, so that both products are of as many rows as the table has. What only moves rows is
/// done to the indices.
enum LookupRules {
  static let all = moves + work + gradients
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
    Rule("transposed updates are added at transposed indices", on: ScatterAdd.self, .reassociates) { m in
      guard let moved = m.node(1, Transpose.self), m.addsRows else { return nil }
      let rank = m.type(2).shape.rank
      guard moved.op.permutation.dropFirst(rank).elementsEqual(rank..<moved.shape.rank) else { return nil }
      return scatterAdd(m[0], moved[0], at: m[2].transpose(Array(moved.op.inverse.prefix(rank))))
    },
    Rule("reshaped updates are added at reshaped indices", on: ScatterAdd.self, .exact) { m in
      guard let moved = m.node(1, Reshape.self), m.addsRows else { return nil }
      let (row, from) = (m.shape.extents.dropFirst(), moved.type(0).shape.extents)
      guard row.allSatisfy({ $0 > 0 }), from.count >= row.count, from.suffix(row.count).elementsEqual(row) else {
        return nil
      }
      return scatterAdd(m[0], moved[0], at: m[2].reshape(Shape(Array(from.dropLast(row.count)))))
    },
  ]

  static let work: [Rule] = [
    Rule("a product of looked-up rows is looked up in the product", on: Dot.self, .exact) { m in
      guard let lookup = m.lookup(0), m.isMatrices(lookup), lookup.isLonger else { return nil }
      return gather(dot(lookup[0], m[1]), lookup[1])
    },
    Rule("what is done to every looked-up row is done to the table", where: OpCatalogue.isElementwise, .exact) {
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

extension LookupRules {
  static let gradients: [Rule] = [
    Rule("a product that sums over looked-up rows sums those of each index first", on: Dot.self, .distributes) { m in
      guard let left = m.node(0, Transpose.self), let lookup = left.lookup(0), m.isMatrices(lookup),
        left.op.permutation == [1, 0], lookup.isMuchLonger
      else { return nil }
      let zeros = m[1].scalar(0).broadcast(to: [lookup.type(0).shape[0], m.shape[1]])
      return dot(lookup[0].transpose([1, 0]), scatterAdd(zeros, m[1], at: lookup[1]))
    },
    Rule("rows of a product that are added up are added up before it", on: ScatterAdd.self, .distributes) { m in
      guard let product = m.node(1, Dot.self), m.isSoleUse(1), m.addsRows, m.isScalar(0, 0), product.shape.rank == 2,
        m.type(2).shape.rank == 1, 2 * m.shape[0] <= product.shape[0]
      else { return nil }
      let zeros = m[1].scalar(0).broadcast(to: [m.shape[0], product.type(0).shape[1]])
      return dot(scatterAdd(zeros, product[0], at: m[2]), product[1])
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

  /// Whether it is worth adding rows up to have fewer.
  fileprivate var isMuchLonger: Bool { 2 * type(0).shape[0] <= type(1).shape.count }
}

extension Match<ScatterAdd> {
  /// Whether blocks along axis 0 are added to.
  fileprivate var addsRows: Bool { op.axis == 0 && op.batchDims == 0 }
}
