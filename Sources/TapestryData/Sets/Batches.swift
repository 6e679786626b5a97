/// The batches of a data set, each made when it is asked for.
///
/// A batch is a set of the same type as the whole, with fewer rows. Going through the batches twice gives the same
/// batches twice.
public struct Batches<Rows: DataRows>: Sequence, Sendable {
  let rows: Rows
  let order: [Int]
  let size: Int

  /// How many batches there are, a short last one included.
  public var count: Int { order.isEmpty ? 0 : (order.count - 1) / size + 1 }

  /// Begins with the first batch.
  public func makeIterator() -> Iterator { Iterator(rows: rows, order: order[...], size: size) }

  /// The same as ``count``.
  public var underestimatedCount: Int { count }

  /// Makes one batch after another.
  public struct Iterator: IteratorProtocol, Sendable {
    let rows: Rows
    var order: ArraySlice<Int>
    let size: Int

    /// The next batch, nil after the last.
    public mutating func next() -> Rows? {
      guard !order.isEmpty else { return nil }
      defer { order = order.dropFirst(size) }
      return rows.selecting(rows: Array(order.prefix(size)))
    }
  }
}
