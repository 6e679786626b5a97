package import TapestryCore

// Convolution, its gradient in the input and its gradient in the filter: three views of one trilinear form
//
//   T(x, f, y) = sum over windows o, taps t, channels i, j of  x[n, place(o, t), i] f[t, i, j] y[n, o, j]
//
// with images NHWC, filters HWIO. Each op leaves one of the three out and gives the sum that multiplies it, so the
// gradient of any of them is made of the other two, and every order of derivative stays within the three. With groups,
// output channel j takes the input channels of its group only; the filter holds input channels / groups.

/// What the three ops have in common: the geometry and the loop over all terms.
package protocol ConvolutionOp: Op {
  var geometry: WindowGeometry { get }
  var groups: Int { get }
}

extension ConvolutionOp {
  package static var differentiability: Differentiability { .differentiable }
  package var fusion: FusionClass { .product }
  package var attributes: String { geometry.attributes + (groups == 1 ? "" : " groups: \(groups)") }

  /// The shape of the output for an input and a filter.
  func outputShape(_ input: Shape, _ filter: Shape) throws(OpFault) -> Shape {
    let (channels, outputs) = (input[3], filter[3])
    guard groups >= 1, channels % groups == 0, outputs % groups == 0 else {
      throw OpFault(
        .invalidAttribute, "\(groups) groups do not divide \(channels) input and \(outputs) output channels",
        remedy: "give a number of groups that divides both")
    }
    guard filter[2] == channels / groups else {
      throw OpFault(
        .shapeMismatch,
        "the filter \(filter) takes \(filter[2]) channels, the input \(input) has \(channels / groups)"
          + (groups == 1 ? "" : " a group"),
        remedy: "make the third extent of the filter the input's channels" + (groups == 1 ? "" : " / groups"))
    }
    let counts = try geometry.counts(over: [input[1], input[2]])
    return [input[0], counts[0], counts[1], outputs]
  }

  /// Calls `body` with the row-major places in input, filter and output of each term of the form.
  func forEachTerm(_ input: Shape, _ filter: Shape, _ output: Shape, _ body: (_ x: Int, _ f: Int, _ y: Int) -> Void) {
    let (perGroup, outputs) = (filter[2], filter[3])
    let outputsPerGroup = Swift.max(outputs / groups, 1)
    for n in 0..<output[0] {
      for oh in 0..<output[1] {
        for ow in 0..<output[2] {
          for kh in 0..<filter[0] {
            guard let h = geometry.place(0, window: oh, tap: kh, of: input[1]) else { continue }
            for kw in 0..<filter[1] {
              guard let w = geometry.place(1, window: ow, tap: kw, of: input[2]) else { continue }
              let (x, f, y) = (
                input.place(of: [n, h, w, 0]), filter.place(of: [kh, kw, 0, 0]), output.place(of: [n, oh, ow, 0])
              )
              for i in 0..<perGroup {
                for j in 0..<outputs { body(x + j / outputsPerGroup * perGroup + i, f + i * outputs + j, y + j) }
              }
            }
          }
        }
      }
    }
  }

  /// Multiplications and additions: two for each term inside or in the padding.
  func terms(_ filter: Shape, _ output: Shape) -> Int { 2 * output.count * filter[0] * filter[1] * filter[2] }

  func requireSameType(_ operands: [TensorType], _ names: [String]) throws(OpFault) {
    for (operand, name) in zip(operands, names) { try operand.requireImage(name) }
    guard operands[0].dtype == operands[1].dtype else {
      throw OpFault(
        .dtypeMismatch, "\(operands[0].dtype) and \(operands[1].dtype) do not mix",
        remedy: "cast one of them: `cast(x, to: .\(operands[0].dtype))`")
    }
  }
}

/// The sum over taps and input channels of an input times a filter.
package struct Convolution: ConvolutionOp {
  package static let name = "convolution"
  package static let summary = "The convolution of images x [n, h, w, in] with filters [kh, kw, in / groups, out]."
  package static let samples = ConvolutionSample.all.map { OpSample($0.forward, [$0.input, $0.filter]) }

  package let geometry: WindowGeometry
  package let groups: Int

  package init(geometry: WindowGeometry, groups: Int) {
    self.geometry = geometry
    self.groups = groups
  }

  package func resultTypes(of operands: [TensorType]) throws(OpFault) -> [TensorType] {
    try requireSameType(operands, ["the input", "the filter"])
    guard geometry.extents == [operands[1].shape[0], operands[1].shape[1]] else {
      throw OpFault(
        .invalidAttribute, "the window \(geometry.extents) is not that of the filter \(operands[1].shape)",
        remedy: "use `convolution`, which takes it from the filter")
    }
    return [TensorType(operands[0].dtype, try outputShape(operands[0].shape, operands[1].shape))]
  }

  package func pullback(_ p: Pullback) -> [Tensor?] {
    [
      p.needs[0] ? p.cotangent.inputGradient(self, p[1], image: p[0].shape) : nil,
      p.needs[1] ? p[0].filterGradient(self, p.cotangent) : nil,
    ]
  }

  package func evaluate(_ operands: [NDArray]) throws(TapestryError) -> [NDArray] {
    let shape = try internally { () throws(OpFault) in try outputShape(operands[0].shape, operands[1].shape) }
    var result = [Double](repeating: 0, count: shape.count)
    let (input, filter) = (operands[0].doubles, operands[1].doubles)
    forEachTerm(operands[0].shape, operands[1].shape, shape) { x, f, y in result[y] += input[x] * filter[f] }
    return [NDArray(shape, operands[0].dtype) { result[$0] }]
  }

  package func flops(_ operands: [TensorType], _ results: [TensorType]) -> Int {
    terms(operands[1].shape, results[0].shape)
  }
}

/// A rule that held when the graph was built, applied again where only a run's error can be thrown.
func internally<Result>(_ body: () throws(OpFault) -> Result) throws(TapestryError) -> Result {
  do throws(OpFault) { return try body() } catch {
    throw TapestryError(.internalFault, error.message, remedy: "report this; the graph should have refused it")
  }
}

extension OpCatalogue {
  static let convolutions: [any Op.Type] = [
    Convolution.self, ConvolutionInputGradient.self, ConvolutionFilterGradient.self,
  ]
}

/// The convolution of images [n, h, w, in] with a filter [kh, kw, in / groups, out]: [n, oh, ow, out]. Float.
///
/// A filter larger than the padded input, or channels that do not fit, are diagnostics. As everywhere in machine
/// learning the filter is not flipped.
///
/// - Parameters:
///   - strides: distances between windows along height and width.
///   - dilation: distances between taps along height and width.
///   - groups: how many parts the channels are split into; each output part sees its input part only.
public func convolution(
  _ x: Tensor, _ filter: Tensor, strides: [Int] = [1, 1], padding: WindowPadding = .valid, dilation: [Int] = [1, 1],
  groups: Int = 1, file: StaticString = #fileID, line: UInt = #line
) -> Tensor {
  let geometry = WindowGeometry(
    [filter.extent(0), filter.extent(1)], over: [x.extent(1), x.extent(2)], strides: strides, dilation: dilation,
    padding: padding)
  return x.binary(Convolution(geometry: geometry, groups: groups), filter, file, line)
}
