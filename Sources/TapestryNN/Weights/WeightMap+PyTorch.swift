public import TapestryCore
import TapestryGraph

// The names PyTorch gives the weights of its modules, by the layer of Tapestry that computes the same. In each, `module`
// is the name of the module in the state dictionary (`conv1`, or `features.0`) and `path` is the layer's scope.
// Source: the documentation of torch.nn 2, sections "Variables" of each module.

extension WeightMap {
  /// `Linear` as `dense`.
  ///
  /// - Parameter image: where the layer follows images that were flattened, the shape of one as height, width and
  ///   channels: PyTorch flattens its channels first.
  public static func dense(
    _ module: String, as path: String, flattening image: Shape? = nil, bias: Bool = true
  ) -> WeightMap {
    layer(module, path, "weight", image.map { .flattened($0) } ?? .transposed, bias)
  }

  /// `Conv2d` as `convolution2D`, of any groups.
  public static func convolution2D(_ module: String, as path: String, bias: Bool = true) -> WeightMap {
    layer(module, path, "filter", .convolution, bias)
  }

  /// `Conv1d` as `convolution1D`.
  public static func convolution1D(_ module: String, as path: String, bias: Bool = true) -> WeightMap {
    layer(module, path, "filter", .convolution, bias)
  }

  /// `ConvTranspose2d` as `transposedConvolution2D`.
  public static func transposedConvolution2D(_ module: String, as path: String, bias: Bool = true) -> WeightMap {
    layer(module, path, "filter", .convolution, bias)
  }

  /// `Embedding` as `embedding`.
  public static func embedding(_ module: String, as path: String) -> WeightMap {
    layer(module, path, "weight", .same, false)
  }

  /// `BatchNorm1d` or `BatchNorm2d` as `batchNormalization`, with its running statistics.
  public static func batchNormalization(_ module: String, as path: String) -> WeightMap {
    [
      WeightMap(module + ".weight", as: path + "/scale"), WeightMap(module + ".bias", as: path + "/offset"),
      WeightMap(module + ".running_mean", as: path + "/mean"),
      WeightMap(module + ".running_var", as: path + "/variance"), .unused(module + ".num_batches_tracked"),
    ]
  }

  /// `LayerNorm` as `layerNormalization`, or `GroupNorm` as `groupNormalization`.
  public static func normalization(_ module: String, as path: String) -> WeightMap {
    [WeightMap(module + ".weight", as: path + "/scale"), WeightMap(module + ".bias", as: path + "/offset")]
  }

  /// `LSTM` as ``lstm``. The gates stand in the same order; the two biases are added.
  public static func lstm(
    _ module: String, as path: String, layers: Int = 1, bidirectional: Bool = false
  ) -> WeightMap {
    recurrence(module, path, layers, bidirectional, summedBias)
  }

  /// `RNN` with its default tanh as ``simpleRNN``. The two biases are added.
  public static func simpleRNN(
    _ module: String, as path: String, layers: Int = 1, bidirectional: Bool = false
  ) -> WeightMap {
    recurrence(module, path, layers, bidirectional, summedBias)
  }

  /// `GRU` as ``gru``. The biases of the gates are added, and the candidate's two are kept apart.
  public static func gru(
    _ module: String, as path: String, layers: Int = 1, bidirectional: Bool = false
  ) -> WeightMap {
    recurrence(module, path, layers, bidirectional) { input, state, path in
      let summed = WeightTransform { arrays in
        let sum = try WeightTransform.sum.apply(arrays)
        let candidate = sum.shape.count / 3 * 2
        return NDArray(sum.shape, sum.dtype) { $0 < candidate ? sum.double(at: $0) : arrays[0].double(at: $0) }
      }
      return [
        WeightMap([input, state], as: path + "/bias", summed),
        WeightMap(state, as: path + "/candidateBias", .part(2, of: 3)),
      ]
    }
  }

  /// `MultiheadAttention` as `multiHeadAttention`: its one matrix of queries, keys and values is cut in three.
  public static func multiHeadAttention(_ module: String, as path: String, bias: Bool = true) -> WeightMap {
    let parts = ["query", "key", "value"].enumerated().flatMap { part, name in
      [WeightMap(module + ".in_proj_weight", as: "\(path)/\(name)/weight", .part(part, of: 3, .transposed))]
        + (bias ? [WeightMap(module + ".in_proj_bias", as: "\(path)/\(name)/bias", .part(part, of: 3))] : [])
    }
    return WeightMap(parts + [.dense(module + ".out_proj", as: path + "/output", bias: bias)])
  }

  /// A weight and a bias.
  private static func layer(
    _ module: String, _ path: String, _ parameter: String, _ transform: WeightTransform, _ hasBias: Bool
  ) -> WeightMap {
    let weight = WeightMap(module + ".weight", as: path + "/" + parameter, transform)
    return hasBias ? [weight, WeightMap(module + ".bias", as: path + "/bias")] : weight
  }

  private static func summedBias(_ input: String, _ state: String, _ path: String) -> WeightMap {
    WeightMap([input, state], as: path + "/bias", .sum)
  }

  /// The matrices of each layer and direction, and what `biases` makes of its two biases.
  private static func recurrence(
    _ module: String, _ path: String, _ layers: Int, _ bidirectional: Bool,
    _ biases: (_ input: String, _ state: String, _ path: String) -> WeightMap
  ) -> WeightMap {
    let directions = [("forward", "")] + (bidirectional ? [("backward", "_reverse")] : [])
    return WeightMap(
      (0..<Swift.max(layers, 0)).flatMap { layer in
        directions.flatMap { direction, suffix -> [WeightMap] in
          let place = "\(path)/layer\(layer)/\(direction)"
          func name(_ kind: String) -> String { "\(module).\(kind)_l\(layer)\(suffix)" }
          return [
            WeightMap(name("weight_ih"), as: place + "/input", .transposed),
            WeightMap(name("weight_hh"), as: place + "/state", .transposed),
            biases(name("bias_ih"), name("bias_hh"), place),
          ]
        }
      })
  }
}
