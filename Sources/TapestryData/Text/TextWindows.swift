public import TapestryCore

/// Windows of a text: each row a number of steps, and the same one character on.
///
/// A batch is of the same type, so `batch.inputs` and `batch.targets` feed a model as they are.
public struct TextWindows: DataRows, Hashable {
  /// How many characters a window has.
  public let steps: Int
  private let numbers: [Int32]
  private let starts: [Int]

  /// Windows of a text; each start must leave room for a window and one character more.
  init(_ numbers: [Int32], starts: [Int], steps: Int) {
    self.numbers = numbers
    self.starts = starts
    self.steps = steps
  }

  /// How many windows there are.
  public var rowCount: Int { starts.count }

  /// What the model sees: `int32[rows, steps]`.
  public var inputs: NDArray { characters(from: 0) }

  /// What it is asked for, the character after each: `int32[rows, steps]`.
  public var targets: NDArray { characters(from: 1) }

  /// The windows at these places. Each place must exist.
  public func selecting(rows: [Int]) -> TextWindows {
    TextWindows(numbers, starts: rows.map { starts[$0] }, steps: steps)
  }

  private func characters(from shift: Int) -> NDArray {
    NDArray(elements: [rowCount, steps], Int32.self) { numbers[starts[$0 / steps] + $0 % steps + shift] }
  }
}

extension TextCorpus {
  /// Windows from the beginning of the text on; what is left at the end is too short for one.
  ///
  /// - Parameters:
  ///   - steps: how many characters a window has.
  ///   - distance: from one start to the next; by default `steps`, so that windows touch and do not overlap.
  /// - Throws: `invalidAttribute` for numbers below 1, `invalidFile` when the text is shorter than a window.
  public func windows(of steps: Int, every distance: Int? = nil) throws(TapestryError) -> TextWindows {
    let distance = distance ?? steps
    try require(1, of: steps, "windows", distance)
    return TextWindows(numbers, starts: Array(stride(from: 0, to: count - steps, by: distance)), steps: steps)
  }

  /// Windows at random places, each place as likely as any other; the same seed and epoch give the same windows.
  ///
  /// - Parameters:
  ///   - rows: how many windows.
  ///   - steps: how many characters a window has.
  ///   - seed: names the choice.
  ///   - epoch: the pass over the data; each has windows of its own.
  /// - Throws: `invalidAttribute` for numbers below 1, `invalidFile` when the text is shorter than a window.
  public func randomWindows(
    _ rows: Int, of steps: Int, seed: Int, epoch: Int = 0
  ) throws(TapestryError) -> TextWindows {
    try require(1, of: steps, "windows", rows)
    let stream = RandomStream(seed: seed, name: "data/windows/\(epoch)")
    let places = UInt64(count - steps)
    let starts = (0..<rows).map { Int((UInt64(stream.bits(at: $0)) * places) >> 32) }
    return TextWindows(numbers, starts: starts, steps: steps)
  }

  /// Batches that continue each other: the text is cut into as many streams as a batch has rows, and row i of each batch
  /// goes on where row i of the batch before ended. A model that keeps its state from batch to batch so sees more than
  /// a window.
  ///
  /// - Parameters:
  ///   - rows: how many streams; each batch has a row of each.
  ///   - steps: how many characters a window has.
  /// - Throws: `invalidAttribute` for numbers below 1, `invalidFile` when a stream is shorter than a window.
  public func streams(_ rows: Int, of steps: Int) throws(TapestryError) -> Batches<TextWindows> {
    try require(rows, of: steps, "streams", rows)
    let length = (count - 1) / rows
    let starts = (0..<length / steps).flatMap { batch in (0..<rows).map { $0 * length + batch * steps } }
    return TextWindows(numbers, starts: starts, steps: steps).batches(of: rows)
  }

  /// Checks that the text has room for windows side by side.
  private func require(_ rows: Int, of steps: Int, _ what: String, _ number: Int) throws(TapestryError) {
    guard steps >= 1, number >= 1 else {
      throw TapestryError(
        .invalidAttribute, "\(what) of \(steps) steps with \(number) of them or between them",
        remedy: "give whole numbers of 1 or more")
    }
    let (least, overflow) = rows.multipliedReportingOverflow(by: steps)
    guard !overflow, least < count else {
      throw TapestryError(
        .invalidFile,
        "'\(source)': expected more than \(overflow ? Int.max : least) characters for \(rows) × \(steps) steps, "
          + "found \(count)", remedy: "give a longer text, fewer rows or shorter windows")
    }
  }
}
