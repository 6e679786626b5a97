import TapestryCore
import TapestryGraph

// What the steps of a stretch that repeats read and hand on.
//
// A value that step t reads is one of the same step, one of the step before (a carry), or one from outside: the same in
// all steps (a capture) or another in each (a slice). All steps must agree in that with one in the middle, op by op and
// operand by operand; steps at either end that do not are left out. In the first step the place of a carry is taken by
// what the loop starts from. Slices of what is outside, each step its own, are outside, too, with reshapes of them.
//
// Where steps begin is free. They are cut where the fewest bytes are handed on.

/// The steps of a stretch that repeats: each a row of nodes, the same ops in the same order.
struct RepeatedSteps {
  /// Where an operand comes from.
  enum Source: Equatable {
    case outside
    case sameStep(Int, output: Int32)
    case stepBefore(Int, output: Int32)
    /// Any other step.
    case farther
  }

  let pieces: RepeatedPieces
  private let start: Int
  private let all: Int
  /// How many nodes a step has.
  let period: Int
  /// The steps that agree.
  private(set) var steps: Range<Int>
  /// The step that the others are held to.
  let model: Int
  /// By position in the step whether it is left outside of the loop.
  private(set) var isOutside: [Bool]
  /// By position in the step where its operands come from.
  private(set) var sources: [[Source]] = []
  private(set) var reads = 0

  private var store: GraphStore { pieces.store }

  /// - Returns: nil where too few steps agree.
  init?(_ run: RepeatedPieces.Run, of pieces: RepeatedPieces) {
    self.pieces = pieces
    period = run.period
    start = pieces.bestStart(of: run)
    all = (run.end - start) / period
    guard all >= RepeatedPieces.fewest else { return nil }
    model = all / 2
    steps = model..<model + 1
    isOutside = [Bool](repeating: false, count: period)
    markOutside()
    for position in 0..<period {
      let found = operands(position, model).map { source($0, of: model) }
      // Loops of the forward steps that the gradient runs again could no longer be merged.
      guard found.allSatisfy({ isOutside[position] ? $0 == .outside : $0 != .farther }),
        !store.isOp(node(position, model), Scan.self)
      else { return nil }
      sources.append(found)
    }
    extend()
    guard steps.count >= RepeatedPieces.fewest else { return nil }
  }

  func node(_ position: Int, _ step: Int) -> Int { pieces.order[start + step * period + position] }

  func operands(_ position: Int, _ step: Int) -> ArraySlice<Value> { store.operands(of: node(position, step)) }

  func operand(_ place: Int, _ position: Int, _ step: Int) -> Value { store.operand(place, of: node(position, step)) }

  /// The last node of the last step.
  var lastNode: Int { node(period - 1, steps.upperBound - 1) }

  /// Step and position of a value among the steps.
  private func location(_ value: Value) -> (step: Int, position: Int)? {
    let place = pieces.place[Int(value.node)] - start
    return place >= 0 && place < all * period ? (place / period, place % period) : nil
  }

  /// Whether a value is made by the steps, at one of some positions.
  func holds(_ value: Value, at positions: [Bool]) -> Bool { location(value).map { positions[$0.position] } ?? false }

  private func source(_ value: Value, of step: Int) -> Source {
    guard let found = location(value), !isOutside[found.position] else { return .outside }
    switch step - found.step {
    case 0: return .sameStep(found.position, output: value.output)
    case 1: return .stepBefore(found.position, output: value.output)
    default: return .farther
    }
  }

  /// Slices that differ from step to step, and reshapes of what differs and is outside.
  private mutating func markOutside() {
    for position in 0..<period {
      let (op, before) = (store.nodes[node(position, model)].op, node(position, model - 1))
      let isSlice = (0..<all).contains { store.nodes[node(position, $0)].op != op }
      let (own, others) = (operands(position, model)[...], store.operands(of: before))
      let isView =
        store.isOp(before, Reshape.self) && own.allSatisfy { source($0, of: model) == .outside }
        && !own.elementsEqual(others)
      isOutside[position] = isSlice || isView
    }
  }

  /// Takes in the steps around the model that agree with it.
  private mutating func extend() {
    var (first, end) = (model, model + 1)
    while first > 0, agrees(first - 1, isFirst: false) { first -= 1 }
    if first > 0, agrees(first - 1, isFirst: true) { first -= 1 }
    while end < all, agrees(end, isFirst: false) { end += 1 }
    if hasTwoStarts(first) { first += 1 }
    steps = first..<max(first, end)
  }

  private mutating func agrees(_ step: Int, isFirst: Bool) -> Bool {
    for position in 0..<period {
      reads += 1
      let (own, same) = (node(position, step), node(position, model))
      guard isOutside[position] || store.nodes[own].op == store.nodes[same].op,
        store.resultTypes(of: own) == store.resultTypes(of: same)
      else { return false }
      let (given, modelled) = (operands(position, step), operands(position, model))
      guard given.count == modelled.count else { return false }
      for (place, (value, other)) in zip(given, modelled).enumerated() {
        let (source, expected) = (source(value, of: step), sources[position][place])
        if case .stepBefore = expected, isFirst {
          if case .sameStep = source { return false }
        } else if source != expected {
          return false
        }
        guard store.type(of: value) == store.type(of: other) else { return false }
      }
    }
    return true
  }

  /// Whether a first step reads two values where later steps read one that is handed on.
  private func hasTwoStarts(_ first: Int) -> Bool {
    var starts: [Value: Value] = [:]
    for position in 0..<period {
      for (place, value) in operands(position, first).enumerated() {
        guard case .stepBefore(let made, let output) = sources[position][place] else { continue }
        let carry = Value(made, Int(output))
        if let known = starts[carry], known != value { return true }
        starts[carry] = value
      }
    }
    return false
  }
}

extension RepeatedPieces {
  /// The place in the first period of a run from which on steps hand on the fewest bytes.
  fileprivate func bestStart(of run: Run) -> Int {
    // Of the values of one step, in the middle, each is handed on at the places between it and its last reader.
    let middle = run.start + run.period
    var lastReader = [Int](repeating: 0, count: run.period)
    for reader in middle..<min(middle + 2 * run.period, run.end) {
      for value in store.operands(of: order[reader]) {
        let made = place[Int(value.node)] - middle
        if lastReader.indices.contains(made) { lastReader[made] = reader - middle }
      }
    }
    var change = [Int](repeating: 0, count: 3 * run.period + 1)
    for (made, last) in lastReader.enumerated() where last > made {
      let bytes = store.resultTypes(of: order[middle + made]).reduce(0) { $0 + $1.byteCount }
      change[made + 1] += bytes
      change[last + 1] -= bytes
    }
    var handed = [Int](repeating: 0, count: run.period)
    var bytes = 0
    for place in 0..<3 * run.period {
      bytes += change[place]
      handed[place % run.period] += bytes
    }
    // Of equal places the last before more is handed on, where what the step made begins to be read.
    let least = handed.min()!
    return run.start + (handed.indices.first { handed[$0] == least && handed[($0 + 1) % run.period] > least } ?? 0)
  }
}
