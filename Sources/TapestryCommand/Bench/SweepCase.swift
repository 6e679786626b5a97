import TapestryCompiler
package import TapestryCore
import TapestryGraph
package import TapestryNN

// What the sweep runs: a training step or a gradient of one kind of layer at odd sizes. The nearest regular neighbour of
// a case has each of its sizes rounded up to a multiple of 32; kernels, strides, dilations and groups stay.

/// One kind of layer at one size.
package struct SweepCase: Sendable, Hashable {
  package enum Layer: Hashable, Sendable {
    /// Two dense layers of one width with their update.
    case dense(batch: Int, width: Int)
    /// A convolution that keeps the size but for the stride, with its gradients in images and filter.
    case convolution(
      batch: Int, height: Int, width: Int, channels: Int, kernel: Int, stride: Int, dilation: Int, groups: Int)
    /// A recurrent layer over a sequence with its update.
    case recurrent(RecurrentKind, batch: Int, steps: Int, features: Int, units: Int)
  }

  package let layer: Layer
  package let dtype: DType

  package init(layer: Layer, dtype: DType) { (self.layer, self.dtype) = (layer, dtype) }

  /// Every case: batches and widths, windows over odd images, lengths of sequences, in both float types.
  package static let all = [DType.float32, .float64].flatMap { dtype in
    layers.map { SweepCase(layer: $0, dtype: dtype) }
  }

  /// The cases that some texts choose, in the order of all; all where no text is given.
  ///
  /// - Parameter texts: words, each the beginning of a word of the name, with whole numbers: `dense 7x float64` and
  ///   `dense 7x100`, which is not `dense 7x1000`.
  /// - Throws: `usage` for a text that chooses none.
  package static func matching(_ texts: [String]) throws(TapestryError) -> [SweepCase] {
    func begins(_ word: Substring, _ part: Substring) -> Bool {
      let cutsNumber = part.last?.isNumber == true && word.dropFirst(part.count).first?.isNumber == true
      return word.hasPrefix(part) && !cutsNumber
    }
    func matches(_ case_: SweepCase, _ text: String) -> Bool {
      let words = case_.name.split(separator: " ")
      return text.split(separator: " ").allSatisfy { part in words.contains { begins($0, part) } }
    }
    for text in texts where !all.contains(where: { matches($0, text) }) {
      throw TapestryError(
        .usage, "no case of the sweep has the words '\(text)'",
        remedy: "name the beginnings of words of a case, such as '\(all[0].name)' or 'lstm float64'")
    }
    return all.filter { case_ in texts.isEmpty || texts.contains { matches(case_, $0) } }
  }

  private static var layers: [Layer] {
    let dense = [1, 7, 31, 33, 100].flatMap { batch in
      [17, 100, 1000].map { Layer.dense(batch: batch, width: $0) }
    }
    let kernels = [1, 2, 3, 5, 7, 11].map { image(kernel: $0) }
    let strides = [2, 3].map { image(stride: $0) }
    let dilations = [2, 3, 4].map { image(dilation: $0) }
    let groups = [2, 4, 32].map { image(groups: $0) }
    let sequences = [1, 2, 7, 31, 50, 100, 500].map {
      Layer.recurrent(.lstm, batch: 32, steps: $0, features: 32, units: 64)
    }
    let batches = [RecurrentKind.lstm, .gru, .simple].flatMap { kind in
      [1, 7, 31, 33, 61, 100].map { Layer.recurrent(kind, batch: $0, steps: 32, features: 32, units: 64) }
    }
    return dense + kernels + strides + dilations + groups + sequences + batches
  }

  private static func image(kernel: Int = 3, stride: Int = 1, dilation: Int = 1, groups: Int = 1) -> Layer {
    .convolution(
      batch: 32, height: 13, width: 29, channels: 32, kernel: kernel, stride: stride, dilation: dilation,
      groups: groups)
  }

  /// The nearest case of regular sizes.
  package var neighbour: SweepCase {
    func regular(_ size: Int) -> Int { (size + 31) / 32 * 32 }
    let regularLayer: Layer =
      switch layer {
      case .dense(let batch, let width): .dense(batch: regular(batch), width: regular(width))
      case .convolution(
        let batch, let height, let width, let channels, let kernel, let stride, let dilation, let groups):
        .convolution(
          batch: regular(batch), height: regular(height), width: regular(width), channels: regular(channels),
          kernel: kernel, stride: stride, dilation: dilation, groups: groups)
      case .recurrent(let kind, let batch, let steps, let features, let units):
        .recurrent(
          kind, batch: regular(batch), steps: regular(steps), features: regular(features), units: regular(units))
      }
    return SweepCase(layer: regularLayer, dtype: dtype)
  }

  /// Kind, sizes and type: `dense 7x100 float32`.
  package var name: String {
    switch layer {
    case .dense(let batch, let width): "dense \(batch)x\(width) \(dtype)"
    case .convolution(let batch, let height, let width, let channels, let kernel, let stride, let dilation, let groups):
      "convolution \(batch)x\(height)x\(width)x\(channels) kernel \(kernel) stride \(stride) dilation \(dilation) "
        + "groups \(groups) \(dtype)"
    case .recurrent(let kind, let batch, let steps, let features, let units):
      "\(kind == .simple ? "rnn" : kind.rawValue) \(batch)x\(steps)x\(features)-\(units) \(dtype)"
    }
  }

  /// The case as a program.
  package var model: CatalogueModel {
    switch layer {
    case .dense(let batch, let width):
      let x = Input("x", [batch, width], dtype)
      return CatalogueModel(name, "", [(x, FixedValues.feature("x", TensorType(dtype, [batch, width])))]) { t in
        let cost = meanSquaredError(mlp(t[x], widths: [width, width], in: t.scope("mlp")), t[x])
        t.report(Output("loss"), cost)
        t.minimize(cost, with: .sgd(learningRate: 1e-6))
      }
    case .convolution(let batch, let height, let width, let channels, let kernel, let stride, let dilation, let groups):
      return CatalogueModel(name, "", []) { [dtype] t in
        let images = t.scope("images").parameter("x", [batch, height, width, channels], .uniform(-1...1), dtype: dtype)
        let maps = convolution2D(
          images, channels, kernel: [kernel, kernel], in: t.scope("convolution"), strides: [stride, stride],
          padding: .same, dilation: [dilation, dilation], groups: groups)
        let cost = sum(tanh(maps))
        t.report(Output("loss"), cost)
        t.minimize(cost, with: .sgd(learningRate: 1e-6))
      }
    case .recurrent(let kind, let batch, let steps, let features, let units):
      let x = Input("x", [batch, steps, features], dtype)
      return CatalogueModel(name, "", [(x, FixedValues.feature("x", TensorType(dtype, [batch, steps, features])))]) {
        t in
        let cost = sum(kind(t[x], units, in: t.scope("layer")).output)
        t.report(Output("loss"), cost)
        t.minimize(cost, with: .sgd(learningRate: 1e-6))
      }
    }
  }
}
