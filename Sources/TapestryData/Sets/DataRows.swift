import TapestryCore

/// A set of examples held as rows: what can be selected, split and cut into batches.
///
/// A conforming type says how many rows it has and how to make a set of some of them; splitting and batching come with
/// it. Row orders are drawn from the counter-based ``RandomStream``, so that the same seed gives the same
/// order on every machine and in every run.
public protocol DataRows: Sendable {
  /// How many rows there are.
  var rowCount: Int { get }

  /// A set of the rows at these places, in their order; a place may be given several times. Each place must exist.
  func selecting(rows: [Int]) -> Self
}

extension DataRows {
  /// The rows that are not held out and the rows that are, each in their own order.
  public func split(heldOut: (_ row: Int) -> Bool) -> (training: Self, heldOut: Self) {
    var (kept, held): ([Int], [Int]) = ([], [])
    for row in 0..<rowCount {
      if heldOut(row) { held.append(row) } else { kept.append(row) }
    }
    return (selecting(rows: kept), selecting(rows: held))
  }

  /// Holds out a random part of the rows.
  ///
  /// - Parameters:
  ///   - part: the part held out, from 0 to 1; outside it counts as the nearer of them. The number of rows held out is
  ///     rounded to the nearest.
  ///   - seed: names the choice; the same seed holds out the same rows.
  public func split(holdingOut part: Double, seed: Int) -> (training: Self, heldOut: Self) {
    let wanted = Int((Double(rowCount) * (part.isNaN ? 0 : Swift.max(0, Swift.min(1, part)))).rounded())
    let held = Set(RandomStream(seed: seed, name: "data/split").permutation(of: rowCount).prefix(wanted))
    return split(heldOut: held.contains)
  }

  /// The rows in batches, shuffled.
  ///
  /// The order depends on seed, epoch and the number of rows alone. A last batch that is short is kept.
  ///
  /// - Parameters:
  ///   - size: rows of a batch; less than 1 counts as 1.
  ///   - seed: names the order.
  ///   - epoch: the pass over the data; each has an order of its own.
  public func batches(of size: Int, seed: Int, epoch: Int = 0) -> Batches<Self> {
    let stream = RandomStream(seed: seed, name: "data/batches/\(epoch)")
    return Batches(rows: self, order: stream.permutation(of: rowCount), size: Swift.max(1, size))
  }

  /// The rows in batches, in their own order, as for evaluation. A last batch that is short is kept.
  ///
  /// - Parameter size: rows of a batch; less than 1 counts as 1.
  public func batches(of size: Int) -> Batches<Self> {
    Batches(rows: self, order: Array(0..<rowCount), size: Swift.max(1, size))
  }
}
