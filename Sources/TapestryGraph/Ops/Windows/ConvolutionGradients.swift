package import TapestryCore

/// The gradient of a convolution in its input: each output's cotangent spread over the places its window read.
package struct ConvolutionInputGradient: ConvolutionOp {
  package static let name = "convolutionInputGradient"
  package static let summary = "The gradient of a convolution in its input, from the output's cotangent and the filter."
  package static let samples = ConvolutionSample.all.map { sample in
    OpSample(
      ConvolutionInputGradient(geometry: sample.forward.geometry, groups: sample.forward.groups, image: sample.image),
      [sample.output, sample.filter])
  }

  package let geometry: WindowGeometry
  package let groups: Int
  /// Height and width of the input.
  package let image: [Int]

  package init(geometry: WindowGeometry, groups: Int, image: [Int]) {
    self.geometry = geometry
    self.groups = groups
    self.image = image
  }

  package var attributes: String {
    "input: \(image) " + geometry.attributes + (groups == 1 ? "" : " groups: \(groups)")
  }

  package func resultTypes(of operands: [TensorType]) throws(OpFault) -> [TensorType] {
    try requireSameType(operands, ["the cotangent", "the filter"])
    let input = inputShape(operands[0].shape, operands[1].shape)
    try operands[0].shape.requireCotangent(of: try outputShape(input, operands[1].shape))
    return [TensorType(operands[0].dtype, input)]
  }

  private func inputShape(_ output: Shape, _ filter: Shape) -> Shape {
    [output[0], image[0], image[1], filter[2] * groups]
  }

  package func pullback(_ p: Pullback) -> [Tensor?] {
    let forward = Convolution(geometry: geometry, groups: groups)
    return [
      p.needs[0] ? p.cotangent.binary(forward, p[1]) : nil,
      p.needs[1] ? p.cotangent.filterGradient(forward, p[0]) : nil,
    ]
  }

  package func evaluate(_ operands: [NDArray]) -> [NDArray] {
    let shape = inputShape(operands[0].shape, operands[1].shape)
    var result = [Double](repeating: 0, count: shape.count)
    let (output, filter) = (operands[0].doubles, operands[1].doubles)
    forEachTerm(shape, operands[1].shape, operands[0].shape) { x, f, y in result[x] += output[y] * filter[f] }
    return [NDArray(shape, operands[0].dtype) { result[$0] }]
  }

  package func flops(_ operands: [TensorType], _ results: [TensorType]) -> Int {
    terms(operands[1].shape, operands[0].shape)
  }
}

/// The gradient of a convolution in its filter.
package struct ConvolutionFilterGradient: ConvolutionOp {
  package static let name = "convolutionFilterGradient"
  package static let summary = "The gradient of a convolution in its filter, from the input and the output's cotangent."
  package static let samples = ConvolutionSample.all.map { sample in
    OpSample(
      ConvolutionFilterGradient(geometry: sample.forward.geometry, groups: sample.forward.groups),
      [sample.input, sample.output])
  }

  package let geometry: WindowGeometry
  package let groups: Int

  package init(geometry: WindowGeometry, groups: Int) {
    self.geometry = geometry
    self.groups = groups
  }

  package func resultTypes(of operands: [TensorType]) throws(OpFault) -> [TensorType] {
    try requireSameType(operands, ["the input", "the cotangent"])
    let (input, output) = (operands[0].shape, operands[1].shape)
    guard groups >= 1, input[3] % groups == 0 else {
      throw OpFault(
        .invalidAttribute, "\(groups) groups do not divide \(input[3]) channels", remedy: "give a divisor of them")
    }
    let filter = filterShape(input, output)
    try output.requireCotangent(of: try outputShape(input, filter))
    return [TensorType(operands[0].dtype, filter)]
  }

  private func filterShape(_ input: Shape, _ output: Shape) -> Shape {
    [geometry.extents[0], geometry.extents[1], input[3] / groups, output[3]]
  }

  package func pullback(_ p: Pullback) -> [Tensor?] {
    let forward = Convolution(geometry: geometry, groups: groups)
    return [
      p.needs[0] ? p[1].inputGradient(forward, p.cotangent, image: p[0].shape) : nil,
      p.needs[1] ? p[0].binary(forward, p.cotangent) : nil,
    ]
  }

  package func evaluate(_ operands: [NDArray]) -> [NDArray] {
    let shape = filterShape(operands[0].shape, operands[1].shape)
    var result = [Double](repeating: 0, count: shape.count)
    let (input, output) = (operands[0].doubles, operands[1].doubles)
    forEachTerm(operands[0].shape, shape, operands[1].shape) { x, f, y in result[f] += input[x] * output[y] }
    return [NDArray(shape, operands[0].dtype) { result[$0] }]
  }

  package func flops(_ operands: [TensorType], _ results: [TensorType]) -> Int {
    terms(results[0].shape, operands[1].shape)
  }
}

extension Tensor {
  /// The gradient in the input of a convolution, this being the cotangent of its output.
  func inputGradient(_ forward: Convolution, _ filter: Tensor, image: Shape) -> Tensor {
    binary(
      ConvolutionInputGradient(geometry: forward.geometry, groups: forward.groups, image: [image[1], image[2]]), filter)
  }

  /// The gradient in the filter of a convolution, this being its input.
  func filterGradient(_ forward: Convolution, _ cotangent: Tensor) -> Tensor {
    binary(ConvolutionFilterGradient(geometry: forward.geometry, groups: forward.groups), cotangent)
  }
}

extension Shape {
  /// The cotangent of a result has the result's shape.
  func requireCotangent(of shape: Shape) throws(OpFault) {
    guard self == shape else {
      throw OpFault(
        .shapeMismatch, "the cotangent has shape \(self), the result \(shape)", remedy: "give the result's shape")
    }
  }
}

/// One small convolution, from which the samples of all three ops are made.
struct ConvolutionSample {
  let forward: Convolution
  let image: [Int]
  let input, filter, output: SampleOperand

  init(
    _ input: Shape, _ filter: Shape, to output: Shape, strides: [Int] = [1, 1], dilation: [Int] = [1, 1],
    low: [Int] = [0, 0], high: [Int] = [0, 0], groups: Int = 1
  ) {
    forward = Convolution(
      geometry: WindowGeometry(
        extents: [filter[0], filter[1]], strides: strides, dilation: dilation, low: low, high: high), groups: groups)
    image = [input[1], input[2]]
    (self.input, self.filter, self.output) = (SampleOperand(input), SampleOperand(filter), SampleOperand(output))
  }

  static let all = [
    ConvolutionSample([2, 4, 4, 2], [3, 3, 2, 3], to: [2, 2, 2, 3]),
    ConvolutionSample(
      [1, 5, 4, 2], [3, 2, 2, 2], to: [1, 3, 2, 2], strides: [2, 2], low: [1, 0], high: [1, 1]),
    ConvolutionSample([1, 5, 5, 2], [2, 2, 1, 4], to: [1, 3, 3, 4], dilation: [2, 2], groups: 2),
    ConvolutionSample([1, 5, 5, 1], [2, 2, 1, 2], to: [1, 4, 2, 2], low: [1, 0], high: [-1, -2]),
    ConvolutionSample([0, 3, 3, 1], [1, 1, 1, 2], to: [0, 3, 3, 2]),
  ]
}
