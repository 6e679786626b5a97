/// The iteration space of a fused kernel and what its members are to it.
///
/// `space` holds the squeezed extents of its widest members; `reduced` the axes of it that reductions in the kernel
/// combine. A member is *full* (one element for each point of the space) or *kept* (one for each point of the axes
/// that are not reduced).
struct FusionFrame: Sendable {
  var space: [Int]
  var reduced: [Int] = []
  var hasProduct = false

  var keptAxes: [Int] { space.indices.filter { !reduced.contains($0) } }
  var keptSpace: [Int] { keptAxes.map { space[$0] } }
  /// Elements combined into one.
  var reducedCount: Int { reduced.reduce(1) { $0 * space[$1] } }
  var keptCount: Int { keptSpace.reduce(1, *) }

  /// The most elements of a space that is walked several times although one block holds all of it.
  private static let smallSpace = 16_384
  /// The longest row that stays in the second-level cache between two walks.
  private static let longestRow = 65_536

  /// Whether a reduced result may be read again over the whole space by the same kernel.
  ///
  /// Rows are walked one after the other, so a row must stay in cache, and there must be rows enough to share among
  /// threads; a reduction along rows (the last axis is kept) has only whole panels to keep.
  var allowsSecondWalk: Bool {
    if space.reduce(1, *) <= FusionFrame.smallSpace { return true }
    guard let last = space.indices.last, reduced.contains(last) else { return false }
    return keptCount >= 8 && reducedCount <= FusionFrame.longestRow
  }
}

/// What becomes of producer and consumer when an edge is fused.
enum FusionFit {
  /// Both keep their place.
  case same(FusionFrame)
  /// The producer's members become kept members of the consumer's frame.
  case producerKept(FusionFrame)
  /// The consumer's members become kept members of the producer's frame.
  case consumerKept(FusionFrame)
  case refused(FusionRefusal)

  /// Decides an edge.
  ///
  /// - Parameters:
  ///   - axes: for each squeezed axis of the producing node, the squeezed axis it is where the consumer reads it.
  ///   - producerIsKept: whether the producing node is kept in its frame.
  ///   - readsKept: whether the consumer reads at the kept points of its frame (a reduction reads at all points).
  init(
    producer: FusionFrame, producerIsKept: Bool, axes: [Int], consumer: FusionFrame, readsKept: Bool
  ) {
    let identity = Array(axes.indices)
    var joined = FusionFrame(
      space: consumer.space, reduced: consumer.reduced.isEmpty ? producer.reduced : consumer.reduced,
      hasProduct: consumer.hasProduct || producer.hasProduct)
    guard !(producer.hasProduct && consumer.hasProduct) else {
      self = .refused(.twoProducts)
      return
    }
    if !readsKept, producer.space == consumer.space {
      guard producer.reduced.isEmpty || consumer.reduced.isEmpty || producer.reduced == consumer.reduced else {
        self = .refused(.reducesOtherAxes)
        return
      }
      if joined.hasProduct, !joined.reduced.isEmpty { self = .refused(.productReduces); return }
      if !producerIsKept { self = .same(joined); return }
      if axes != producer.keptAxes {
        self = .refused(.misaligned)
      } else {
        self = joined.allowsSecondWalk ? .same(joined) : .refused(.rowTooLong(elements: joined.reducedCount))
      }
      return
    }
    if readsKept, producerIsKept, producer.space == consumer.space {
      if producer.reduced != consumer.reduced { self = .refused(.reducesOtherAxes); return }
      self = axes == identity ? .same(joined) : .refused(.misaligned)
      return
    }
    if !producerIsKept, producer.reduced.isEmpty, !producer.hasProduct, !consumer.reduced.isEmpty,
      producer.space == consumer.keptSpace
    {
      self = axes == (readsKept ? identity : consumer.keptAxes) ? .producerKept(consumer) : .refused(.misaligned)
      return
    }
    if producerIsKept, consumer.reduced.isEmpty, consumer.space == producer.keptSpace, !readsKept {
      joined = producer
      if consumer.hasProduct { self = .refused(.productReduces); return }
      self = axes == identity ? .consumerKept(joined) : .refused(.misaligned)
      return
    }
    if producerIsKept, !consumer.reduced.isEmpty, consumer.space == producer.keptSpace {
      self = .refused(.reducesAgain)
      return
    }
    self = .refused(
      .differentSpaces(producer: producerIsKept ? producer.keptSpace : producer.space, consumer: consumer.space))
  }
}
