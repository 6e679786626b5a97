import TapestryCore
import TapestryGraph

// Views of views are one view. Of the three orders a chain can have, the broadcast comes last (outermost), since what
// is done before it is done to fewer elements; a transpose never carries an axis of extent 1, which is a reshape's work.
extension CanonicalRules {
  static let views: [Rule] = reshapes + transposes + widenings

  private static let reshapes: [Rule] = [
    Rule("a reshape to the same shape is nothing", on: Reshape.self, .exact) { m in
      m.shape == m.type(0).shape ? m[0] : nil
    },
    Rule("a reshape of a reshape is one", on: Reshape.self, .exact) { m in
      m.node(0, Reshape.self)?[0].reshape(m.shape)
    },
    Rule("a reshape of a broadcast number is a broadcast", on: Reshape.self, .exact) { m in
      guard let wide = m.node(0, Broadcast.self), wide.type(0).shape.count == 1 else { return nil }
      return wide[0].reshape([]).broadcast(to: m.shape)
    },
    Rule("a reshape by axes of extent 1 goes inside a broadcast", on: Reshape.self, .exact) { m in
      guard let wide = m.node(0, Broadcast.self),
        let inner = narrowed(wide.type(0).shape, of: wide.shape, reshapedTo: m.shape)
      else { return nil }
      return wide[0].reshape(inner).broadcast(to: m.shape)
    },
  ]

  private static let transposes: [Rule] = [
    Rule("a transpose by the order there is is nothing", on: Transpose.self, .exact) { m in
      m.op.permutation == Array(m.op.permutation.indices) ? m[0] : nil
    },
    Rule("a transpose of a transpose is one", on: Transpose.self, .exact) { m in
      guard let inner = m.node(0, Transpose.self) else { return nil }
      return inner[0].transpose(m.op.permutation.map { inner.op.permutation[$0] })
    },
    Rule("a transpose leaves axes of extent 1 to reshapes", on: Transpose.self, .exact) { m in
      let shape = m.type(0).shape
      let long = shape.extents.indices.filter { shape[$0] != 1 }
      guard long.count < shape.rank else { return nil }
      let order = m.op.permutation.filter { shape[$0] != 1 }.map { axis in long.firstIndex(of: axis) ?? 0 }
      return m[0].reshape(Shape(long.map { shape[$0] })).transpose(order).reshape(m.shape)
    },
    Rule("a transpose goes inside a broadcast", on: Transpose.self, .exact) { m in
      guard let wide = m.node(0, Broadcast.self) else { return nil }
      let narrow = wide.type(0).shape.padded(to: wide.shape.rank)
      return wide[0].reshape(narrow).transpose(m.op.permutation).broadcast(to: m.shape)
    },
  ]

  private static let widenings: [Rule] = [
    Rule("a broadcast to the same shape is nothing", on: Broadcast.self, .exact) { m in
      m.shape == m.type(0).shape ? m[0] : nil
    },
    Rule("a broadcast of a broadcast is one", on: Broadcast.self, .exact) { m in
      m.node(0, Broadcast.self)?[0].broadcast(to: m.shape)
    },
    Rule("a broadcast that adds no elements is a reshape", on: Broadcast.self, .exact) { m in
      m.shape.count == m.type(0).shape.count && m.shape.rank > m.type(0).shape.rank && m.shape.count > 0
        ? m[0].reshape(m.shape) : nil
    },
    Rule("a broadcast adds leading axes by itself", on: Broadcast.self, .exact) { m in
      guard let inner = m.node(0, Reshape.self) else { return nil }
      let short = Shape(Array(m.type(0).shape.extents.drop { $0 == 1 }))
      return short == inner.type(0).shape ? inner[0].broadcast(to: m.shape) : nil
    },
    Rule("a broadcast number is a scalar", on: Broadcast.self, .exact) { m in
      m.type(0).shape.count == 1 && m.type(0).shape.rank > 0 ? m[0].reshape([]).broadcast(to: m.shape) : nil
    },
  ]

  /// The shape a broadcast operand must have so that broadcasting it gives `wide` reshaped to `result`, when that
  /// reshape only adds and drops axes of extent 1.
  private static func narrowed(_ narrow: Shape, of wide: Shape, reshapedTo result: Shape) -> Shape? {
    guard wide.extents.filter({ $0 != 1 }) == result.extents.filter({ $0 != 1 }) else { return nil }
    let padded = narrow.padded(to: wide.rank)
    var kept = wide.extents.indices.filter { wide[$0] != 1 }.map { padded[$0] }.makeIterator()
    return Shape(result.extents.map { $0 == 1 ? 1 : kept.next() ?? 1 })
  }
}

extension Shape {
  /// The shape with axes of extent 1 in front.
  func padded(to rank: Int) -> Shape { Shape([Int](repeating: 1, count: rank - self.rank) + extents) }
}
