import TapestryCore
public import TapestryGraph

// Counts of outcomes, and the shares made of them. With `hits` the diagonal, a row for each true class and a column for
// each predicted one:
//
//     precision = hits / column sums     of what was called a class, how much is of it
//     recall    = hits / row sums        of what is of a class, how much was called so
//     f1        = 2 hits / (row sums + column sums)
//
// A share of nothing is 0. Of batches the matrices are added up and the shares are made of their sum: a mean of shares
// of batches is another number.

/// How often each class was taken for each other.
///
/// - Parameters:
///   - predicted: the class given to each example, int32 of any shape, such as `argMax` gives, or
///     `cast(probabilities .> 0.5, to: .int32)` for two classes.
///   - labels: the true class of each, of the same type and shape. A run that meets a class outside `0 ..< classes` in
///     either throws `indexOutOfRange`.
///   - classes: how many there are.
/// - Returns: float32 [classes, classes]: a row for each true class, a column for each predicted one.
public func confusionMatrix(
  _ predicted: Tensor, _ labels: Tensor, classes: Int, file: StaticString = #fileID, line: UInt = #line
) -> Tensor {
  let graph = predicted.graph
  if predicted.isPoisoned || labels.isPoisoned { return Tensor(graph, .poison) }
  guard predicted.shape == labels.shape, predicted.dtype == .int32, labels.dtype == .int32, classes >= 1 else {
    return graph.refuse(
      "confusionMatrix of \(predicted.type) and \(labels.type)",
      OpFault(
        .shapeMismatch, "they are not \(classes) classes of the same examples",
        remedy: "give one int32 class of each for every example, and 1 or more classes"), at: SourcePlace(file, line))
  }
  return graph.located(file, line) {
    let count: Shape = [labels.shape.count]
    let rows = oneHot(labels.reshape(count), count: classes)
    return dot(rows.transpose(), oneHot(predicted.reshape(count), count: classes))
  }
}

/// Which share of several classes is meant.
public enum ClassAverage: Hashable, Sendable {
  /// That of class 1: of two classes, the one that is looked for.
  case binary
  /// The mean of the shares of all classes.
  case macro
  /// The share of all examples, whatever their class; of precision, recall and f1 the accuracy.
  case micro
  /// The share of each class, [classes].
  case each
}

/// Of the examples called a class, the share that is of it.
///
/// - Parameter confusion: what `confusionMatrix` gives, or a sum of such.
/// - Returns: a scalar of the matrix's type; [classes] for `each`.
public func precision(
  _ confusion: Tensor, average: ClassAverage = .binary, file: StaticString = #fileID, line: UInt = #line
) -> Tensor {
  average.share("precision", of: confusion, file, line) { hits, _, called in (hits, called) }
}

/// Of the examples that are of a class, the share that was called so.
///
/// - Parameter confusion: what `confusionMatrix` gives, or a sum of such.
/// - Returns: a scalar of the matrix's type; [classes] for `each`.
public func recall(
  _ confusion: Tensor, average: ClassAverage = .binary, file: StaticString = #fileID, line: UInt = #line
) -> Tensor {
  average.share("recall", of: confusion, file, line) { hits, real, _ in (hits, real) }
}

/// The harmonic mean of precision and recall.
///
/// - Parameter confusion: what `confusionMatrix` gives, or a sum of such.
/// - Returns: a scalar of the matrix's type; [classes] for `each`. The macro average is the mean of the classes' own, as
///   in scikit-learn.
public func f1Score(
  _ confusion: Tensor, average: ClassAverage = .binary, file: StaticString = #fileID, line: UInt = #line
) -> Tensor {
  average.share("f1Score", of: confusion, file, line) { hits, real, called in (2 * hits, real + called) }
}

extension ClassAverage {
  /// A share, from what it is of: hits, true and predicted counts of each class to part and whole.
  fileprivate func share(
    _ name: String, of confusion: Tensor, _ file: StaticString, _ line: UInt,
    _ parts: (_ hits: Tensor, _ real: Tensor, _ called: Tensor) -> (Tensor, Tensor)
  ) -> Tensor {
    let graph = confusion.graph
    if confusion.isPoisoned { return confusion }
    let classes = confusion.extent(0)
    guard confusion.shape == [classes, classes], confusion.dtype.isFloat, self != .binary || classes >= 2 else {
      return graph.refuse(
        "\(name) of \(confusion.type)",
        OpFault(
          .shapeMismatch, "it is no table of \(self == .binary ? "two or more " : "")classes",
          remedy: "give what `confusionMatrix` gives"), at: SourcePlace(file, line))
    }
    return graph.located(file, line) {
      let isHit = graph.iota([classes, 1]) .== graph.iota([classes])
      let (part, whole) = parts(
        sum(select(isHit, confusion, 0), over: [1]), sum(confusion, over: [1]), sum(confusion, over: [0]))
      func ratio(_ part: Tensor, _ whole: Tensor) -> Tensor { part / select(whole .> 0, whole, 1) }
      switch self {
      case .binary: return ratio(slice(part, axis: 0, 1..<2), slice(whole, axis: 0, 1..<2)).reshape([])
      case .macro: return mean(ratio(part, whole))
      case .micro: return ratio(sum(part), sum(whole))
      case .each: return ratio(part, whole)
      }
    }
  }
}
