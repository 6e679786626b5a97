import TapestryCore

/// The product along axes.
package struct Product: ReductionOp {
  package static let name = "product"
  package static let summary = "The product of the elements along axes."
  package static let combining = ReductionKind.product
  package let axes: [Int]
  package let keepsAxes: Bool

  package init(axes: [Int], keepsAxes: Bool) {
    self.axes = axes
    self.keepsAxes = keepsAxes
  }

  /// The product of all other elements is taken as such, not as result / x, so that zeros keep their gradient: for each
  /// place along the axis (the reduced axes joined into one) the product of the elements before it times that of those
  /// after it, both by doubling shifts: log2(extent) multiplications.
  package func pullback(_ p: Pullback) -> [Tensor?] {
    let x = p[0]
    guard !axes.isEmpty else { return [p.cotangent] }
    let front = x.shape.extents.indices.filter { !axes.contains($0) }
    let order = front + axes
    let moved = x.transpose(order)
    let lead = front.map { x.shape[$0] }
    let extent = axes.reduce(1) { $0 * x.shape[$1] }
    let flat = moved.reshape(Shape(lead + [extent]))
    let others = Product.before(flat) * reverse(Product.before(reverse(flat, axes: [-1])), axes: [-1])
    let back = Transpose(permutation: order).inverse
    return [withAxes(p.cotangent, like: x) * others.reshape(moved.shape).transpose(back)]
  }

  /// At each place of the last axis the product of all elements before it.
  private static func before(_ x: Tensor) -> Tensor {
    let axis = x.rank - 1
    let extent = x.extent(-1)
    var running = shifted(x, by: 1, axis, extent)
    var distance = 1
    while distance < extent {
      running = running * shifted(running, by: distance, axis, extent)
      distance *= 2
    }
    return running
  }

  /// The elements moved `distance` places up the axis, with ones coming in.
  private static func shifted(_ x: Tensor, by distance: Int, _ axis: Int, _ extent: Int) -> Tensor {
    let distance = Swift.min(distance, extent)
    return pad(slice(x, axis: axis, 0..<(extent - distance)), axis: axis, low: distance, value: 1)
  }
}

/// The largest element along axes.
package struct Max: ReductionOp {
  package static let name = "max"
  package static let summary = "The largest element along axes; not-a-number wins, and ties share the gradient evenly."
  package static let combining = ReductionKind.maximum
  package let axes: [Int]
  package let keepsAxes: Bool

  package init(axes: [Int], keepsAxes: Bool) {
    self.axes = axes
    self.keepsAxes = keepsAxes
  }

  package func pullback(_ p: Pullback) -> [Tensor?] { [sharedAmongTies(p)] }
}

/// The smallest element along axes.
package struct Min: ReductionOp {
  package static let name = "min"
  package static let summary = "The smallest element along axes; not-a-number wins, and ties share the gradient evenly."
  package static let combining = ReductionKind.minimum
  package let axes: [Int]
  package let keepsAxes: Bool

  package init(axes: [Int], keepsAxes: Bool) {
    self.axes = axes
    self.keepsAxes = keepsAxes
  }

  package func pullback(_ p: Pullback) -> [Tensor?] { [sharedAmongTies(p)] }
}

extension ReductionOp {
  /// The cotangent split evenly among the elements that equal the result.
  fileprivate func sharedAmongTies(_ p: Pullback) -> Tensor {
    let chosen = cast(p[0] .== withAxes(p.result, like: p[0]), to: p[0].dtype)
    let ties = sum(chosen, over: axes, keepingAxes: true)
    return chosen * (withAxes(p.cotangent, like: p[0]) / ties)
  }
}

extension OpCatalogue {
  static let extremeReductions: [any ReductionOp.Type] = [Product.self, Max.self, Min.self]
}

/// The product of the elements along axes (all of them by default), which are dropped unless kept with extent 1.
public func product(
  _ x: Tensor, over axes: [Int]? = nil, keepingAxes: Bool = false, file: StaticString = #fileID, line: UInt = #line
) -> Tensor {
  x.reduce(Product.self, axes, keepingAxes, file, line)
}

/// The largest element along axes (all of them by default), which are dropped unless kept with extent 1.
///
/// Over nothing it is minus infinity; not-a-number wins; equal elements share the gradient evenly.
public func max(
  _ x: Tensor, over axes: [Int]? = nil, keepingAxes: Bool = false, file: StaticString = #fileID, line: UInt = #line
) -> Tensor {
  x.reduce(Max.self, axes, keepingAxes, file, line)
}

/// The smallest element along axes (all of them by default), which are dropped unless kept with extent 1.
///
/// Over nothing it is infinity; not-a-number wins; equal elements share the gradient evenly.
public func min(
  _ x: Tensor, over axes: [Int]? = nil, keepingAxes: Bool = false, file: StaticString = #fileID, line: UInt = #line
) -> Tensor {
  x.reduce(Min.self, axes, keepingAxes, file, line)
}
