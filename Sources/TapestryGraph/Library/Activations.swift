import TapestryCore

// Functions that go between layers, element by element. Where one has two branches, the argument of the branch not taken
// is kept harmless: a gradient of 0 times infinity would be not-a-number. At a kink the derivative is PyTorch's.

extension Tensor {
  /// A function of this tensor at the caller's line, which must be of a float type: otherwise a diagnostic.
  func floatFunction(
    _ name: String, _ file: StaticString, _ line: UInt, _ body: (Tensor) -> Tensor
  ) -> Tensor {
    guard isFloat(for: name, file, line) else { return Tensor(graph, .poison) }
    return graph.located(file, line) { body(self) }
  }
}

/// x where it is above 0, else 0; not-a-number stays. The derivative at 0 is 0. Float or int32.
public func relu(_ x: Tensor, file: StaticString = #fileID, line: UInt = #line) -> Tensor {
  x.graph.located(file, line) { select(x .<= 0, 0, x) }
}

/// x held between 0 and 6 (A. Howard et al., MobileNets, 2017). The derivative at both ends is 0. Float or int32.
public func relu6(_ x: Tensor, file: StaticString = #fileID, line: UInt = #line) -> Tensor {
  x.graph.located(file, line) { select(x .<= 0, 0, select(x .>= 6, 6, x)) }
}

/// x where it is above 0, else x times a small slope. Float.
///
/// Keras's default slope is 0.3.
public func leakyRelu(
  _ x: Tensor, slope: Double = 0.01, file: StaticString = #fileID, line: UInt = #line
) -> Tensor {
  x.floatFunction("leakyRelu", file, line) { select($0 .> 0, $0, $0 * slope) }
}

/// x where it is above 0, else alpha (exp(x) - 1) (D. Clevert et al., Exponential Linear Units, 2015). Float.
public func elu(_ x: Tensor, alpha: Double = 1, file: StaticString = #fileID, line: UInt = #line) -> Tensor {
  x.floatFunction("elu", file, line) { select($0 .> 0, $0, expm1(select($0 .> 0, 0, $0)) * alpha) }
}

/// 1.0507 x where it is above 0, else 1.0507 times 1.67326 (exp(x) - 1), whose values keep mean 0 and variance 1 through
/// layers with LeCun's normal weights (G. Klambauer et al., Self-Normalizing Neural Networks, 2017). Float.
public func selu(_ x: Tensor, file: StaticString = #fileID, line: UInt = #line) -> Tensor {
  x.floatFunction("selu", file, line) { elu($0, alpha: 1.673_263_242_354_377_2) * 1.050_700_987_355_480_5 }
}

/// log(1 + exp(x)), exact at both ends. Float.
///
/// PyTorch's is x itself above 20, which differs by 2e-9.
public func softplus(_ x: Tensor, file: StaticString = #fileID, line: UInt = #line) -> Tensor {
  x.floatFunction("softplus", file, line) { select($0 .> 0, $0, 0) + log1p(exp(negatedMagnitude($0))) }
}

/// -|x|, with derivative 1 at 0: beside a term that is constant there, functions that are smooth at 0 keep their
/// derivatives of every order.
func negatedMagnitude(_ x: Tensor) -> Tensor { select(x .> 0, -x, x) }

/// log(sigmoid(x)), exact at both ends: -softplus(-x). Float.
public func logSigmoid(_ x: Tensor, file: StaticString = #fileID, line: UInt = #line) -> Tensor {
  x.floatFunction("logSigmoid", file, line) { -softplus(-$0) }
}

/// x / (1 + |x|). Float.
public func softsign(_ x: Tensor, file: StaticString = #fileID, line: UInt = #line) -> Tensor {
  x.floatFunction("softsign", file, line) { $0 / (1 + abs($0)) }
}

/// x sigmoid(x), also called swish (P. Ramachandran et al., Searching for Activation Functions, 2017). Float.
public func silu(_ x: Tensor, file: StaticString = #fileID, line: UInt = #line) -> Tensor {
  x.floatFunction("silu", file, line) { $0 * sigmoid($0) }
}

/// x tanh(softplus(x)) (D. Misra, Mish, 2019). Float.
public func mish(_ x: Tensor, file: StaticString = #fileID, line: UInt = #line) -> Tensor {
  x.floatFunction("mish", file, line) { $0 * tanh(softplus($0)) }
}

/// x / 6 + 1/2 held between 0 and 1; the derivative at both ends is 0. Float.
///
/// Keras 2 has x / 5 + 1/2.
public func hardSigmoid(_ x: Tensor, file: StaticString = #fileID, line: UInt = #line) -> Tensor {
  x.floatFunction("hardSigmoid", file, line) { select($0 .<= -3, 0, select($0 .>= 3, 1, $0 / 6 + 0.5)) }
}

/// x hardSigmoid(x), PyTorch's and Keras's hard swish; the derivative is 0 at -3 and 1 at 3 (A. Howard et al.,
/// Searching for MobileNetV3, 2019). Float.
public func hardSilu(_ x: Tensor, file: StaticString = #fileID, line: UInt = #line) -> Tensor {
  x.floatFunction("hardSilu", file, line) { x in
    select(x .<= -3, 0, select(x .>= 3, x, x * (x / 6 + 0.5)))
  }
}

/// x held between -1 and 1; the derivative at both ends is 0. Float.
public func hardTanh(_ x: Tensor, file: StaticString = #fileID, line: UInt = #line) -> Tensor {
  x.floatFunction("hardTanh", file, line) { select($0 .<= -1, -1, select($0 .>= 1, 1, $0)) }
}

/// The first half along an axis times the sigmoid of the second (Y. Dauphin et al., Language Modeling with Gated
/// Convolutional Networks, 2017). Float.
///
/// - Parameter axis: of even extent; another is a diagnostic.
public func glu(_ x: Tensor, axis: Int = -1, file: StaticString = #fileID, line: UInt = #line) -> Tensor {
  x.floatFunction("glu", file, line) { x in
    let halves = split(x, parts: 2, axis: axis, file: file, line: line)
    return halves[0] * sigmoid(halves[1])
  }
}

/// How ``gelu(_:form:file:line:)`` is computed.
public enum GeluForm: Sendable {
  /// By the error function.
  case exact
  /// By the hyperbolic tangent: x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))) / 2.
  case tanh
}

/// x times the probability that a normal variable is below x (D. Hendrycks and K. Gimpel, Gaussian Error Linear Units,
/// 2016). Float.
public func gelu(
  _ x: Tensor, form: GeluForm = .exact, file: StaticString = #fileID, line: UInt = #line
) -> Tensor {
  x.floatFunction("gelu", file, line) { x in
    switch form {
    case .exact: return x * 0.5 * (1 + erf(x * 0.5.squareRoot()))
    case .tanh:
      let inner = (x + x * x * x * 0.044715) * 0.797_884_560_802_865_4
      return x * 0.5 * (1 + tanh(inner))
    }
  }
}

/// Each element held between two bounds; the gradient passes within them. Float or int32.
public func clip(
  _ x: Tensor, _ range: ClosedRange<Double>, file: StaticString = #fileID, line: UInt = #line
) -> Tensor {
  x.graph.located(file, line) {
    select(x .< range.lowerBound, range.lowerBound, select(x .> range.upperBound, range.upperBound, x))
  }
}
