import TapestryCore

package struct Tanh: ElementwiseOp {
  package static let name = "tanh"
  package static let summary = "The hyperbolic tangent."
  package static let scalar = ScalarOp.tanh
  package static let sole: Tanh? = Tanh()
  package func pullback(_ p: Pullback) -> [Tensor?] { [p.cotangent * (1 - p.result * p.result)] }
}

package struct Sigmoid: ElementwiseOp {
  package static let name = "sigmoid"
  package static let summary = "1 / (1 + exp(-x)), without overflow."
  package static let scalar = ScalarOp.sigmoid
  package static let sole: Sigmoid? = Sigmoid()
  package func pullback(_ p: Pullback) -> [Tensor?] { [p.cotangent * (p.result * (1 - p.result))] }
}

package struct Erf: ElementwiseOp {
  package static let name = "erf"
  package static let summary = "The error function."
  package static let scalar = ScalarOp.erf
  package static let sole: Erf? = Erf()
  /// 2 / sqrt(pi), the slope at 0.
  private static let slope = 1.128_379_167_095_512_6
  package func pullback(_ p: Pullback) -> [Tensor?] { [p.cotangent * (exp(-(p[0] * p[0])) * Erf.slope)] }
}

package struct Sin: ElementwiseOp {
  package static let name = "sin"
  package static let summary = "The sine of x in radians."
  package static let scalar = ScalarOp.sin
  package static let sole: Sin? = Sin()
  package func pullback(_ p: Pullback) -> [Tensor?] { [p.cotangent * cos(p[0])] }
}

package struct Cos: ElementwiseOp {
  package static let name = "cos"
  package static let summary = "The cosine of x in radians."
  package static let scalar = ScalarOp.cos
  package static let sole: Cos? = Cos()
  package func pullback(_ p: Pullback) -> [Tensor?] { [-p.cotangent * sin(p[0])] }
}

extension OpCatalogue {
  static let curves: [any ElementwiseOp.Type] = [Tanh.self, Sigmoid.self, Erf.self, Sin.self, Cos.self]
}

/// The hyperbolic tangent of each element. Float.
public func tanh(_ x: Tensor, file: StaticString = #fileID, line: UInt = #line) -> Tensor {
  x.unary(Tanh(), file, line)
}

/// 1 / (1 + exp(-x)), element by element, without overflow. Float.
public func sigmoid(_ x: Tensor, file: StaticString = #fileID, line: UInt = #line) -> Tensor {
  x.unary(Sigmoid(), file, line)
}

/// The error function of each element. Float.
public func erf(_ x: Tensor, file: StaticString = #fileID, line: UInt = #line) -> Tensor {
  x.unary(Erf(), file, line)
}

/// The sine of each element, in radians. Float.
public func sin(_ x: Tensor, file: StaticString = #fileID, line: UInt = #line) -> Tensor {
  x.unary(Sin(), file, line)
}

/// The cosine of each element, in radians. Float.
public func cos(_ x: Tensor, file: StaticString = #fileID, line: UInt = #line) -> Tensor {
  x.unary(Cos(), file, line)
}
