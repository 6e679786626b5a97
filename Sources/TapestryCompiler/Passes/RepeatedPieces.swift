import TapestryGraph

// Where a program repeats itself.
//
// A loop written out records the same ops step after step, so in the order of recording its steps are equal stretches of
// one length. Every node gets a label: its op, and of a product the operands that are the same in all steps (weights,
// constants, views of them). A slice counts as the same op wherever it starts, since a step takes its part of a sequence so. Products by what
// is the same in all steps are the anchors: four of one label, each as far behind the one before, are where a search
// starts. From there the stretch in which each label is that of the place one length before is followed down and up.
// A program without such products is read once. Of one with them a place is read again only as often as anchors at equal
// distances call for it, so the work is linear.

/// Stretches of a program that follow one another and look alike.
struct RepeatedPieces {
  /// So many places from `start` on, whose labels repeat with a period.
  struct Run {
    let start: Int
    let end: Int
    let period: Int
  }

  /// A run of fewer steps is left as it is.
  static let fewest = 4

  let store: GraphStore
  /// The nodes that may be part of a step, in order, and where each node stands among them; -1 for others.
  private(set) var order: [Int] = []
  private(set) var place: [Int]
  private(set) var runs: [Run] = []
  /// Places read.
  private(set) var reads = 0
  private var labels: [Int] = []

  init(_ program: ProgramGraph) {
    store = program.store
    place = [Int](repeating: -1, count: store.count)
    let kinds = store.kinds
    // Whether a node is the same in all steps, and whether it depends on an input.
    var isFixed = [Bool](repeating: false, count: store.count)
    var readsInput = isFixed
    var anchors: [Int] = []
    let reached = program.reachedNodes()
    for node in reached.indices where reached[node] {
      reads += 1
      let operands = store.operands(of: node)
      let isProduct = store.isProduct(node)
      readsInput[node] = store.isOp(node, InputOp.self) || operands.contains { readsInput[Int($0.node)] }
      isFixed[node] =
        operands.allSatisfy { isFixed[Int($0.node)] }
        && (operands.isEmpty || store.isOp(node, Transpose.self) || !isProduct && !readsInput[node])
      guard !isFixed[node] else { continue }
      var label = UInt64(kinds[Int(store.nodes[node].op)])
      // What comes first in a product may be an input of one step, or what the first step starts from.
      let isFirstStep = operands.allSatisfy { isFixed[Int($0.node)] }
      var isAnchor = false
      for (number, operand) in operands.enumerated() {
        let made = Int(operand.node)
        let isSame = isProduct && isFixed[made] && (number > 0 || !isFirstStep && !readsInput[made])
        if isSame { isAnchor = true }
        label = (label ^ label >> 29) &* 0xBF58_476D_1CE4_E5B9
        label = (label ^ (isSame ? UInt64(made) + 1 : 0)) &* 0x9E37_79B9_7F4A_7C15
      }
      if isAnchor { anchors.append(order.count) }
      place[node] = order.count
      order.append(node)
      labels.append(Int(truncatingIfNeeded: label))
    }
    findRuns(anchors)
  }

  private mutating func findRuns(_ anchors: [Int]) {
    var equallySpaced: [Int: (first: Int, last: Int, distance: Int, count: Int)] = [:]
    // Places before this are part of a run, or were searched.
    var searched = 0
    for anchor in anchors {
      let label = labels[anchor]
      guard var found = equallySpaced[label] else {
        equallySpaced[label] = (anchor, anchor, 0, 1)
        continue
      }
      let distance = anchor - found.last
      found =
        distance == found.distance
        ? (found.first, anchor, distance, found.count + 1) : (found.last, anchor, distance, 2)
      if found.count >= RepeatedPieces.fewest, anchor >= searched {
        let run = run(around: found.first, period: distance)
        if run.end - run.start >= RepeatedPieces.fewest * distance {
          runs.append(run)
          searched = run.end
        } else {
          searched = anchor + distance
        }
        found = (anchor, anchor, 0, 1)
      }
      equallySpaced[label] = found
    }
  }

  /// The longest stretch around a place whose labels repeat with a period.
  private mutating func run(around middle: Int, period: Int) -> Run {
    let bound = runs.last?.end ?? 0
    var (start, end) = (max(middle, bound), max(middle, bound) + period)
    while start > bound, labels[start - 1] == labels[start - 1 + period] { start -= 1 }
    while end < labels.count, labels[end] == labels[end - period] { end += 1 }
    reads += end - start
    return Run(start: start, end: end, period: period)
  }
}

extension GraphStore {
  /// Whether a node is a product or a convolution.
  func isProduct(_ node: Int) -> Bool { isOp(node, Dot.self) || isOp(node, Convolution.self) }

  /// A number for each op: its own, but one for all slices that differ in where they start.
  fileprivate var kinds: [Int] {
    var first: [Slice: Int] = [:]
    return ops.indices.map { number in
      guard let slice = ops[number] as? Slice else { return number }
      let extents = slice.starts.indices.map { slice.ends[$0] - slice.starts[$0] }
      let moved = Slice(starts: extents.map { _ in 0 }, ends: extents, steps: slice.steps)
      if let known = first[moved] { return known }
      first[moved] = number
      return number
    }
  }
}
