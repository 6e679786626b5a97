import TapestryCore

/// x where it is above 0, else 0; not-a-number stays. The derivative at 0 is 0. Float or int32.
public func relu(_ x: Tensor, file: StaticString = #fileID, line: UInt = #line) -> Tensor {
  x.graph.located(file, line) { select(x .<= 0, 0, x) }
}

/// x where it is above 0, else x times a small slope. Float.
public func leakyRelu(
  _ x: Tensor, slope: Double = 0.01, file: StaticString = #fileID, line: UInt = #line
) -> Tensor {
  x.graph.located(file, line) { select(x .> 0, x, x * slope) }
}

/// x where it is above 0, else alpha (exp(x) - 1). Float.
public func elu(_ x: Tensor, alpha: Double = 1, file: StaticString = #fileID, line: UInt = #line) -> Tensor {
  x.graph.located(file, line) {
    // A large x in the branch not taken would make the gradient 0 times infinity.
    select(x .> 0, x, expm1(select(x .> 0, 0, x)) * alpha)
  }
}

/// log(1 + exp(x)), exact at both ends. Float.
public func softplus(_ x: Tensor, file: StaticString = #fileID, line: UInt = #line) -> Tensor {
  x.graph.located(file, line) { select(x .> 0, x, 0) + log1p(exp(negatedMagnitude(x))) }
}

/// -|x|, with derivative 1 at 0: beside a term that is constant there, functions that are smooth at 0 keep their
/// derivatives of every order.
func negatedMagnitude(_ x: Tensor) -> Tensor { select(x .> 0, -x, x) }

/// x sigmoid(x). Float.
public func silu(_ x: Tensor, file: StaticString = #fileID, line: UInt = #line) -> Tensor {
  x.graph.located(file, line) { x * sigmoid(x) }
}

/// How ``gelu(_:form:file:line:)`` is computed.
public enum GeluForm: Sendable {
  /// By the error function.
  case exact
  /// By the hyperbolic tangent: x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))) / 2.
  case tanh
}

/// x times the probability that a normal variable is below x. Float.
public func gelu(
  _ x: Tensor, form: GeluForm = .exact, file: StaticString = #fileID, line: UInt = #line
) -> Tensor {
  x.graph.located(file, line) {
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
