import TapestryCore

/// Exponentials along an axis divided by their sum, without overflow. Float.
public func softmax(_ x: Tensor, axis: Int = -1, file: StaticString = #fileID, line: UInt = #line) -> Tensor {
  guard let axis = x.checked(axis, of: "softmax", file, line) else { return Tensor(x.graph, .poison) }
  return x.graph.located(file, line) {
    let exponentials = exp(x - greatest(x, axis))
    return exponentials / sum(exponentials, over: [axis], keepingAxes: true)
  }
}

/// The logarithm of ``softmax(_:axis:file:line:)``, without overflow and without the logarithm of 0. Float.
public func logSoftmax(_ x: Tensor, axis: Int = -1, file: StaticString = #fileID, line: UInt = #line) -> Tensor {
  guard let axis = x.checked(axis, of: "logSoftmax", file, line) else { return Tensor(x.graph, .poison) }
  return x.graph.located(file, line) {
    let shifted = x - greatest(x, axis)
    return shifted - log(sum(exp(shifted), over: [axis], keepingAxes: true))
  }
}

/// The logarithm of the sum of exponentials along an axis, without overflow. Float.
///
/// Of minus infinities alone, or of nothing, it is minus infinity.
public func logSumExp(
  _ x: Tensor, axis: Int = -1, keepingAxes: Bool = false, file: StaticString = #fileID, line: UInt = #line
) -> Tensor {
  guard let axis = x.checked(axis, of: "logSumExp", file, line) else { return Tensor(x.graph, .poison) }
  return x.graph.located(file, line) {
    let top = greatest(x, axis)
    // An infinite top would make infinity - infinity; 0 leaves the exponentials infinite or 0, which is right.
    let shift = select(abs(top) .< Double.infinity, top, 0)
    let result = log(sum(exp(x - shift), over: [axis], keepingAxes: true)) + shift
    return keepingAxes ? result : result.reshape(x.shape.reducing([axis], keepingAxes: false))
  }
}

/// The largest element along an axis as a constant of the gradient: shifting by it changes no result.
func greatest(_ x: Tensor, _ axis: Int) -> Tensor { withoutGradient(max(x, over: [axis], keepingAxes: true)) }
