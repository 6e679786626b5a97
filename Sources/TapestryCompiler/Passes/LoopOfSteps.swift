import TapestryCore
import TapestryGraph

/// A loop made of steps, or of those nodes of each that belong together.
struct LoopOfSteps {
  /// A value that is handed on, as the model step reads and as it makes it, and what the first step reads.
  private struct Carry {
    let read, made, start: Value
  }

  private let steps: RepeatedSteps
  /// By position in the step whether the loop computes it.
  let holds: [Bool]
  private var carries: [Carry] = []
  /// What each step reads of its own, from outside.
  private var slices: [[Value]] = []
  private var captures: [Value] = []
  /// The values that are read outside of the loop.
  var reads: [(step: Int, position: Int, output: Int)] = []

  /// - Returns: nil where two sequences that differ are one in the model step.
  init?(_ steps: RepeatedSteps, _ holds: [Bool]) {
    (self.steps, self.holds) = (steps, holds)
    let model = steps.model - steps.steps.lowerBound
    var known: [Value: [Value]] = [:]
    for position in holds.indices where holds[position] {
      for (place, source) in steps.sources[position].enumerated() {
        if case .sameStep(let made, _) = source, holds[made] { continue }
        let read = steps.steps.map { steps.operand(place, position, $0) }
        let views = viewed(read)
        for values in [read] + (views.map { [$0] } ?? []) {
          guard known[values[model], default: values] == values else { return nil }
        }
        let values = views ?? read
        let isNew = known[values[model]] == nil
        (known[read[model]], known[values[model]]) = (read, values)
        guard isNew else { continue }
        if views == nil, case .stepBefore(let made, let output) = source, holds[made] {
          let result = Value(steps.node(made, steps.model), Int(output))
          carries.append(Carry(read: read[model], made: result, start: read[0]))
        } else if values.contains(where: { $0 != values[model] }) {
          slices.append(values)
        } else if !steps.pieces.isNumber(values[model]) {
          captures.append(values[model])
        }
      }
    }
  }

  /// What values are transposes of, if all are and that is made outside: a step takes the transpose again.
  private func viewed(_ values: [Value]) -> [Value]? {
    let store = steps.pieces.store
    let op = store.nodes[Int(values[0].node)].op
    guard store.isOp(Int(values[0].node), Transpose.self),
      values.allSatisfy({ store.nodes[Int($0.node)].op == op })
    else { return nil }
    let viewed = values.map { store.operand(0, of: Int($0.node)) }
    return viewed.allSatisfy { !steps.holds($0, at: holds) } ? viewed : nil
  }

  /// What is read from outside of the loop.
  var given: [Value] { carries.map(\.start) + slices.joined() + captures }

  /// Records the loop, and slices of its stacks for what is read outside.
  func record(in replay: inout ProgramReplay) {
    let (first, last) = (steps.steps.lowerBound, steps.steps.upperBound - 1)
    let sequences = slices.map { values in StepValues(values.map { replay[$0] }) }
    let isReverse = sequences.count { $0.isDescending } > sequences.count { $0.isAscending }

    // A last value that is handed on anyway needs no stack.
    let handedOn = Dictionary(carries.enumerated().map { ($1.made, $0) }) { first, _ in first }
    var stacked: [Value] = []
    var places: [Value: Int] = [:]
    for (step, position, output) in reads {
      let made = model(position, output)
      guard step != last || handedOn[made] == nil, places[made] == nil else { continue }
      places[made] = carries.count + stacked.count
      stacked.append(made)
    }
    let scan = Scan(
      cutting: replay.old.store,
      inputs: ScanParts(
        carries: carries.map(\.read), slices: slices.map { $0[steps.model - first] }, captures: captures),
      outputs: carries.map(\.made) + stacked, length: steps.steps.count, isReverse: isReverse)
    let operands =
      carries.map { replay[$0.start] } + sequences.map { $0.stacked(reversed: isReverse) }
      + captures.map { replay[$0] }
    let results = replay.graph.record(scan, operands)
    for (step, position, output) in reads {
      let made = model(position, output)
      replay[Value(steps.node(position, step), output)] =
        places[made].map { results[$0].row(isReverse ? last - step : step - first) } ?? results[handedOn[made]!]
    }
  }

