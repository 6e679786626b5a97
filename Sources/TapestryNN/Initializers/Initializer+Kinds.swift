import TapestryCore
public import TapestryGraph

// How weights start. With "fan in" the number of inputs of one output and "fan out" the reverse (see `Fans`):
//
//     glorotUniform   uniform in ±sqrt(6 / (in + out))       glorotNormal   deviation sqrt(2 / (in + out))
//     heUniform       uniform in ±sqrt(6 / in)               heNormal       deviation sqrt(2 / in)
//     leCunUniform    uniform in ±sqrt(3 / in)               leCunNormal    deviation sqrt(1 / in)
//
// These are PyTorch's; Keras cuts the normal ones at two deviations (`truncatedNormal`) and widens them to compensate.
// Glorot keeps the variance of activations and gradients through layers that are linear near 0 (tanh, softmax), He
// through relu, LeCun that of layers with selu or nothing. A variable's numbers depend on the seed and its path alone.
// Sources: X. Glorot and Y. Bengio, Understanding the difficulty of training deep feedforward neural networks, 2010;
// K. He et al., Delving Deep into Rectifiers, 2015; Y. LeCun et al., Efficient BackProp, 1998.

extension Initializer {
  /// Uniform in ±sqrt(6 / (fan in + fan out)): for layers followed by tanh, sigmoid, softmax or nothing.
  public static var glorotUniform: Initializer {
    Initializer("glorotUniform") { type, stream in
      let fans = Fans(of: type.shape)
      return .uniform(type, stream, bound: (6 / fans.sum).squareRoot())
    }
  }

  /// Normal with deviation sqrt(2 / (fan in + fan out)): for layers followed by tanh, sigmoid, softmax or nothing.
  public static var glorotNormal: Initializer {
    Initializer("glorotNormal") { type, stream in
      .normal(type, stream, mean: 0, deviation: (2 / Fans(of: type.shape).sum).squareRoot())
    }
  }

  /// Uniform in ±sqrt(6 / fan in): for layers followed by relu.
  public static var heUniform: Initializer {
    Initializer("heUniform") { type, stream in
      .uniform(type, stream, bound: (6 / Fans(of: type.shape).input).squareRoot())
    }
  }

  /// Normal with deviation sqrt(2 / fan in): for layers followed by relu.
  public static var heNormal: Initializer {
    Initializer("heNormal") { type, stream in
      .normal(type, stream, mean: 0, deviation: (2 / Fans(of: type.shape).input).squareRoot())
    }
  }

  /// Uniform in ±sqrt(3 / fan in): for layers that keep the variance of what goes through them.
  public static var leCunUniform: Initializer {
    Initializer("leCunUniform") { type, stream in
      .uniform(type, stream, bound: (3 / Fans(of: type.shape).input).squareRoot())
    }
  }

  /// Normal with deviation sqrt(1 / fan in): for layers that keep the variance of what goes through them.
  public static var leCunNormal: Initializer {
    Initializer("leCunNormal") { type, stream in
      .normal(type, stream, mean: 0, deviation: (1 / Fans(of: type.shape).input).squareRoot())
    }
  }

  /// Uniform between two bounds.
  public static func uniform(_ range: ClosedRange<Double> = -0.05...0.05) -> Initializer {
    Initializer("uniform \(range.lowerBound)...\(range.upperBound)") { type, stream in
      .uniform(type, stream, from: range.lowerBound, width: range.upperBound - range.lowerBound)
    }
  }

  /// Normal. A deviation below 0 is a diagnostic.
  public static func normal(mean: Double = 0, deviation: Double = 0.05) -> Initializer {
    Initializer("normal \(mean) ± \(deviation)", fault: { _ in .ofDeviation(deviation) }) {
      .normal($0, $1, mean: mean, deviation: deviation)
    }
  }
}

extension OpFault {
  /// What is wrong with the deviation of a distribution.
  static func ofDeviation(_ deviation: Double) -> OpFault? {
    deviation >= 0 && deviation.isFinite
      ? nil : OpFault(.invalidAttribute, "it starts with deviation \(deviation)", remedy: "give a number of 0 or more")
  }
}

/// How many numbers flow into and out of one place of a weight.
///
/// The last two axes are inputs and outputs, as in a matrix [in, out] and a filter [height, width, in, out]; the axes
/// before them multiply both. Of a vector each element is an input and an output; a scalar has one of each.
struct Fans {
  let input: Double
  let output: Double

  init(of shape: Shape) {
    let extents = shape.extents.map { Double(Swift.max($0, 1)) }
    let field = extents.dropLast(2).reduce(1, *)
    output = (extents.last ?? 1) * field
    input = (extents.count < 2 ? extents.last ?? 1 : extents[extents.count - 2]) * field
  }

  var sum: Double { input + output }
}
