import TapestryCore

/// Each element 0 with probability `rate`, else divided by 1 - rate, so that the mean stays. Float.
///
/// - Parameter rate: from 0 up to, not including, 1; another is a diagnostic.
public func dropout(
  _ x: Tensor, rate: Double, from scope: Scope, file: StaticString = #fileID, line: UInt = #line
) -> Tensor {
  guard x.takesDropout(rate, file, line) else { return Tensor(x.graph, .poison) }
  if rate == 0 { return x }
  return x.graph.located(file, line) {
    select(x.graph.uniform(x.shape, x.dtype, from: scope) .< rate, 0, x * (1 / (1 - rate)))
  }
}

extension Tensor {
  /// Whether elements can be dropped at a rate; otherwise a diagnostic.
  package func takesDropout(_ rate: Double, _ file: StaticString, _ line: UInt) -> Bool {
    guard isFloat(for: "dropout", file, line) else { return false }
    if rate >= 0, rate < 1 { return true }
    _ = graph.refuse(
      "dropout of \(type)",
      OpFault(.invalidAttribute, "rate \(rate) is outside 0 ..< 1", remedy: "give the share of elements to drop"),
      at: SourcePlace(file, line))
    return false
  }
}
