package import TapestryCore

/// The sum of each window; padding adds nothing.
package struct SumPool: PoolingOp {
  package static let name = "sumPool"
  package static let summary = "The sum of each window over [n, h, w, c]; padding adds 0."
  package static let samples = PoolingSample.all.map { OpSample(SumPool(geometry: $0.geometry), [$0.input]) }

  package let geometry: WindowGeometry
  package init(geometry: WindowGeometry) { self.geometry = geometry }

  package func resultTypes(of operands: [TensorType]) throws(OpFault) -> [TensorType] {
    try operands[0].requireImage("the input")
    return [TensorType(operands[0].dtype, try pooledShape(operands[0].shape))]
  }

  package func pullback(_ p: Pullback) -> [Tensor?] {
    [p.cotangent.unary(SumPoolGradient(geometry: geometry, image: [p[0].extent(1), p[0].extent(2)]))]
  }

  package func evaluate(_ operands: [NDArray]) throws(TapestryError) -> [NDArray] {
    let x = operands[0]
    let shape = try internally { () throws(OpFault) in try pooledShape(x.shape) }
    var sums = [Double](repeating: 0, count: shape.count)
    forEachTap(x.shape, shape) { window, _, place in sums[window] += x.double(at: place) }
    return [NDArray(shape, x.dtype) { sums[$0] }]
  }

  package func flops(_ operands: [TensorType], _ results: [TensorType]) -> Int {
    results[0].shape.count * geometry.extents[0] * geometry.extents[1]
  }
}

/// At each place of an image the sum of the elements of the windows that hold it.
package struct SumPoolGradient: PoolingGradient {
  package static let name = "sumPoolGradient"
  package static let summary = "The gradient of sumPool: each window's element added to every place the window holds."
  package static let samples = PoolingSample.all.map {
    OpSample(SumPoolGradient(geometry: $0.geometry, image: $0.image), [$0.output])
  }

  package let geometry: WindowGeometry
  package let image: [Int]

  package init(geometry: WindowGeometry, image: [Int]) {
    self.geometry = geometry
    self.image = image
  }

  package func resultTypes(of operands: [TensorType]) throws(OpFault) -> [TensorType] {
    [try imageType(of: operands[0])]
  }

  package func pullback(_ p: Pullback) -> [Tensor?] { [p.cotangent.unary(SumPool(geometry: geometry))] }

  package func evaluate(_ operands: [NDArray]) -> [NDArray] {
    let shape = imageShape(operands[0].shape)
    var sums = [Double](repeating: 0, count: shape.count)
    forEachTap(shape, operands[0].shape) { window, _, place in sums[place] += operands[0].double(at: window) }
    return [NDArray(shape, operands[0].dtype) { sums[$0] }]
  }

  package func flops(_ operands: [TensorType], _ results: [TensorType]) -> Int {
    operands[0].shape.count * geometry.extents[0] * geometry.extents[1]
  }
}

/// The sum of each window over images [n, h, w, c]; padding adds nothing. Float.
///
/// - Parameter strides: distances between windows; the window's extents by default.
public func sumPool(
  _ x: Tensor, window: [Int], strides: [Int]? = nil, padding: WindowPadding = .valid, dilation: [Int] = [1, 1],
  file: StaticString = #fileID, line: UInt = #line
) -> Tensor {
  let geometry = WindowGeometry(
    window, over: [x.extent(1), x.extent(2)], strides: strides ?? window, dilation: dilation, padding: padding)
  return x.unary(SumPool(geometry: geometry), file, line)
}

/// The mean of each window over images [n, h, w, c]. Float.
///
/// - Parameter countsPadding: whether padding counts as elements that are 0; otherwise only the image's own count.
public func averagePool(
  _ x: Tensor, window: [Int], strides: [Int]? = nil, padding: WindowPadding = .valid, countsPadding: Bool = false,
  file: StaticString = #fileID, line: UInt = #line
) -> Tensor {
  let geometry = WindowGeometry(
    window, over: [x.extent(1), x.extent(2)], strides: strides ?? window, dilation: [1, 1], padding: padding)
  guard x.takes(SumPool(geometry: geometry), [x.type], for: "averagePool", file, line) else {
    return Tensor(x.graph, .poison)
  }
  return x.graph.located(file, line) {
    let sums = x.unary(SumPool(geometry: geometry))
    if countsPadding || padding == .valid { return sums / (window[0] * window[1]) }
    let ones = x.scalar(1).broadcast(to: [1, x.extent(1), x.extent(2), 1])
    return sums / ones.unary(SumPool(geometry: geometry))
  }
}
