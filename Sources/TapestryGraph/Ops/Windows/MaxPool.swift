package import TapestryCore

// Pooling by the largest element of each window over an NHWC image.
//
// The op has two results: the values and, as int32, which tap of its window each came from (row-major in the window).
// Given the choice, the values are a gather from the input, so the gradient is the matching scatter, the scatter's gradient
// is the gather again, and no order of derivative compares values a second time. Of equal elements the first tap is
// chosen; not-a-number wins; padding is never chosen.

/// An op over the windows of an image that knows the image's height and width.
package protocol PoolingOp: Op {
  var geometry: WindowGeometry { get }
}

extension PoolingOp {
  package static var differentiability: Differentiability { .differentiable }
  package var attributes: String { geometry.attributes }

  /// The shape of the values for an image. Every window must hold a place of the image.
  func pooledShape(_ image: Shape) throws(OpFault) -> Shape {
    let counts = try geometry.counts(over: [image[1], image[2]])
    for axis in 0..<2 {
      for window in 0..<counts[axis] {
        let isInside = (0..<geometry.extents[axis]).contains {
          geometry.place(axis, window: window, tap: $0, of: image[1 + axis]) != nil
        }
        guard isInside else {
          throw OpFault(
            .invalidAttribute, "window \(window) along \(axis == 0 ? "height" : "width") lies in the padding alone",
            remedy: "pad by less than the window's extent")
        }
      }
    }
    return [image[0], counts[0], counts[1], image[3]]
  }

  /// Calls `body` with the place in the pooled array, the tap and the place in the image of every place of every window.
  func forEachTap(_ image: Shape, _ pooled: Shape, _ body: (_ window: Int, _ tap: Int, _ place: Int) -> Void) {
    for window in 0..<pooled.count {
      let index = pooled.index(of: window)
      for tap in 0..<geometry.extents[0] * geometry.extents[1] {
        let (kh, kw) = (tap / geometry.extents[1], tap % geometry.extents[1])
        guard let h = geometry.place(0, window: index[1], tap: kh, of: image[1]),
          let w = geometry.place(1, window: index[2], tap: kw, of: image[2])
        else { continue }
        body(window, tap, image.place(of: [index[0], h, w, index[3]]))
      }
    }
  }
}

/// An op that takes what pooling gave, or its cotangent, back to an image.
package protocol PoolingGradient: PoolingOp {
  /// Height and width of the image.
  var image: [Int] { get }
}

extension PoolingGradient {
  package var attributes: String { "input: \(image) " + geometry.attributes }

  func imageShape(_ pooled: Shape) -> Shape { [pooled[0], image[0], image[1], pooled[3]] }

  /// The type of the image for the type of what is taken back to it.
  func imageType(of cotangent: TensorType) throws(OpFault) -> TensorType {
    try cotangent.requireImage("the cotangent")
    let shape = imageShape(cotangent.shape)
    try cotangent.shape.requireCotangent(of: try pooledShape(shape))
    return TensorType(cotangent.dtype, shape)
  }
}

/// The largest element of each window, and which it is.
package struct MaxPool: PoolingOp {
  package static let name = "maxPool"
  package static let summary = "The largest element of each window over [n, h, w, c], and the int32 tap it came from."
  package static let samples = PoolingSample.all.map { OpSample(MaxPool(geometry: $0.geometry), [$0.input]) }

  package let geometry: WindowGeometry
  package init(geometry: WindowGeometry) { self.geometry = geometry }
  package var resultCount: Int { 2 }

  package func resultTypes(of operands: [TensorType]) throws(OpFault) -> [TensorType] {
    try operands[0].requireImage("the input")
    let shape = try pooledShape(operands[0].shape)
    return [TensorType(operands[0].dtype, shape), TensorType(.int32, shape)]
  }

  package func pullback(_ p: Pullback) -> [Tensor?] {
    let image = [p[0].extent(1), p[0].extent(2)]
    return [p.cotangent.binary(PoolScatter(geometry: geometry, image: image), p.results[1])]
  }

  package func evaluate(_ operands: [NDArray]) throws(TapestryError) -> [NDArray] {
    let x = operands[0]
    let shape = try internally { () throws(OpFault) in try pooledShape(x.shape) }
    var values = [Double](repeating: 0, count: shape.count)
    var choice = [Int](repeating: -1, count: shape.count)
    forEachTap(x.shape, shape) { window, tap, place in
      let value = x.double(at: place)
      guard choice[window] < 0 || !values[window].isNaN && (value.isNaN || value > values[window]) else { return }
      (values[window], choice[window]) = (value, tap)
    }
    return [NDArray(shape, x.dtype) { values[$0] }, NDArray(shape, .int32) { Double(choice[$0]) }]
  }

  package func flops(_ operands: [TensorType], _ results: [TensorType]) -> Int {
    results[0].shape.count * geometry.extents[0] * geometry.extents[1]
  }
}

