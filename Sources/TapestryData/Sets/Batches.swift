/// The batches of a data set, each made when it is asked for.
///
/// A batch is a set of the same type as the whole, with fewer rows. Going through the batches twice gives the same
/// batches twice. ``prefetched(_:)`` makes them on another thread.
public struct Batches<Rows: DataRows>: RandomAccessCollection, Sendable {
  let rows: Rows
  let order: [Int]
  let size: Int

  /// The place of the first batch, 0.
  public var startIndex: Int { 0 }

  /// How many batches there are, a short last one included.
  public var endIndex: Int { order.isEmpty ? 0 : (order.count - 1) / size + 1 }

  /// Makes the batch of a place, which must exist.
  public subscript(place: Int) -> Rows {
    precondition(indices.contains(place), "batch \(place) of \(count)")
    return rows.selecting(rows: Array(order[(place * size)...].prefix(size)))
  }
}
