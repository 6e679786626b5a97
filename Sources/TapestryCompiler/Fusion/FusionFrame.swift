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
  private var reducedCount: Int { reduced.reduce(1) { $0 * space[$1] } }
  private var keptCount: Int { keptSpace.reduce(1, *) }

  /// The most elements of a space that is walked several times although one block holds all of it.
  private static let smallSpace = 16_384
  /// The longest row that stays in the second-level cache between two walks.
  private static let longestRow = 65_536

  /// Whether a reduced result may be read again over the whole space by the same kernel.
  ///
  /// Rows are walked one after the other, so a row must stay in cache, and there must be rows enough to share among
  /// threads; a reduction along rows (the last axis is kept) has only whole panels to keep.
  private var allowsSecondWalk: Bool {
    if space.reduce(1, *) <= FusionFrame.smallSpace { return true }
    guard let last = space.indices.last, reduced.contains(last) else { return false }
    return keptCount >= 8 && reducedCount <= FusionFrame.longestRow
  }

  /// The frame of two groups in one kernel, of which the second may read the first.
  ///
  /// - Throws: why there is none.
  func joined(with reader: FusionFrame) throws(FusionRefusal) -> JoinedFrame {
    if hasProduct && reader.hasProduct { throw .twoProducts }
    var frame = reader
    frame.hasProduct = hasProduct || reader.hasProduct
    if space == reader.space {
      guard reduced.isEmpty || reader.reduced.isEmpty || reduced == reader.reduced else { throw .reducesOtherAxes }
      if reader.reduced.isEmpty { frame.reduced = reduced }
      if frame.hasProduct && !frame.reduced.isEmpty { throw .productReduces }
      return JoinedFrame(frame: frame, firstIsKept: false, secondIsKept: false)
    }
    if !reader.reduced.isEmpty, reduced.isEmpty, space == reader.keptSpace {
      if frame.hasProduct { throw .productReduces }
      return JoinedFrame(frame: frame, firstIsKept: true, secondIsKept: false)
    }
    if !reduced.isEmpty, reader.space == keptSpace {
      if !reader.reduced.isEmpty { throw .reducesAgain }
      if frame.hasProduct { throw .productReduces }
      return JoinedFrame(frame: self, firstIsKept: false, secondIsKept: true)
    }
    throw .differentSpaces(producer: space, consumer: reader.space)
  }

  /// Checks that one member may read another in this frame.
  ///
  /// - Parameters:
  ///   - axes: for each squeezed axis of the producer, the squeezed axis it is where the consumer reads it.
  ///   - isKept: whether the producer is a kept member.
  ///   - readsKept: whether the consumer reads at the kept points (a reduction reads at all points).
  /// - Throws: why it may not.
  func check(axes: [Int], isKept: Bool, readsKept: Bool) throws(FusionRefusal) {
    if isKept == readsKept {
      let count = readsKept ? keptAxes.count : space.count
      if !axes.elementsEqual(0..<count) { throw .misaligned }
    } else {
      guard isKept, axes == keptAxes else { throw .misaligned }
      if !allowsSecondWalk { throw .rowTooLong(elements: reducedCount) }
    }
  }
}

/// What two groups are in one kernel.
struct JoinedFrame {
  let frame: FusionFrame
  /// Whether all members of a group become kept members, made once for each reduced result.
  let firstIsKept: Bool
  let secondIsKept: Bool
}
