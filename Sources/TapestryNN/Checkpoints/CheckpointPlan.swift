/// Where and how often a trainer writes a ``Checkpoint``: after every so many epochs and when the training ends.
public struct CheckpointPlan: Sendable, Hashable {
  /// The `.safetensors` file, which always holds the last one.
  public let path: String
  /// After how many epochs each.
  public let every: Int

  /// A plan.
  ///
  /// - Parameters:
  ///   - path: the `.safetensors` file.
  ///   - epochs: after how many epochs each; less than 1 counts as 1.
  public init(to path: String, every epochs: Int = 1) {
    self.path = path
    every = Swift.max(1, epochs)
  }
}
