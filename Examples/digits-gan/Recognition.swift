import Tapestry

/// What a classifier makes of images: of each the likeliest class and how likely it is.
struct Recognition {
  /// By image: the class.
  let classes: [Int]
  /// By image: the probability of its class.
  let confidences: [Double]

  /// - Parameter probabilities: [images, 10].
  init(_ probabilities: NDArray) {
    let values = probabilities.doubles
    let rows = stride(from: 0, to: values.count, by: 10).map { values[$0..<$0 + 10] }
    confidences = rows.map { $0.max() ?? 0 }
    classes = rows.map { row in (row.firstIndex { $0 == row.max() } ?? row.startIndex) - row.startIndex }
  }

  /// The images taken for a class.
  func members(of digit: Int) -> [Int] { classes.indices.filter { classes[$0] == digit } }

  /// The mean confidence of the images taken for a class, 0 without any.
  func confidence(of digit: Int) -> Double { mean(members(of: digit)) }

  /// The mean confidence of all images.
  var confidence: Double { mean(Array(classes.indices)) }

  /// The classes that are there: those of at least one image in fifty, recognised with a mean confidence of 0.8.
  var recognised: [Int] {
    (0..<10).filter { members(of: $0).count * 50 >= classes.count && confidence(of: $0) >= 0.8 }
  }

  /// A line that says how it went.
  var summary: String { "\(recognised.count) of 10 classes recognised, mean confidence \(decimal(confidence, 3))" }

  private func mean(_ images: [Int]) -> Double {
    images.isEmpty ? 0 : images.reduce(0) { $0 + confidences[$1] } / Double(images.count)
  }
}
