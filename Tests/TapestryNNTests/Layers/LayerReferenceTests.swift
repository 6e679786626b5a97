import TapestryCore
import TapestryGraph
import TapestryNN
import Testing

/// Layers of windows and tables against PyTorch's numbers: `Tests/Scripts/reference_layers.py`.
@Suite struct LayerReferenceTests {
  private func layer(_ name: String, _ body: @escaping @Sendable (Tensor, Scope) -> Tensor) throws {
    try check(name, in: "layers") { inputs, scope, _ in inputs["x"].map { ["y": body($0, scope)] } ?? [:] }
  }

  @Test func convolutionOfImages() throws {
    try layer("convolution2D valid") { convolution2D($0, 3, kernel: [3, 2], in: $1) }
    try layer("convolution2D strides padding") {
      convolution2D(
        $0, 3, kernel: [3, 3], in: $1, strides: [2, 1], padding: .explicit(top: 1, bottom: 1, left: 2, right: 2))
    }
    try layer("convolution2D same") { convolution2D($0, 2, kernel: [3, 3], in: $1, padding: .same) }
    try layer("convolution2D same strides") {
      convolution2D($0, 2, kernel: [3, 4], in: $1, strides: [2, 2], padding: .same)
    }
  }

  @Test func convolutionInGroups() throws {
    try layer("convolution2D dilation groups") {
      convolution2D($0, 6, kernel: [2, 3], in: $1, dilation: [2, 1], groups: 2)
    }
    try layer("convolution2D depthwise") { convolution2D($0, 6, kernel: [3, 3], in: $1, padding: .same, groups: 3) }
  }

  @Test func convolutionOfImagesWithChannelsFirst() throws {
    try layer("convolution2D nchw") {
      convolution2D(
        $0, 3, kernel: [3, 3], in: $1, strides: [2, 2], padding: .explicit(top: 1, bottom: 1, left: 1, right: 1),
        layout: .nchw)
    }
  }

  @Test func convolutionOfSequences() throws {
    try layer("convolution1D valid") { convolution1D($0, 4, kernel: 3, in: $1) }
    try layer("convolution1D strides padding groups") {
      convolution1D($0, 4, kernel: 3, in: $1, stride: 2, padding: .explicit(before: 1, after: 2), groups: 2)
    }
    try layer("convolution1D same") { convolution1D($0, 3, kernel: 4, in: $1, padding: .same) }
    try layer("convolution1D same strides") { convolution1D($0, 3, kernel: 4, in: $1, stride: 2, padding: .same) }
    try layer("convolution1D depthwise") { convolution1D($0, 6, kernel: 2, in: $1, groups: 3) }
    try layer("convolution1D causal") { convolution1D($0, 3, kernel: 3, in: $1, padding: .causal, dilation: 2) }
  }

  @Test func transposedConvolution() throws {
    try layer("transposed valid") { transposedConvolution2D($0, 3, kernel: [3, 2], in: $1, strides: [2, 2]) }
    try layer("transposed padding") {
      transposedConvolution2D(
        $0, 2, kernel: [4, 4], in: $1, strides: [2, 2], padding: .explicit(top: 1, bottom: 1, left: 1, right: 1))
    }
    try layer("transposed padding") {
      transposedConvolution2D($0, 2, kernel: [4, 4], in: $1, strides: [2, 2], padding: .same)
    }
    try layer("transposed output padding") {
      transposedConvolution2D(
        $0, 3, kernel: [3, 3], in: $1, strides: [2, 2], padding: .explicit(top: 1, bottom: 1, left: 1, right: 1),
        outputPadding: [1, 1])
    }
    try layer("transposed dilation groups") {
      transposedConvolution2D($0, 4, kernel: [2, 2], in: $1, dilation: [2, 2], groups: 2)
    }
  }

  @Test func transposedConvolutionWithChannelsFirst() throws {
    try layer("transposed nchw") {
      transposedConvolution2D($0, 3, kernel: [3, 3], in: $1, strides: [2, 2], layout: .nchw)
    }
  }

  @Test func transposedConvolutionOfSequences() throws {
    try layer("transposed1D valid") { transposedConvolution1D($0, 3, kernel: 3, in: $1, stride: 2) }
    try layer("transposed1D padding") {
      transposedConvolution1D(
        $0, 2, kernel: 4, in: $1, stride: 2, padding: .explicit(before: 1, after: 1), outputPadding: 1)
    }
    try layer("transposed1D dilation groups") {
      transposedConvolution1D($0, 2, kernel: 3, in: $1, dilation: 2, groups: 2)
    }
    try layer("transposed1D same") { transposedConvolution1D($0, 2, kernel: 5, in: $1, stride: 2, padding: .same) }
  }

  @Test func pooling() throws {
    try layer("maxPool") { x, _ in maxPool(x, window: [2, 2]) }
    try layer("averagePool counting") { x, _ in
      averagePool(
        x, window: [3, 3], strides: [2, 2], padding: .explicit(top: 1, bottom: 1, left: 1, right: 1),
        countsPadding: true)
    }
    try layer("maxPool nchw") { x, _ in
      maxPool(
        x, window: [2, 3], strides: [2, 1], padding: .explicit(top: 1, bottom: 1, left: 1, right: 1), layout: .nchw)
    }
    try layer("averagePool") { x, _ in averagePool(x, window: [2, 2], strides: [1, 1]) }
    try layer("averagePool nchw") { x, _ in
      averagePool(
        x, window: [3, 3], strides: [2, 2], padding: .explicit(top: 1, bottom: 1, left: 1, right: 1), layout: .nchw)
    }
    try layer("maxPool1D") { x, _ in maxPool1D(x, window: 3, stride: 2) }
    try layer("averagePool1D") { x, _ in averagePool1D(x, window: 2) }
  }

  @Test func poolingOfWholeImages() throws {
    try layer("globalMaxPool") { x, _ in globalMaxPool(x) }
    try layer("globalMaxPool nchw") { x, _ in globalMaxPool(x, layout: .nchw) }
    try layer("globalAveragePool nchw") { x, _ in globalAveragePool(x, layout: .nchw) }
  }

  @Test func upsampling() throws {
    try layer("upsample nearest") { x, _ in upsample(x, by: [2, 3]) }
    try layer("upsample nearest nchw") { x, _ in upsample(x, by: [3, 2], layout: .nchw) }
    try layer("upsample bilinear nchw") { x, _ in upsample(x, by: [2, 2], method: .bilinear, layout: .nchw) }
    try layer("flatten") { x, _ in flatten(x) }
    try layer("upsample bilinear") { x, _ in upsample(x, by: [2, 3], method: .bilinear) }
  }

  @Test func tablesAndProducts() throws {
    try check("embedding", in: "layers") { inputs, scope, dtype in
      inputs["x"].map { ["y": embedding($0, of: 5, 3, in: scope, dtype: dtype)] } ?? [:]
    }
    try layer("dense") { dense($0, 5, in: $1) }
  }
}