/// The element of each window that a choice names.
package struct PoolGather: PoolingOp {
  package static let name = "poolGather"
  package static let summary = "From each window over [n, h, w, c] the element that an int32 choice of tap names."
  package static let samples = PoolingSample.all.map {
    OpSample(PoolGather(geometry: $0.geometry), [$0.input, $0.choice])
  }

  package let geometry: WindowGeometry
  package init(geometry: WindowGeometry) { self.geometry = geometry }

  package func resultTypes(of operands: [TensorType]) throws(OpFault) -> [TensorType] {
    try operands[0].requireImage("the input")
    try operands[1].requireIndices()
    try operands[1].shape.requireCotangent(of: try pooledShape(operands[0].shape))
    return [TensorType(operands[0].dtype, operands[1].shape)]
  }

  package func pullback(_ p: Pullback) -> [Tensor?] {
    let image = [p[0].extent(1), p[0].extent(2)]
    return [p.cotangent.binary(PoolScatter(geometry: geometry, image: image), p[1]), nil]
  }

  package func evaluate(_ operands: [NDArray]) -> [NDArray] {
    var values = [Double](repeating: 0, count: operands[1].count)
    forEachTap(operands[0].shape, operands[1].shape) { window, tap, place in
      if tap == Int(operands[1].double(at: window)) { values[window] = operands[0].double(at: place) }
    }
    return [NDArray(operands[1].shape, operands[0].dtype) { values[$0] }]
  }

  package func flops(_ operands: [TensorType], _ results: [TensorType]) -> Int { 0 }
}

/// Each window's element added to the place of the image that a choice names.
package struct PoolScatter: PoolingGradient {
  package static let name = "poolScatter"
  package static let summary =
    "An image [n, h, w, c] of zeros with each window's element added where its choice of tap is."
  package static let samples = PoolingSample.all.map {
    OpSample(PoolScatter(geometry: $0.geometry, image: $0.image), [$0.output, $0.choice])
  }

  package let geometry: WindowGeometry
  package let image: [Int]

  package init(geometry: WindowGeometry, image: [Int]) {
    self.geometry = geometry
    self.image = image
  }

  package func resultTypes(of operands: [TensorType]) throws(OpFault) -> [TensorType] {
    try operands[1].requireIndices()
    try operands[0].shape.requireCotangent(of: operands[1].shape)
    return [try imageType(of: operands[0])]
  }

  package func pullback(_ p: Pullback) -> [Tensor?] {
    [p.cotangent.binary(PoolGather(geometry: geometry), p[1]), nil]
  }

  package func evaluate(_ operands: [NDArray]) -> [NDArray] {
    let shape = imageShape(operands[0].shape)
    var sums = [Double](repeating: 0, count: shape.count)
    forEachTap(shape, operands[0].shape) { window, tap, place in
      if tap == Int(operands[1].double(at: window)) { sums[place] += operands[0].double(at: window) }
    }
    return [NDArray(shape, operands[0].dtype) { sums[$0] }]
  }

  package func flops(_ operands: [TensorType], _ results: [TensorType]) -> Int { operands[0].shape.count }
}

extension OpCatalogue {
  static let pooling: [any Op.Type] = [
    MaxPool.self, PoolGather.self, PoolScatter.self, SumPool.self, SumPoolGradient.self,
  ]
}

/// Some windows over a small image, from which the samples of the pooling ops are made.
struct PoolingSample {
  let geometry: WindowGeometry
  let image: [Int]
  let input, output, choice: SampleOperand

  init(
    _ input: Shape, to output: Shape, window: [Int], strides: [Int], dilation: [Int] = [1, 1], low: [Int] = [0, 0],
    high: [Int] = [0, 0], taps: ClosedRange<Double>
  ) {
    geometry = WindowGeometry(extents: window, strides: strides, dilation: dilation, low: low, high: high)
    image = [input[1], input[2]]
    (self.input, self.output) = (SampleOperand(input), SampleOperand(output))
    choice = SampleOperand(output, .int32, in: taps)
  }

  static let all = [
    PoolingSample([2, 4, 4, 2], to: [2, 2, 2, 2], window: [2, 2], strides: [2, 2], taps: 0...3),
    // Tap 2, the only one chosen, is never in the padding.
    PoolingSample(
      [1, 3, 5, 1], to: [1, 3, 3, 1], window: [3, 2], strides: [1, 2], low: [1, 0], high: [1, 1], taps: 2...2),
    PoolingSample([1, 5, 3, 1], to: [1, 3, 2, 1], window: [2, 2], strides: [1, 1], dilation: [2, 1], taps: 0...3),
    PoolingSample([0, 2, 2, 1], to: [0, 1, 1, 1], window: [2, 2], strides: [1, 1], taps: 0...3),
  ]
}

/// The largest element of each window over images [n, h, w, c]. Float.
///
/// Of equal elements the first is chosen and gets the gradient; not-a-number wins; padding is never chosen. A window
/// larger than the padded image, or one in the padding alone, is a diagnostic.
///
/// - Parameter strides: distances between windows; the window's extents by default.
public func maxPool(
  _ x: Tensor, window: [Int], strides: [Int]? = nil, padding: WindowPadding = .valid, dilation: [Int] = [1, 1],
  file: StaticString = #fileID, line: UInt = #line
) -> Tensor {
  let geometry = WindowGeometry(
    window, over: [x.extent(1), x.extent(2)], strides: strides ?? window, dilation: dilation, padding: padding)
  return x.graph.record(MaxPool(geometry: geometry), [x], at: SourcePlace(file, line))[0]
}
