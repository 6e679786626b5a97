import Foundation
import TapestryCore
public import TapestryGraph

/// The elements plus waves that tell each place of a sequence from the others:
/// `sin(place / 10000^(2i / features))` at feature 2i, the cosine of the same at 2i + 1.
///
/// (A. Vaswani et al., Attention Is All You Need, 2017, 3.5.) Nothing is learned.
///
/// - Parameter x: [..., places, features], float.
/// - Returns: the shape of `x`.
public func sinusoidalPositions(_ x: Tensor, file: StaticString = #fileID, line: UInt = #line) -> Tensor {
  if x.isPoisoned { return x }
  guard x.rank >= 2, x.dtype.isFloat else { return x.refusePositions("sinusoidalPositions", SourcePlace(file, line)) }
  return x.graph.located(file, line) {
    let features = x.extent(-1)
    let waves = NDArray.filled(TensorType(x.dtype, [x.extent(-2), features])) { element in
      let (place, feature) = element.quotientAndRemainder(dividingBy: features)
      let angle = Double(place) / pow(10000, Double(2 * (feature / 2)) / Double(features))
      return feature % 2 == 0 ? Foundation.sin(angle) : Foundation.cos(angle)
    }
    return x + x.graph.constant(waves)
  }
}

/// The elements plus a learned vector for each place of a sequence.
///
/// The parameter is `position` [count, features] of the scope; the places of `x` are the first.
///
/// - Parameters:
///   - x: [..., places, features], float.
///   - count: how many places there can be; fewer than `x` has is a diagnostic.
/// - Returns: the shape of `x`.
public func learnedPositions(
  _ x: Tensor, of count: Int, in scope: Scope, weights: Initializer = .normal(deviation: 0.02),
  file: StaticString = #fileID, line: UInt = #line
) -> Tensor {
  if x.isPoisoned { return x }
  let place = SourcePlace(file, line)
  guard x.rank >= 2, x.extent(-2) <= count else { return x.refusePositions("learnedPositions", place) }
  return x.graph.located(file, line) {
    let table = scope.parameter("position", [count, x.extent(-1)], weights, dtype: x.dtype)
    return x + slice(table, axis: 0, 0..<x.extent(-2))
  }
}

extension Tensor {
  fileprivate func refusePositions(_ function: String, _ place: SourcePlace) -> Tensor {
    graph.refuse(
      "\(function) of \(type)",
      OpFault(
        .shapeMismatch, "it is no sequence of float features, or longer than the places there are",
        remedy: "give float [..., places, features], and as many places as the longest sequence has"), at: place)
  }
}
