public import TapestryCore
public import TapestryGraph

/// A recurrent classifier of sequences: recurrent layers, and a dense layer on what they hold after the last step.
///
/// Parameters are those of the recurrent layers in `recurrent` and of the dense layer `logits` of the scope.
///
/// - Parameters:
///   - x: [batch, steps, features], float, such as the rows of an image.
///   - kind: the recurrent layer.
///   - units: the extent of its hidden state.
///   - layers: how many layers follow one another.
///   - bidirectional: whether each also runs from the last step to the first; the dense layer sees both ends.
///   - classes: the units of the dense layer.
///   - scope: where the parameters live; the same scope shares them.
///   - mask: bool [batch, steps], true where a step counts; the true ones of an example come first.
///   - rate: the share of the last state that is dropped; give 0 in evaluation.
/// - Returns: logits [batch, classes].
public func sequenceClassifier(
  _ x: Tensor, _ kind: RecurrentKind = .lstm, units: Int = 128, layers: Int = 1, bidirectional: Bool = false,
  classes: Int = 10, in scope: Scope, mask: Tensor? = nil, dropping rate: Double = 0, file: StaticString = #fileID,
  line: UInt = #line
) -> Tensor {
  x.graph.located(file, line) {
    let last = kind(
      x, units, in: scope("recurrent"), layers: layers, bidirectional: bidirectional, mask: mask,
      output: .lastStep, file: file, line: line
    ).output
    return dense(dropout(last, rate: rate, from: scope), classes, in: scope("logits"))
  }
}

/// A recurrent classifier of tokens: an embedding, then ``sequenceClassifier(_:_:units:layers:bidirectional:classes:in:mask:dropping:file:line:)``.
///
/// Parameters are those of the embedding `embedding` of the scope and of the classifier.
///
/// - Parameters:
///   - tokens: int32 [batch, steps], each in `0 ..< vocabulary`.
///   - vocabulary: how many tokens there are.
///   - features: the extent of a token's vector.
///   - kind: the recurrent layer; the rest as for sequences of features.
///   - dtype: the float type of the parameters.
/// - Returns: logits [batch, classes].
public func tokenClassifier(
  _ tokens: Tensor, vocabulary: Int, embedding features: Int = 128, _ kind: RecurrentKind = .simple,
  units: Int = 128, layers: Int = 2, bidirectional: Bool = false, classes: Int = 10, in scope: Scope,
  mask: Tensor? = nil, dropping rate: Double = 0, dtype: DType = .float32, file: StaticString = #fileID,
  line: UInt = #line
) -> Tensor {
  tokens.graph.located(file, line) {
    sequenceClassifier(
      embedding(tokens, of: vocabulary, features, in: scope("embedding"), dtype: dtype), kind, units: units,
      layers: layers, bidirectional: bidirectional, classes: classes, in: scope, mask: mask, dropping: rate,
      file: file, line: line)
  }
}

/// A classifier of image sequences: convolutions of each image, then a recurrent classifier over what they make.
///
/// (J. Donahue et al., Long-term Recurrent Convolutional Networks for Visual Recognition and Description, 2015.)
/// Parameters are those of the convolutions `convolution0`, `convolution1`, ... of the scope and of
/// ``sequenceClassifier(_:_:units:layers:bidirectional:classes:in:mask:dropping:file:line:)``.
///
/// - Parameters:
///   - frames: [batch, steps, height, width, channels], float.
///   - filters: the channels each convolution makes; each is followed by relu and a maximum over windows of 2 by 2.
///   - kernel: height and width of all filters.
///   - kind: the recurrent layer; the rest as for sequences of features.
///   - padding: that of the convolutions.
/// - Returns: logits [batch, classes].
public func imageSequenceClassifier(
  _ frames: Tensor, filters: [Int] = [16, 32], kernel: Int = 3, _ kind: RecurrentKind = .lstm, units: Int = 64,
  layers: Int = 1, bidirectional: Bool = false, classes: Int = 10, in scope: Scope, mask: Tensor? = nil,
  padding: WindowPadding = .valid, dropping rate: Double = 0, file: StaticString = #fileID, line: UInt = #line
) -> Tensor {
  if frames.isPoisoned { return frames }
  let shape = frames.shape.extents
  guard shape.count == 5 else {
    return frames.graph.refuse(
      "imageSequenceClassifier of \(frames.type)",
      OpFault(
        .shapeMismatch, "it is no batch of image sequences", remedy: "give [batch, steps, height, width, channels]"),
      at: SourcePlace(file, line))
  }
  return frames.graph.located(file, line) {
    let images = frames.reshape(Shape([shape[0] * shape[1]] + shape[2...]))
    let maps = flatten(
      convolutions(images, filters, kernel, in: scope, padding, .glorotUniform, poolsLast: true) { relu($0) })
    if maps.isPoisoned { return maps }
    return sequenceClassifier(
      maps.reshape([shape[0], shape[1], maps.extent(-1)]), kind, units: units, layers: layers,
      bidirectional: bidirectional, classes: classes, in: scope, mask: mask, dropping: rate, file: file, line: line)
  }
}
