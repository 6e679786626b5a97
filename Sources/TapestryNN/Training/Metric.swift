public import TapestryCompiler
public import TapestryCore

// A quantity over many batches is made of what the program reports for each. Means are weighed by the rows of their
// batch, so a short last batch counts as its rows do and the mean is that over all rows. What is no mean of means, such
// as a precision, is made at the end from a sum of counts.

/// Something measured over the rows of an epoch or of an evaluation, from an output of the program.
public struct Metric: Sendable {
  /// What it is called in histories, logs and by callbacks; over validation rows `val_` comes before it.
  public let name: String
  /// The output it is made of.
  public let output: Output
  let isMean: Bool
  let value: @Sendable (NDArray) throws(TapestryError) -> Double

  /// The mean over all rows of an output that is a mean over the rows of a batch.
  ///
  /// - Parameters:
  ///   - output: a scalar.
  ///   - name: what it is called; the output's name by default.
  ///   - value: makes of the mean what is wanted, such as `exp` the perplexity of a cross-entropy.
  public static func mean(
    _ output: Output, as name: String? = nil, _ value: @escaping @Sendable (Double) -> Double = { $0 }
  ) -> Metric {
    Metric(name: name ?? output.name, output: output, isMean: true) { value($0.double(at: 0)) }
  }

  /// A number made of the sum of an output over all batches.
  ///
  /// - Parameters:
  ///   - output: of any shape, the same for each batch.
  ///   - name: what it is called.
  ///   - value: makes the number of the sum, a float64 array.
  public static func sum(
    _ output: Output, as name: String, _ value: @escaping @Sendable (NDArray) throws(TapestryError) -> Double
  ) -> Metric {
    Metric(name: name, output: output, isMean: false, value: value)
  }

  /// The precision over all rows.
  ///
  /// - Parameter confusion: reports what `confusionMatrix` gives.
  public static func precision(
    _ confusion: Output, average: ClassAverage = .binary, as name: String = "precision"
  ) -> Metric {
    sum(confusion, as: name) { (matrix) throws(TapestryError) in
      try single(TapestryNN.precision(matrix, average: average))
    }
  }

  /// The recall over all rows.
  ///
  /// - Parameter confusion: reports what `confusionMatrix` gives.
  public static func recall(
    _ confusion: Output, average: ClassAverage = .binary, as name: String = "recall"
  ) -> Metric {
    sum(confusion, as: name) { (matrix) throws(TapestryError) in
      try single(TapestryNN.recall(matrix, average: average))
    }
  }

  /// The F1 score over all rows: the harmonic mean of precision and recall.
  ///
  /// - Parameter confusion: reports what `confusionMatrix` gives.
  public static func f1Score(_ confusion: Output, average: ClassAverage = .binary, as name: String = "f1") -> Metric {
    sum(confusion, as: name) { (matrix) throws(TapestryError) in
      try single(TapestryNN.f1Score(matrix, average: average))
    }
  }

  /// The one number of a share.
  private static func single(_ numbers: [Double]) throws(TapestryError) -> Double {
    guard numbers.count == 1 else {
      throw TapestryError(
        .shapeMismatch, "a metric is one number for each class, not one", remedy: "average over the classes")
    }
    return numbers[0]
  }
}
