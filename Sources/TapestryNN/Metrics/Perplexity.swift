import Foundation
public import TapestryGraph

/// How many equally likely outcomes a model is as unsure about: the exponential of a mean cross-entropy in nats.
///
/// - Parameter crossEntropy: the mean over all examples, as `softmaxCrossEntropy` gives it. Of batches the means are
///   averaged first. Float.
public func perplexity(_ crossEntropy: Tensor, file: StaticString = #fileID, line: UInt = #line) -> Tensor {
  guard crossEntropy.isFloat(for: "perplexity", file, line) else { return Tensor(crossEntropy.graph, .poison) }
  return crossEntropy.graph.located(file, line) { exp(crossEntropy) }
}

/// How many equally likely outcomes a model is as unsure about, from a mean cross-entropy in nats that was fetched.
public func perplexity(_ crossEntropy: Double) -> Double { Foundation.exp(crossEntropy) }