  private func model(_ position: Int, _ output: Int) -> Value { Value(steps.node(position, steps.model), output) }
}

extension RepeatedPieces {
  /// Whether a value is a number, or one repeated.
  func isNumber(_ value: Value) -> Bool {
    var node = Int(value.node)
    while store.isOp(node, Broadcast.self) || store.isOp(node, Reshape.self) {
      node = Int(store.operand(0, of: node).node)
    }
    return store.scalar(node) != nil
  }
}

/// The values of a sequence of steps.
private struct StepValues {
  private let tensors: [Tensor]
  /// The slices that the values are, perhaps reshaped.
  private let cuts: [(op: Slice, whole: Tensor)?]

  init(_ tensors: [Tensor]) {
    self.tensors = tensors
    cuts = tensors.map { $0.graph.cut($0.value) }
  }

  /// Whether the first values are slices, each behind the one before.
  var isAscending: Bool { axis(from: 0, to: 1) != nil }
  /// Whether the first values are slices, each before the one before.
  var isDescending: Bool { axis(from: 1, to: 0) != nil }

  /// The axis along which a value is the slice that follows another.
  private func axis(from first: Int, to second: Int) -> Int? {
    guard let a = cuts[first], let b = cuts[second], a.whole == b.whole,
      (a.op.steps + b.op.steps).allSatisfy({ $0 == 1 })
    else { return nil }
    let moved = a.op.starts.indices.filter { a.op.starts[$0] != b.op.starts[$0] || a.op.ends[$0] != b.op.ends[$0] }
    guard moved.count == 1, a.op.ends[moved[0]] == b.op.starts[moved[0]] else { return nil }
    return moved[0]
  }

  /// The values along a new axis 0: slices of one tensor that follow one another are taken of it at once.
  func stacked(reversed isReversed: Bool) -> Tensor {
    let order = isReversed ? Array(tensors.indices.reversed()) : Array(tensors.indices)
    var parts: [Tensor] = []
    var first = 0
    while first < order.count {
      var last = first
      let along = last + 1 < order.count ? axis(from: order[last], to: order[last + 1]) : nil
      while let along, last + 1 < order.count, axis(from: order[last], to: order[last + 1]) == along { last += 1 }
      parts.append(along.map { joined(order[first...last], $0) } ?? expandDims(tensors[order[first]], axis: 0))
      first = last + 1
    }
    return parts.count == 1 ? parts[0] : concatenate(parts, axis: 0)
  }

  /// Slices that follow one another along an axis.
  private func joined(_ run: ArraySlice<Int>, _ axis: Int) -> Tensor {
    let (op, whole) = cuts[run.first!]!
    var ends = op.ends
    ends[axis] = cuts[run.last!]!.op.ends[axis]
    let part =
      ends == whole.shape.extents && op.starts.allSatisfy { $0 == 0 }
      ? whole : slice(whole, starts: op.starts, ends: ends)
    var extents = part.shape.extents
    extents[axis] /= run.count
    extents.insert(run.count, at: axis)
    let turned = [axis] + extents.indices.filter { $0 != axis }
    let split = part.reshape(Shape(extents))
    return (axis == 0 ? split : split.transpose(turned)).reshape(Shape([run.count] + tensors[0].shape.extents))
  }
}

extension Tensor {
  /// One slice along axis 0.
  fileprivate func row(_ place: Int) -> Tensor {
    slice(self, axis: 0, place..<place + 1).reshape(Shape(Array(shape.extents.dropFirst())))
  }
}

extension Graph {
  /// The slice that a value is, perhaps reshaped.
  fileprivate func cut(_ value: Value) -> (op: Slice, whole: Tensor)? {
    withStore { store in
      var node = Int(value.node)
      while store.isOp(node, Reshape.self) { node = Int(store.operand(0, of: node).node) }
      return store.op(of: node, as: Slice.self).map { ($0, Tensor(self, store.operand(0, of: node))) }
    }
  }
}
