import TapestryCore
import TapestryGraph

extension ViewRules {
  static let cuts: [Rule] = [
    Rule("a slice of everything is nothing", on: Slice.self, .exact) { m in
      m.shape == m.type(0).shape ? m[0] : nil
    },
    Rule("a slice of a slice is one", on: Slice.self, .exact) { m in
      guard let inner = m.node(0, Slice.self), m.shape.count > 0 else { return nil }
      let axes = m.op.starts.indices
      let starts = axes.map { inner.op.starts[$0] + m.op.starts[$0] * inner.op.steps[$0] }
      let steps = axes.map { inner.op.steps[$0] * m.op.steps[$0] }
      let ends = axes.map { starts[$0] + (m.shape[$0] - 1) * steps[$0] + 1 }
      return slice(inner[0], starts: starts, ends: ends, steps: steps)
    },
    Rule("a slice within one joined piece is a slice of it", on: Slice.self, .exact) { m in
      guard let joined = m.node(0, Concatenate.self) else { return nil }
      let axis = joined.op.axis
      var first = 0
      for place in joined.operands.indices {
        let extent = joined.type(place).shape[axis]
        if m.op.starts[axis] >= first, m.op.ends[axis] <= first + extent {
          var (starts, ends) = (m.op.starts, m.op.ends)
          starts[axis] -= first
          ends[axis] -= first
          return slice(joined[place], starts: starts, ends: ends, steps: m.op.steps)
        }
        first += extent
      }
      return nil
    },
    Rule("a slice within what was padded is a slice of it", on: Slice.self, .exact) { m in
      guard let padded = m.node(0, Pad.self) else { return nil }
      let (axes, shape) = (m.op.starts.indices, padded.type(0).shape)
      let starts = axes.map { m.op.starts[$0] - padded.op.low[$0] }
      let ends = axes.map { m.op.ends[$0] - padded.op.low[$0] }
      guard axes.allSatisfy({ starts[$0] >= 0 && ends[$0] <= shape[$0] }) else { return nil }
      return slice(padded[0], starts: starts, ends: ends, steps: m.op.steps)
    },
    Rule("a pad of nothing is nothing", on: Pad.self, .exact) { m in m.shape == m.type(0).shape ? m[0] : nil },
    Rule("a pad of a pad is one", on: Pad.self, .exact) { m in
      guard let inner = m.node(0, Pad.self), inner.op.value == m.op.value, inner.op.value.sign == m.op.value.sign
      else { return nil }
      let axes = m.op.low.indices
      return pad(
        inner[0], low: axes.map { m.op.low[$0] + inner.op.low[$0] },
        high: axes.map { m.op.high[$0] + inner.op.high[$0] }, value: m.op.value)
    },
    Rule("a reverse along axes of extent 1, or none, is nothing", on: Reverse.self, .exact) { m in
      m.op.axes.allSatisfy { m.shape[$0] <= 1 } ? m[0] : nil
    },
    Rule("a reverse of a reverse is one", on: Reverse.self, .exact) { m in
      guard let inner = m.node(0, Reverse.self) else { return nil }
      let axes = m.shape.extents.indices.filter { m.op.axes.contains($0) != inner.op.axes.contains($0) }
      return axes.isEmpty ? inner[0] : reverse(inner[0], axes: axes)
    },
  ]

