import TapestryCore
public import TapestryGraph

/// The share of examples whose greatest logit is that of their class; of equal logits the first counts.
///
/// - Parameters:
///   - logits: [..., classes], float; probabilities do as well.
///   - labels: the class of each example, int32 [...]; a run that meets one out of range throws `indexOutOfRange`.
///   - mask: bool, true where an example counts; it broadcasts to [...]. A label it hides may be out of range.
/// - Returns: a scalar of the logits' type; not-a-number over no examples, 0 where a mask leaves none.
public func accuracy(
  _ logits: Tensor, _ labels: Tensor, mask: Tensor? = nil, file: StaticString = #fileID, line: UInt = #line
) -> Tensor {
  guard logits.takes(classes: labels, mask, for: "accuracy", file, line) else { return Tensor(logits.graph, .poison) }
  return logits.graph.located(file, line) {
    let known = checkIndex(mask.map { select($0, labels, 0) } ?? labels, bound: logits.extent(-1))
    return LossReduction.mean(cast(argMax(logits) .== known, to: logits.dtype), mask: mask)
  }
}

/// The share of examples whose class is among the `count` greatest logits; of equal logits the first count.
///
/// - Parameters:
///   - logits: [..., classes], float; probabilities do as well.
///   - labels: the class of each example, int32 [...]; a run that meets one out of range throws `indexOutOfRange`.
///   - count: how many classes are looked at, at most all.
///   - mask: bool, true where an example counts; it broadcasts to [...]. A label it hides may be out of range.
/// - Returns: a scalar of the logits' type; not-a-number over no examples, 0 where a mask leaves none.
public func topKAccuracy(
  _ logits: Tensor, _ labels: Tensor, _ count: Int, mask: Tensor? = nil, file: StaticString = #fileID,
  line: UInt = #line
) -> Tensor {
  guard logits.takes(classes: labels, mask, for: "topKAccuracy", file, line) else {
    return Tensor(logits.graph, .poison)
  }
  return logits.graph.located(file, line) {
    let known = checkIndex(mask.map { select($0, labels, 0) } ?? labels, bound: logits.extent(-1))
    let hits = topK(logits, count, file: file, line: line).places .== expandDims(known)
    return LossReduction.mean(sum(cast(hits, to: logits.dtype), over: [-1]), mask: mask)
  }
}

/// The share of yes-or-no outcomes that a threshold tells right.
///
/// - Parameters:
///   - scores: any shape, float: probabilities, or logits with a threshold of 0.
///   - targets: of that shape, bool, or numbers that mean yes above 1/2.
///   - threshold: above it a score means yes.
///   - mask: bool, true where an outcome counts; it broadcasts to the scores.
/// - Returns: a scalar of the scores' type; not-a-number over no outcomes, 0 where a mask leaves none.
public func binaryAccuracy(
  _ scores: Tensor, _ targets: Tensor, threshold: Double = 0.5, mask: Tensor? = nil, file: StaticString = #fileID,
  line: UInt = #line
) -> Tensor {
  let graph = scores.graph
  guard scores.isFloat(for: "binaryAccuracy", file, line), !targets.isPoisoned,
    scores.takesMask(mask, of: scores.shape, for: "binaryAccuracy", file, line)
  else { return Tensor(graph, .poison) }
  guard targets.shape == scores.shape else {
    return graph.refuse(
      "binaryAccuracy of \(scores.type) and \(targets.type)",
      OpFault(.shapeMismatch, "the shapes differ", remedy: "give one target for each score"),
      at: SourcePlace(file, line))
  }
  return graph.located(file, line) {
    let isYes = targets.isYes
    // Of two masks, equal means not exclusive-or; as numbers the comparison is the same.
    let hits = cast(scores .> threshold, to: .int32) .== cast(isYes, to: .int32)
    return LossReduction.mean(cast(hits, to: scores.dtype), mask: mask)
  }
}

extension Tensor {
  /// Whether scores of classes take labels; otherwise a diagnostic.
  fileprivate func takes(
    classes labels: Tensor, _ mask: Tensor?, for function: String, _ file: StaticString, _ line: UInt
  ) -> Bool {
    guard !labels.isPoisoned, isFloat(for: function, file, line), checked(-1, of: function, file, line) != nil
    else { return false }
    let wanted = TensorType(.int32, Shape(Array(shape.extents.dropLast())))
    guard labels.type == wanted else {
      _ = graph.refuse(
        "\(function) of \(type) and \(labels.type)",
        OpFault(
          .shapeMismatch, "the labels are \(labels.type), not \(wanted)",
          remedy: "give logits [..., classes] and one int32 class for each example"), at: SourcePlace(file, line))
      return false
    }
    return takesMask(mask, of: wanted.shape, for: function, file, line)
  }

  /// A mask of what means yes: a bool mask itself, or the numbers above 1/2.
  var isYes: Tensor { dtype == .bool ? self : cast(self, to: .float32) .> 0.5 }
}
