public import TapestryCore
public import TapestryGraph

// An encoder reads the source with a GRU; the decoder, a GRU that starts from the encoder's last state, reads the target
// so far. Each state h of the decoder looks at all states of the encoder by its dot products with them:
//
//     context = softmax(h Sᵀ) S        attended = tanh([context, h] Wc)        logits = attended Wo + bo
//
// Since no step of the decoder depends on the attention of the step before, teacher forcing runs the whole target through
// one scan and attends for all steps at once; decoding is a scan whose step picks the likeliest token and feeds it back.
// Sources: I. Sutskever, O. Vinyals, Q. Le, Sequence to Sequence Learning with Neural Networks, 2014; M. Luong, H. Pham,
// C. Manning, Effective Approaches to Attention-based Neural Machine Translation, 2015, section 3 (global, dot).

/// A sequence-to-sequence model with attention, taught: the logits of each next target token, given the ones before.
///
/// Parameters, of the scope: the embeddings `source` and `target`, the GRUs `encoder` and `decoder`, the dense layers
/// `attended` without bias and `logits`. ``greedySequence(_:steps:start:vocabulary:targets:embedding:units:in:mask:dtype:file:line:)``
/// decodes with the same.
///
/// - Parameters:
///   - source: int32 [batch, source steps], each in `0 ..< vocabulary`.
///   - target: int32 [batch, target steps], each in `0 ..< targets`: the start token, then the target but its last token.
///   - vocabulary: how many source tokens there are.
///   - targets: how many target tokens there are.
///   - features: the extent of a token's vector.
///   - units: the extent of the hidden states.
///   - scope: where the parameters live; the same scope shares them.
///   - mask: bool [batch, source steps], true where a step counts; the true ones of an example come first.
///   - dtype: the float type of the parameters.
/// - Returns: logits [batch, target steps, targets], to be compared with the target.
public func sequenceToSequence(
  _ source: Tensor, _ target: Tensor, vocabulary: Int, targets: Int, embedding features: Int = 64, units: Int = 64,
  in scope: Scope, mask: Tensor? = nil, dtype: DType = .float32, file: StaticString = #fileID, line: UInt = #line
) -> Tensor {
  source.graph.located(file, line) {
    let model = Translator(targets: targets, features: features, units: units, scope: scope, dtype: dtype)
    let memory = model.encode(source, vocabulary, mask)
    return model.decode(target, from: memory.states, seeing: memory.output, mask).logits
  }
}

/// The target a sequence-to-sequence model finds step by step: at each the likeliest token, given those before.
///
/// Built with the sizes the model was trained with, in a program of its own that shares the state by path. A target that
/// ends earlier has an end token, which the model learned to give.
///
/// - Parameters:
///   - source: int32 [batch, source steps].
///   - steps: how many tokens to find.
///   - start: the token that stands before a target.
///   - mask: bool [batch, source steps], true where a step counts.
/// - Returns: int32 [batch, steps].
public func greedySequence(
  _ source: Tensor, steps: Int, start: Int, vocabulary: Int, targets: Int, embedding features: Int = 64,
  units: Int = 64, in scope: Scope, mask: Tensor? = nil, dtype: DType = .float32, file: StaticString = #fileID,
  line: UInt = #line
) -> Tensor {
  if source.isPoisoned { return source }
  return source.graph.located(file, line) {
    let model = Translator(targets: targets, features: features, units: units, scope: scope, dtype: dtype)
    let memory = model.encode(source, vocabulary, mask)
    let first = cast(source.graph.constant(Double(start)), to: .int32).broadcast(to: [source.extent(0)])
    let found = scan(over: [], from: [first, memory.states.hidden], length: steps, file: file, line: line) { step in
      let next = model.decode(
        expandDims(step.carries[0]), from: RecurrentStates(hidden: step.carries[1]), seeing: memory.output, mask)
      let token = argMax(squeeze(next.logits, axes: [1]))
      return ([token, next.states.hidden], [token])
    }
    return found.outputs.first?.transpose([1, 0]) ?? Tensor(source.graph, .poison)
  }
}

/// The two halves of the model and what they share.
private struct Translator {
  let targets: Int
  let features: Int
  let units: Int
  let scope: Scope
  let dtype: DType

  func encode(_ source: Tensor, _ vocabulary: Int, _ mask: Tensor?) -> RecurrentResult {
    let vectors = embedding(source, of: vocabulary, features, in: scope("source"), dtype: dtype)
    return gru(vectors, units, in: scope("encoder"), mask: mask)
  }

  func decode(
    _ target: Tensor, from states: RecurrentStates, seeing memory: Tensor, _ mask: Tensor?
  ) -> (logits: Tensor, states: RecurrentStates) {
    let vectors = embedding(target, of: targets, features, in: scope("target"), dtype: dtype)
    let read = gru(vectors, units, in: scope("decoder"), initial: states)
    // Plain dot products: the division by the root of the features is taken out again.
    let seen = dotProductAttention(
      read.output * Double(units).squareRoot(), memory, memory, mask: mask.map { expandDims($0, axis: 1) })
    let attended = tanh(
      dense(concatenate([seen, read.output], axis: -1), units, in: scope("attended"), bias: false))
    return (dense(attended, targets, in: scope("logits")), read.states)
  }
}
