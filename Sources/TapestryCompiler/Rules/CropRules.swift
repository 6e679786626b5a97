import TapestryCore
import TapestryGraph

/// Places of an image that no window of a pool reaches are not computed.
///
/// Windows of 2 over 11 rows leave out the last one. A convolution below the pool stops before it, and so does all
/// that is done element by element between them; the gradient of the pool ends there, too, and the gradients of the
/// convolution take nothing from the rows that are left out.
enum CropRules {
  static let all: [Rule] = [
    Rule("a max pool's image ends where its windows do", on: MaxPool.self, .exact) { (m) -> [Tensor]? in
      m.cropped(m.op.geometry).map { m.result.graph.record(m.op, [$0]) }
    },
    Rule("a sum pool's image ends where its windows do", on: SumPool.self, .exact) { m in
      m.cropped(m.op.geometry).map { m.rebuilt([$0]) }
    },
    Rule("a filter's gradient takes what a pool's windows reach", on: ConvolutionFilterGradient.self, .skipsZeros) {
      m in
      guard let scatter = m.node(1, PoolScatter.self), let cotangent = scatter.cropped, m.isSoleImage(scatter) else {
        return nil
      }
      let geometry = m.op.geometry.first(cotangent.image, over: m.type(0).shape.image)
      return m.result.graph.record(
        ConvolutionFilterGradient(geometry: geometry, groups: m.op.groups), [m[0], cotangent.tensor])[0]
    },
    Rule("an input's gradient takes what a pool's windows reach", on: ConvolutionInputGradient.self, .skipsZeros) { m in
      guard let scatter = m.node(0, PoolScatter.self), let cotangent = scatter.cropped, m.isSoleImage(scatter) else {
        return nil
      }
      let geometry = m.op.geometry.first(cotangent.image, over: m.op.image)
      return m.result.graph.record(
        ConvolutionInputGradient(geometry: geometry, groups: m.op.groups, image: m.op.image), [cotangent.tensor, m[1]])[
          0]
    },
  ]
}

extension Shape {
  /// Height and width of images [n, h, w, c].
  fileprivate var image: [Int] { [self[1], self[2]] }
}

extension Match {
  /// Whether an image of a pool's gradient is read by few: the gradients of one convolution, which are all cropped.
  fileprivate func isSoleImage(_ scatter: Match<PoolScatter>) -> Bool { reader.uses(of: scatter.result) <= 2 }

  /// The operand of a pool without the places that no window reaches: an elementwise expression over a convolution that
  /// is used nowhere else, and is small.
  fileprivate func cropped(_ geometry: WindowGeometry) -> Tensor? {
    let most = 32
    let whole = type(0).shape
    let image = geometry.reach(of: shape.image, over: whole.image)
    guard image != whole.image else { return nil }
    var inside: [Match<any Op>] = [node(0)]
    var uses: [Tensor: Int] = [operands[0]: 1]
    var next = 0
    while next < inside.count {
      let below = inside[next]
      next += 1
      if below.op is Convolution { continue }
      guard CanonicalRules.isElementwise(Swift.type(of: below.op)), inside.count <= most else { return nil }
      for place in below.operands.indices {
        let shape = below.type(place).shape
        if shape.rank < 2 || shape.rank == 4 && shape.image == [1, 1] { continue }
        guard shape.rank == 4, shape.image == whole.image else { return nil }
        uses[below[place], default: 0] += 1
        if uses[below[place]] == 1 { inside.append(below.node(place)) }
      }
    }
    guard inside.allSatisfy({ reader.uses(of: $0.result) <= uses[$0.result]! }) else { return nil }
    var made: [Tensor: Tensor] = [:]
    for below in inside.sorted(by: { $0.result.value.node < $1.result.value.node }) {
      if let convolution = below.typed(Convolution.self) {
        let windows = convolution.op.geometry.first(image, over: convolution.type(0).shape.image)
        let op = Convolution(geometry: windows, groups: convolution.op.groups)
        made[below.result] = result.graph.record(op, convolution.operands)[0]
      } else {
        made[below.result] = below.rebuilt(below.operands.map { made[$0] ?? $0 })
      }
    }
    return made[operands[0]]
  }
}

extension Match<PoolScatter> {
  /// The scatter into the part of the image that the windows reach, where that is not all.
  fileprivate var cropped: (tensor: Tensor, image: [Int])? {
    let image = op.geometry.reach(of: type(0).shape.image, over: op.image)
    guard image != op.image else { return nil }
    let geometry = op.geometry.first(type(0).shape.image, over: image)
    return (result.graph.record(PoolScatter(geometry: geometry, image: image), operands)[0], image)
  }
}
