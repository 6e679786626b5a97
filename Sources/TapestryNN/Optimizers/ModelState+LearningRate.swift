public import TapestryCompiler
public import TapestryCore

extension ModelState {
  /// The learning rate an optimizer keeps in this state, before what its schedule makes of it; nil when it keeps none.
  ///
  /// - Parameter optimizer: the path of the optimizer: `optimizer` for one over everything, `part/optimizer` for one
  ///   over the scope `part`.
  public func learningRate(of optimizer: String = "optimizer") -> Double? { self[optimizer + "/rate"]?.doubles.first }

  /// Changes the learning rate an optimizer keeps, rounded to the type it is kept in.
  ///
  /// - Throws: `invalidState` when no optimizer keeps a rate at the path, `invalidAttribute` for a rate that is not a
  ///   number of 0 or more.
  public mutating func setLearningRate(_ rate: Double, of optimizer: String = "optimizer") throws(TapestryError) {
    let suffix = "/rate"
    guard let kept = self[optimizer + suffix] else {
      let known = paths.filter { $0.hasSuffix(suffix) }.map { String($0.dropLast(suffix.count)) }
      throw TapestryError(
        .invalidState, "no optimizer keeps its rate at '\(optimizer)\(suffix)'",
        remedy: (nearest(to: optimizer, in: known) ?? known.first).map { "did you mean '\($0)'?" }
          ?? "give a state of a program that minimizes")
    }
    guard rate >= 0, rate.isFinite else {
      throw TapestryError(
        .invalidAttribute, "the learning rate of '\(optimizer)' is set to \(rate)", remedy: "give a number of 0 or more"
      )
    }
    self[optimizer + suffix] = NDArray(repeating: rate, kept.shape, kept.dtype)
  }
}
