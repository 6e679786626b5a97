import TapestryCompiler
import TapestryCore
import TapestryGraph
import TapestryNN
import Testing

/// What wrong use of layers is told; a layer that is refused declares nothing.
@Suite struct LayerDiagnosticsTests {
  private func fault(_ build: (Graph, Scope) -> Tensor) -> String {
    let graph = Graph()
    #expect(build(graph, graph.scope("layer")).isPoisoned)
    #expect(graph.diagnostics.count == 1)
    #expect(graph.diagnostics.first?.place?.description == "App/Main.swift:3")
    #expect(graph.snapshot.effects.variables.isEmpty)
    return graph.diagnostics.first.map { "\($0.message); \($0.remedy)" } ?? ""
  }

  @Test func dense() {
    func fault(_ shape: Shape, _ dtype: DType = .float32, units: Int = 2) -> String {
      self.fault { TapestryNN.dense($0.input("x", shape, dtype), units, in: $1, file: "App/Main.swift", line: 3) }
    }
    #expect(
      fault([]) == "dense of float32[]: a scalar has no features; give [batch, features]: `x.reshape([1, 1])` for one "
        + "feature of each example")
    #expect(
      fault([3]) == "dense of float32[3]: a vector has no batch axis; give [batch, features]: `x.reshape([-1, 1])` for "
        + "one feature of each example, `expandDims(x, axis: 0)` for one example")
    #expect(
      fault([3, 4], .int32)
        == "dense of int32[3, 4]: int32 is not a type it takes; cast to a float type: `cast(x, to: .float32)`")
    #expect(fault([3, 4], units: 0) == "dense of float32[3, 4]: 0 units; give 1 or more")
  }

  @Test func embedding() {
    #expect(
      fault { TapestryNN.embedding($0.input("x", [3]), of: 5, 2, in: $1, file: "App/Main.swift", line: 3) }
        == "embedding of float32[3]: float32 is not a type of indices; cast them: `cast(x, to: .int32)`")
    #expect(
      fault { TapestryNN.embedding($0.input("x", [3], .int32), of: 0, 2, in: $1, file: "App/Main.swift", line: 3) }
        == "embedding of int32[3]: a table of 0 vectors of 2 float32 elements; give 1 or more of both, and a float type"
    )
  }

  @Test func convolutions() {
    func image(_ shape: Shape, _ filters: Int = 2, kernel: [Int] = [3, 3], groups: Int = 1) -> String {
      fault {
        convolution2D(
          $0.input("x", shape), filters, kernel: kernel, in: $1, groups: groups, file: "App/Main.swift", line: 3)
      }
    }
    #expect(
      image([2, 8, 3])
        == "convolution2D of float32[2, 8, 3]: the input has shape [2, 8, 3], not 4 axes; arrange images "
        + "as [batch, height, width, channels] and filters as [height, width, in, out]")
    #expect(
      image([2, 8, 8, 3], groups: 2)
        == "convolution2D of float32[2, 8, 8, 3]: 2 groups do not divide 3 input and 2 output channels; give a number of "
        + "groups that divides both")
    #expect(
      image([2, 2, 8, 3])
        == "convolution2D of float32[2, 2, 8, 3]: the window reaches over 3 places of height, the padded "
        + "input has 2; pad the input with `padding: .same`, or make the window smaller")
    #expect(image([2, 8, 8, 3], 0) == "convolution2D of float32[2, 8, 8, 3]: 0 filters; give 1 or more")
    #expect(
      fault { convolution1D($0.input("x", [2, 8]), 2, kernel: 3, in: $1, file: "App/Main.swift", line: 3) }
        == "convolution1D of float32[2, 8]: a sequence has 3 axes, this has 2; give [batch, steps, channels]")
    #expect(
      fault { convolution1D($0.input("x", [2, 2, 4]), 2, kernel: 3, in: $1, file: "App/Main.swift", line: 3) }
        == "convolution1D of float32[2, 2, 4]: the window reaches over 3 places of width, the padded input has 2; pad the "
        + "input with `padding: .same`, or make the window smaller")
  }

  @Test func transposedConvolutions() {
    func image(_ shape: Shape, kernel: [Int] = [3, 3], spare: [Int] = [0, 0], groups: Int = 1) -> String {
      fault {
        transposedConvolution2D(
          $0.input("x", shape), 2, kernel: kernel, in: $1, strides: [2, 2], outputPadding: spare, groups: groups,
          file: "App/Main.swift", line: 3)
      }
    }
    let images =
      "it is no batch of float images, or kernel, strides, dilation and output padding are not all pairs; give float "
      + "images of 4 axes and two numbers each, for height and width"
    #expect(image([2, 8, 3]) == "transposedConvolution2D of float32[2, 8, 3]: \(images)")
    #expect(image([2, 8, 8, 3], kernel: [3]) == "transposedConvolution2D of float32[2, 8, 8, 3]: \(images)")
    #expect(
      image([2, 8, 8, 3], spare: [2, 0])
        == "transposedConvolution2D of float32[2, 8, 8, 3]: the output padding is [2, 0]; give 0 or more and less than "
        + "the strides; none with `.same`")
    #expect(
      image([2, 8, 8, 3], groups: 2)
        == "transposedConvolution2D of float32[2, 8, 8, 3]: 2 groups do not divide 2 input and 3 output channels; give a "
        + "number of groups that divides both")
    #expect(
      fault {
        transposedConvolution1D($0.input("x", [2, 8, 2]), 3, kernel: 0, in: $1, file: "App/Main.swift", line: 3)
      }
        == "transposedConvolution1D of float32[2, 8, 2]: 3 filters in 1 groups, kernel [1, 0], strides [1, 1], dilation "
        + "[1, 1]; give 1 or more of each, and groups that divide the filters")
  }

  @Test func pooling() {
    #expect(
      fault { graph, _ in averagePool(graph.input("x", [2, 3]), window: [2, 2], file: "App/Main.swift", line: 3) }
        == "averagePool of float32[2, 3]: the input has shape [2, 3], not 4 axes; arrange images as [batch, height, "
        + "width, channels] and filters as [height, width, in, out]")
    #expect(
      fault { graph, _ in maxPool1D(graph.input("x", [2, 3]), window: 2, file: "App/Main.swift", line: 3) }
        == "maxPool1D of float32[2, 3]: a sequence has 3 axes, this has 2; give [batch, steps, channels]")
  }

  @Test func normalisations() {
    #expect(
      fault {
        batchNormalization($0.input("x", [2]), in: $1, mode: .training, file: "App/Main.swift", line: 3)
      } == "batchNormalization of float32[2]: it has no axes of batch and channels; give [batch, ..., channels]")
    #expect(
      fault {
        batchNormalization(
          $0.input("x", [2, 3]), in: $1, mode: .training, momentum: 2, file: "App/Main.swift", line: 3)
      }
        == "batchNormalization of float32[2, 3]: the momentum is 2.0 and epsilon 1e-05; give a momentum in 0 ... 1 and an "
        + "epsilon of 0 or more")
    #expect(
      fault { groupNormalization($0.input("x", [2, 4]), groups: 3, in: $1, file: "App/Main.swift", line: 3) }
        == "groupNormalization of float32[2, 4]: 3 groups do not divide its channels; give [batch, ..., channels] and a "
        + "divisor of the channels")
    #expect(
      fault { graph, _ in globalMaxPool(graph.input("x", [2]), file: "App/Main.swift", line: 3) }
        == "globalMaxPool of float32[2]: it has no axes of batch and channels; give [batch, ..., channels]")
  }

  @Test func dropping() {
    #expect(
      fault { dropout($0.input("x", [2]), rate: 1, in: $1, mode: .evaluation, file: "App/Main.swift", line: 3) }
        == "dropout of float32[2]: rate 1.0 is outside 0 ..< 1; give the share of elements to drop")
    #expect(
      fault {
        dropout(
          $0.input("x", [2]), rate: 0.5, in: $1, mode: .training, sharedAlong: [1], file: "App/Main.swift", line: 3)
      } == "dropout of float32[2]: axis 1 is outside the 1 axes of [2]; give an axis in -1 ... 0")
  }
}
