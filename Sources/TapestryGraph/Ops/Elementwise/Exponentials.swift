import TapestryCore

package struct Exp: ElementwiseOp {
  package static let name = "exp"
  package static let summary = "e to the power x."
  package static let scalar = ScalarOp.exp
  package static let sole: Exp? = Exp()
  package func pullback(_ p: Pullback) -> [Tensor?] { [p.cotangent * p.result] }
}

package struct Expm1: ElementwiseOp {
  package static let name = "expm1"
  package static let summary = "e to the power x, less 1, exact near 0."
  package static let scalar = ScalarOp.expm1
  package static let sole: Expm1? = Expm1()
  package func pullback(_ p: Pullback) -> [Tensor?] { [p.cotangent * exp(p[0])] }
}

package struct Log: ElementwiseOp {
  package static let name = "log"
  package static let summary = "The natural logarithm."
  package static let scalar = ScalarOp.log
  package static let sole: Log? = Log()
  package static let domain = 0.5...3.0
  package func pullback(_ p: Pullback) -> [Tensor?] { [p.cotangent / p[0]] }
}

package struct Log1p: ElementwiseOp {
  package static let name = "log1p"
  package static let summary = "The natural logarithm of 1 + x, exact near 0."
  package static let scalar = ScalarOp.log1p
  package static let sole: Log1p? = Log1p()
  package static let domain = -0.5...2.0
  package func pullback(_ p: Pullback) -> [Tensor?] { [p.cotangent / (1 + p[0])] }
}

extension OpCatalogue {
  static let exponentials: [any ElementwiseOp.Type] = [Exp.self, Expm1.self, Log.self, Log1p.self]
}

/// e to the power of each element. Float.
public func exp(_ x: Tensor, file: StaticString = #fileID, line: UInt = #line) -> Tensor {
  x.unary(Exp(), file, line)
}

/// e to the power of each element, less 1, exact near 0. Float.
public func expm1(_ x: Tensor, file: StaticString = #fileID, line: UInt = #line) -> Tensor {
  x.unary(Expm1(), file, line)
}

/// The natural logarithm of each element. Float.
public func log(_ x: Tensor, file: StaticString = #fileID, line: UInt = #line) -> Tensor {
  x.unary(Log(), file, line)
}

/// The natural logarithm of 1 + x, element by element, exact near 0. Float.
public func log1p(_ x: Tensor, file: StaticString = #fileID, line: UInt = #line) -> Tensor {
  x.unary(Log1p(), file, line)
}
