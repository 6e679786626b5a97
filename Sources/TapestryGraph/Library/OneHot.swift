public import TapestryCore

/// For each int32 label a vector of `count` elements along a new last axis: 1 at the label, 0 elsewhere.
///
/// A run that meets a label outside `0 ..< count` throws `indexOutOfRange`.
public func oneHot(
  _ labels: Tensor, count: Int, _ dtype: DType = .float32, file: StaticString = #fileID, line: UInt = #line
) -> Tensor {
  labels.graph.located(file, line) { cast(oneHotMask(labels, count: count), to: dtype) }
}

/// The mask that is true at each label, along a new last axis.
func oneHotMask(_ labels: Tensor, count: Int) -> Tensor {
  let checked = checkIndex(labels, bound: count)
  if checked.isPoisoned { return checked }
  return checked.reshape(Shape(labels.shape.extents + [1])) .== labels.graph.iota([count])
}
