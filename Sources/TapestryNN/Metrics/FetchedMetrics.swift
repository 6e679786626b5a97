public import TapestryCore
import TapestryGraph

// The metrics of arrays that were fetched are those of the graph, of constants, by the ops' reference meaning: so there is
// one definition of each, and both ways give the same number. They are for validation sets, not for inner loops.

/// The share of examples whose greatest logit is that of their class; of equal logits the first counts.
///
/// - Parameters:
///   - logits: [..., classes], float.
///   - labels: the class of each example, int32 [...].
///   - mask: bool, true where an example counts; it broadcasts to [...].
/// - Throws: `invalidGraph` for arrays that do not fit, `indexOutOfRange` for a label that is no class.
public func accuracy(
  _ logits: NDArray, _ labels: NDArray, mask: NDArray? = nil, file: StaticString = #fileID, line: UInt = #line
) throws(TapestryError) -> Double {
  try fetched([logits, labels], mask) { accuracy($0[0], $0[1], mask: $1, file: file, line: line) }[0]
}

/// The share of examples whose class is among the `count` greatest logits; of equal logits the first count.
///
/// - Parameters:
///   - logits: [..., classes], float.
///   - labels: the class of each example, int32 [...].
///   - count: how many classes are looked at, at most all.
///   - mask: bool, true where an example counts; it broadcasts to [...].
/// - Throws: `invalidGraph` for arrays that do not fit, `indexOutOfRange` for a label that is no class.
public func topKAccuracy(
  _ logits: NDArray, _ labels: NDArray, _ count: Int, mask: NDArray? = nil, file: StaticString = #fileID,
  line: UInt = #line
) throws(TapestryError) -> Double {
  try fetched([logits, labels], mask) { topKAccuracy($0[0], $0[1], count, mask: $1, file: file, line: line) }[0]
}

/// The share of yes-or-no outcomes that a threshold tells right.
///
/// - Parameters:
///   - scores: any shape, float: probabilities, or logits with a threshold of 0.
///   - targets: of that shape, bool, or numbers that mean yes above 1/2.
///   - threshold: above it a score means yes.
///   - mask: bool, true where an outcome counts; it broadcasts to the scores.
/// - Throws: `invalidGraph` for arrays that do not fit.
public func binaryAccuracy(
  _ scores: NDArray, _ targets: NDArray, threshold: Double = 0.5, mask: NDArray? = nil,
  file: StaticString = #fileID, line: UInt = #line
) throws(TapestryError) -> Double {
  try fetched([scores, targets], mask) {
    binaryAccuracy($0[0], $0[1], threshold: threshold, mask: $1, file: file, line: line)
  }[0]
}

/// How often each class was taken for each other, in classes that were fetched.
///
/// - Parameters:
///   - predicted: the class given to each example, int32 of any shape.
///   - labels: the true class of each, of the same type and shape.
///   - classes: how many there are.
/// - Returns: float32 [classes, classes]: a row for each true class, a column for each predicted one.
/// - Throws: `invalidGraph` for arrays that do not fit, `indexOutOfRange` for what is no class.
public func confusionMatrix(
  _ predicted: NDArray, _ labels: NDArray, classes: Int, file: StaticString = #fileID, line: UInt = #line
) throws(TapestryError) -> NDArray {
  let counts = try fetched([predicted, labels]) {
    confusionMatrix($0[0], $0[1], classes: classes, file: file, line: line)
  }
  return try NDArray(counts.map { Float($0) }, shape: [classes, classes])
}

/// Of the examples called a class, the share that is of it; one number, or one for each class.
///
/// - Parameter confusion: a matrix of counts, [classes, classes], or a sum of such.
/// - Throws: `invalidGraph` for what is no such matrix.
public func precision(
  _ confusion: NDArray, average: ClassAverage = .binary, file: StaticString = #fileID, line: UInt = #line
) throws(TapestryError) -> [Double] {
  try fetched([confusion]) { precision($0[0], average: average, file: file, line: line) }
}

/// Of the examples that are of a class, the share that was called so; one number, or one for each class.
///
/// - Parameter confusion: a matrix of counts, [classes, classes], or a sum of such.
/// - Throws: `invalidGraph` for what is no such matrix.
public func recall(
  _ confusion: NDArray, average: ClassAverage = .binary, file: StaticString = #fileID, line: UInt = #line
) throws(TapestryError) -> [Double] {
  try fetched([confusion]) { recall($0[0], average: average, file: file, line: line) }
}

/// The harmonic mean of precision and recall; one number, or one for each class.
///
/// - Parameter confusion: a matrix of counts, [classes, classes], or a sum of such.
/// - Throws: `invalidGraph` for what is no such matrix.
public func f1Score(
  _ confusion: NDArray, average: ClassAverage = .binary, file: StaticString = #fileID, line: UInt = #line
) throws(TapestryError) -> [Double] {
  try fetched([confusion]) { f1Score($0[0], average: average, file: file, line: line) }
}

/// The elements of what a function builds of arrays.
private func fetched(_ arrays: [NDArray], _ build: ([Tensor]) -> Tensor) throws(TapestryError) -> [Double] {
  let graph = Graph()
  let result = build(arrays.map { graph.constant($0) })
  try graph.validate()
  return try Interpreter(graph.snapshot).evaluate([result.value]).flatMap(\.doubles)
}

/// The elements of what a function builds of arrays and a mask.
private func fetched(
  _ arrays: [NDArray], _ mask: NDArray?, _ build: ([Tensor], Tensor?) -> Tensor
) throws(TapestryError) -> [Double] {
  try fetched(arrays + (mask.map { [$0] } ?? [])) { build($0, mask == nil ? nil : $0.last) }
}
