import TapestryCore
import TapestryGraph

/// Views moved to where they cost nothing.
///
/// A product takes its operands by strides, so a transpose below it is free and one above it is not; leading axes of the
/// left operand are more rows, so a matrix shared by a batch is one large product instead of many small ones, to which
/// a bias is added before it is a batch again, and the sum over a batch of products is one product with a longer inner
/// axis. Transposes and reshapes around elementwise
/// ops go where they cancel. Cuts of cuts are one, a cut of joined pieces is one of the pieces, and padded pieces that
/// are added up (the gradient of cutting) are joined.
enum ViewRules {
  static let all = products + cancelling + cuts + joins
}

extension ViewRules {
  static let products: [Rule] = [
    Rule("a transpose of a product is the product of transposes", on: Transpose.self, .exact) { m in
      guard m.isSoleUse(0), m.op.swapsLastTwo, let product = m.node(0, Dot.self) else { return nil }
      return dot(product[1].transpose(), product[0].transpose())
    },
    Rule("a batch of products by one matrix is one product", on: Dot.self, .exact) { m in
      guard m.shape.rank > 2, m.shape.count > 0, let wide = m.node(1, Broadcast.self), m.node(0, Transpose.self) == nil
      else { return nil }
      let shape = m.type(0).shape
      let (k, n) = (shape[shape.rank - 1], m.shape[m.shape.rank - 1])
      guard wide.type(0).shape.padded(to: shape.rank).extents.dropLast(2).allSatisfy({ $0 == 1 }),
        wide.type(0).shape.count == k * n
      else { return nil }
      return dot(m[0].reshape([m.shape.count / n, k]), wide[0].reshape([k, n])).reshape(m.shape)
    },
    Rule("a row added to a reshaped product is added to the product", on: Add.self, .exact) { m in
      guard let place = [0, 1].first(where: { m.node($0, Reshape.self)?.node(0, Dot.self) != nil }),
        m.isSoleUse(place), let view = m.node(place, Reshape.self), view.isSoleUse(0), view.shape == m.shape,
        m.shape.count > 0, m.type(1 - place).shape.rank <= 1, view.type(0).shape.extents.last == m.shape.extents.last
      else { return nil }
      return (view[0] + m[1 - place]).reshape(m.shape)
    },
    Rule("a sum over a batch of products is one product", on: Sum.self, .reassociates) { m in
      guard m.isSoleUse(0), let product = m.node(0, Dot.self), product.shape.rank > 2, product.shape.count > 0,
        m.op.axes == Array(0..<product.shape.rank - 2),
        let left = product.node(0, Transpose.self), left.op.swapsLastTwo
      else { return nil }
      let (x, y) = (left.type(0).shape, product.type(1).shape)
      let (rows, n) = (x[x.rank - 1], y[y.rank - 1])
      guard rows > 0, n > 0, x.count > 0 else { return nil }
      return dot(left[0].reshape([x.count / rows, rows]).transpose(), product[1].reshape([y.count / n, n]))
        .reshape(m.shape)
    },
  ]

  static let cancelling: [Rule] = [
    Rule("transposes around an elementwise op cancel", on: Transpose.self, .exact) { m in
      guard m.isSoleUse(0) else { return nil }
      return m.withoutViews { (inner: Match<Transpose>) in
        inner.op.permutation == m.op.inverse
      }
    },
    Rule("reshapes around an elementwise op cancel", on: Reshape.self, .exact) { m in
      guard m.isSoleUse(0) else { return nil }
      return m.withoutViews { (inner: Match<Reshape>) in inner.type(0).shape == m.shape }
    },
  ]
}

extension Transpose {
  /// Whether only the last two axes change places.
  var swapsLastTwo: Bool {
    let rank = permutation.count
    guard rank >= 2 else { return false }
    var order = Array(0..<rank)
    order.swapAt(rank - 1, rank - 2)
    return permutation == order
  }
}

extension Match {
  /// The elementwise expression below this view without its views, when every leaf of it that has axes is a view that
  /// `undone` finds undone by this one. An expression that is used elsewhere, or is not small, is left.
  fileprivate func withoutViews<View: Op>(_ undone: (Match<View>) -> Bool) -> Tensor? {
    let most = 32
    var inside = [node(0)]
    var bare: [Tensor: Tensor] = [:]
    var next = 0
    while next < inside.count {
      let below = inside[next]
      guard CanonicalRules.isElementwise(Swift.type(of: below.op)), inside.count <= most else { return nil }
      for place in below.operands.indices where below.type(place).shape.rank > 0 {
        if let view = below.node(place, View.self) {
          guard undone(view) else { return nil }
          bare[below[place]] = view[0]
        } else if !inside.contains(where: { $0.result == below[place] }) {
          guard below.isSoleUse(place) else { return nil }
          inside.append(below.node(place))
        }
      }
      next += 1
    }
    guard !bare.isEmpty else { return nil }
    for below in inside.sorted(by: { $0.result.value.node < $1.result.value.node }) {
      bare[below.result] = below.rebuilt(below.operands.map { bare[$0] ?? $0 })
    }
    return bare[node(0).result]
  }
}
