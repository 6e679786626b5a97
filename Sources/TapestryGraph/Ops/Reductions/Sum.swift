import TapestryCore

/// The sum along axes.
package struct Sum: ReductionOp {
  package static let name = "sum"
  package static let summary = "The sum of the elements along axes."
  package static let combining = ReductionKind.sum
  package let axes: [Int]
  package let keepsAxes: Bool

  package init(axes: [Int], keepsAxes: Bool) {
    self.axes = axes
    self.keepsAxes = keepsAxes
  }

  package func pullback(_ p: Pullback) -> [Tensor?] { [withAxes(p.cotangent, like: p[0]).broadcast(to: p[0].shape)] }
}

/// The sum of the elements along axes (all of them by default), which are dropped unless kept with extent 1.
public func sum(
  _ x: Tensor, over axes: [Int]? = nil, keepingAxes: Bool = false, file: StaticString = #fileID, line: UInt = #line
) -> Tensor {
  x.reduce(Sum.self, axes, keepingAxes, file, line)
}

extension OpCatalogue {
  static let sums: [any ReductionOp.Type] = [Sum.self]
}
