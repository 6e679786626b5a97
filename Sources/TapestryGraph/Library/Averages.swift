import TapestryCore

extension Tensor {
  /// The number of elements along axes that may count from the end; 1 where an axis does not exist, which the
  /// reduction itself diagnoses.
  func count(along axes: [Int]?) -> Int {
    guard let axes else { return shape.count }
    return axes.reduce(1) { $0 * extent($1) }
  }

  /// Whether the tensor is of a float type; otherwise a diagnostic, none on a poisoned tensor.
  package func isFloat(for function: String, _ file: StaticString, _ line: UInt) -> Bool {
    if isPoisoned { return false }
    let type = type
    if type.dtype.isFloat { return true }
    _ = graph.refuse(
      "\(function) of \(type)",
      OpFault(
        .dtypeMismatch, "\(type.dtype) is not a type it takes", remedy: "cast to a float type: `cast(x, to: .float32)`"),
      at: SourcePlace(file, line))
    return false
  }
}

/// The mean of the elements along axes (all of them by default), which are dropped unless kept with extent 1. Float.
///
/// Over nothing it is not-a-number.
public func mean(
  _ x: Tensor, over axes: [Int]? = nil, keepingAxes: Bool = false, file: StaticString = #fileID, line: UInt = #line
) -> Tensor {
  let sum = Sum(axes: x.counted(axes), keepsAxes: keepingAxes)
  guard x.isFloat(for: "mean", file, line), x.takes(sum, [x.type], for: "mean", file, line) else {
    return Tensor(x.graph, .poison)
  }
  return x.graph.located(file, line) {
    TapestryGraph.sum(x, over: axes, keepingAxes: keepingAxes) / x.count(along: axes)
  }
}

/// The mean squared distance from the mean along axes (all of them by default). Float.
///
/// The mean is taken out before squaring, so that large means cost no precision.
///
/// - Parameter correction: 0 divides by the number of elements, 1 by one less (the unbiased estimate of a sample).
public func variance(
  _ x: Tensor, over axes: [Int]? = nil, keepingAxes: Bool = false, correction: Int = 0,
  file: StaticString = #fileID, line: UInt = #line
) -> Tensor {
  guard x.isFloat(for: "variance", file, line) else { return Tensor(x.graph, .poison) }
  let total = Sum(axes: x.counted(axes), keepsAxes: keepingAxes)
  guard x.isFloat(for: "variance", file, line), x.takes(total, [x.type], for: "variance", file, line) else {
    return Tensor(x.graph, .poison)
  }
  return x.graph.located(file, line) {
    let distances = x - mean(x, over: axes, keepingAxes: true)
    return spread(distances, over: axes, keepingAxes: keepingAxes, correction: correction)
  }
}

/// The variance of what lies at these distances from a mean.
func spread(_ distances: Tensor, over axes: [Int]?, keepingAxes: Bool, correction: Int) -> Tensor {
  // The mean is rounded; what it is off by is the mean of the distances, whose square is taken out again.
  let count = distances.count(along: axes)
  let rest = square(sum(distances, over: axes, keepingAxes: keepingAxes)) / count
  return (sum(square(distances), over: axes, keepingAxes: keepingAxes) - rest) / (count - correction)
}

/// x x, element by element. Float or int32.
public func square(_ x: Tensor, file: StaticString = #fileID, line: UInt = #line) -> Tensor {
  x.binary(Multiply(), x, file, line)
}