  static let joins: [Rule] = [
    Rule("one piece joined is the piece", on: Concatenate.self, .exact) { m in m.operands.count == 1 ? m[0] : nil },
    Rule("empty pieces are not joined", on: Concatenate.self, .exact) { m in
      let full = m.operands.indices.filter { m.type($0).shape[m.op.axis] > 0 }
      return full.isEmpty || full.count == m.operands.count ? nil : concatenate(full.map { m[$0] }, axis: m.op.axis)
    },
    Rule("joined pieces that are joined are all joined at once", on: Concatenate.self, .exact) { m in
      var pieces: [Tensor] = []
      for place in m.operands.indices {
        if let inner = m.node(place, Concatenate.self), inner.op.axis == m.op.axis, m.isSoleUse(place) {
          pieces += inner.operands
        } else {
          pieces.append(m[place])
        }
      }
      guard pieces.count > m.operands.count, pieces.count <= Concatenate.mostOperands else { return nil }
      return concatenate(pieces, axis: m.op.axis)
    },
    Rule("neighbouring slices joined are one slice", on: Concatenate.self, .exact) { m in
      guard m.operands.count > 1, let first = m.node(0, Slice.self) else { return nil }
      let axis = m.op.axis
      guard first.op.steps[axis] == 1 else { return nil }
      var ends = first.op.ends
      for place in m.operands.indices.dropFirst() {
        guard let next = m.node(place, Slice.self), next[0] == first[0], next.op.steps == first.op.steps,
          next.op.starts[axis] == ends[axis]
        else { return nil }
        let others = ends.indices.filter { $0 != axis }
        guard others.allSatisfy({ next.op.starts[$0] == first.op.starts[$0] && next.op.ends[$0] == ends[$0] })
        else { return nil }
        ends[axis] = next.op.ends[axis]
      }
      return slice(first[0], starts: first.op.starts, ends: ends, steps: first.op.steps)
    },
    Rule("neighbouring pieces padded with 0 and added are joined", on: Add.self, .reassociates) { m in
      guard m.isSoleUse(0), m.isSoleUse(1), let a = m.node(0, Pad.self), let b = m.node(1, Pad.self),
        a.shape == m.shape, b.shape == m.shape
      else { return nil }
      return joined(a, b) ?? joined(b, a)
    },
    Rule("pieces padded with 0 that fill an axis and are added are joined", on: Add.self, .reassociates) { m in
      guard let pieces = paddedPieces(m), let axis = filledAxis(pieces, m.shape) else { return nil }
      let order = pieces.indices.sorted { pieces[$0].op.low[axis] < pieces[$1].op.low[axis] }
      return concatenate(order.map { pieces[$0][0] }, axis: axis)
    },
  ]

  /// The most pieces looked at.
  private static let mostPieces = 8

  /// The pieces a sum consists of, each padded with 0; nil where it is a sum of anything else.
  private static func paddedPieces(_ sum: Match<Add>) -> [Match<Pad>]? {
    var pieces: [Match<Pad>] = []
    var open = sum.operands
    while let tensor = open.popLast() {
      if let piece = sum.node(tensor, Pad.self) {
        guard piece.op.value == 0, piece.shape == sum.shape else { return nil }
        pieces.append(piece)
      } else if let inner = sum.node(tensor, Add.self) {
        open += inner.operands
      } else {
        return nil
      }
      if open.count + pieces.count > mostPieces { return nil }
    }
    return pieces
  }

  /// The axis that pieces lie one after the other on, from end to end, while they fill all others.
  private static func filledAxis(_ pieces: [Match<Pad>], _ shape: Shape) -> Int? {
    let cut = shape.extents.indices.filter { axis in pieces.contains { $0.type(0).shape[axis] != shape[axis] } }
    guard cut.count == 1, let axis = cut.first else { return nil }
    let spans = pieces.map { $0.op.low[axis]..<$0.op.low[axis] + $0.type(0).shape[axis] }
      .sorted { ($0.lowerBound, $0.upperBound) < ($1.lowerBound, $1.upperBound) }
    let isFilled = zip(spans, spans.dropFirst()).allSatisfy { $0.upperBound == $1.lowerBound }
    return isFilled && spans[0].lowerBound == 0 && spans.last?.upperBound == shape[axis] ? axis : nil
  }

  /// The sum of two pieces padded with 0, when the second begins where the first ends.
  private static func joined(_ a: Match<Pad>, _ b: Match<Pad>) -> Tensor? {
    guard a.op.value == 0, b.op.value == 0 else { return nil }
    let axes = a.op.low.indices
    let cut = axes.filter { a.op.low[$0] != b.op.low[$0] || a.op.high[$0] != b.op.high[$0] }
    guard cut.count == 1, let axis = cut.first, a.op.low[axis] + a.type(0).shape[axis] == b.op.low[axis] else {
      return nil
    }
    var high = a.op.high
    high[axis] = b.op.high[axis]
    return pad(concatenate([a[0], b[0]], axis: axis), low: a.op.low, high: high)
  }
}
