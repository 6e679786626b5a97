import CTapestryKernels
import TapestryCore
import TapestryTape

// Loops cut by rows.
//
// The steps of a loop follow each other, but the rows of a batch often know nothing of each other: row i of what a step
// computes needs row i of what the step before has computed, and weights. Such a loop is as well several loops, each
// over some of the rows, that run side by side from the first step to the last and never wait for each other.
//
// Whether it is so can be read off the instructions of the body. Axis 0 of each must be the rows, or some elements of
// every row. What the loop writes must be read and written row by row: row i of the instruction stays within the i-th
// of equal parts of the buffer. What the loop only reads may be read anyhow. A part has the same instructions with fewer
// rows, at later addresses, and an arena for its rows alone. How many parts there are depends on the rows, never on
// the threads, so the bits do not either. Every part reads the weights anew in each step: where they do not stay in the
// cache of a core, the rows are left together, and a step's products are shared by columns.

/// The body of a loop whose rows are independent.
struct RowCut {
  /// A part has at least so many rows, about: those that a weight that is read is worth. Two parts may have fewer.
  private static let leastRows = 16
  private static let leastRowsOfTwo = 4
  /// Bytes of weights that stay in the cache of a core.
  private static let mostShared = 1 << 20
  private static let mostParts = 8

  private let program: LoweredProgram
  private let rows: Int
  /// For each draft the bytes from row to row of each of its operands.
  private var steps: [[Int]] = []

  /// - Parameters:
  ///   - program: a body with its results bound.
  ///   - rows: the extent of what may be the axis of rows.
  ///   - written: the feeds that the loop itself writes.
  /// - Returns: nil where rows depend on each other, or on what has no rows.
  init?(_ program: LoweredProgram, rows: Int, written: Set<Int>) {
    guard rows > 1 else { return nil }
    self.program = program
    self.rows = rows
    for draft in program.drafts {
      guard let steps = rowSteps(draft, written) else { return nil }
      self.steps.append(steps)
    }
    guard sharedBytes <= RowCut.mostShared else { return nil }
  }

  /// The bytes that every row reads: the right operands of products.
  private var sharedBytes: Int {
    let products = program.drafts.filter { $0.routine == .kernel(TAP_KERNEL_DOT) }
    let rights = products.flatMap { draft in
      (0..<DotPair.count(in: draft.parameters)).map { draft.operands[draft.operands.count - 1 - 2 * $0].buffer }
    }
    return Set(rights).reduce(0) { $0 + program.buffers[$1].byteCount }
  }

  /// The bodies of the loops that run side by side; one where rows are few.
  var parts: [LoweredProgram] {
    var count = rows >= 2 * RowCut.leastRowsOfTwo - 1 ? 2 : 1
    while count > 1, count < RowCut.mostParts, rows >= (2 * RowCut.leastRows - 1) * count { count *= 2 }
    return (0..<count).map { part(rows * $0 / count..<rows * ($0 + 1) / count) }
  }

  private func part(_ range: Range<Int>) -> LoweredProgram {
    var part = program
    func share(_ whole: Int) -> Int { whole / rows * range.count }
    for place in part.drafts.indices {
      part.drafts[place].region?.extents[0] = share(program.drafts[place].region!.extents[0])
      part.drafts[place].flops = share(part.drafts[place].flops)
      for (operand, step) in steps[place].enumerated() where !isOwn(part.drafts[place].operands[operand].buffer) {
        part.drafts[place].operands[operand].byteOffset += range.lowerBound * step
      }
    }
    for buffer in part.buffers.indices where isOwn(buffer) {
      let whole = part.buffers[buffer]
      part.buffers[buffer] = Buffer(location: .arena, byteCount: share(whole.byteCount), value: whole.value)
    }
    return part
  }

  /// Whether each part has a buffer of its own, for its rows.
  private func isOwn(_ buffer: Int) -> Bool { program.buffers[buffer].location == .arena }

  /// The bytes from row to row of each operand, if the draft works row by row.
  private func rowSteps(_ draft: Draft, _ written: Set<Int>) -> [Int]? {
    guard let region = draft.region, region.kept > 0, region.extents[0] % rows == 0,
      region.reduced == 0 || region.kept + region.reduced == region.rank,
      draft.operands.allSatisfy({ $0.buffer >= 0 })
    else { return nil }
    var walks: [RowWalk?] = zip(region.strides, region.elementBytes).map { strides, width in
      width.map { RowWalk(region.extents, strides, rows: rows, width: $0) }
    }
    switch draft.routine {
    case .kernel(TAP_KERNEL_REGION): break
    case .kernel(TAP_KERNEL_DOT):
      guard region.rank == 2, region.extents[0] == rows else { return nil }
      let width = draft.dtype.byteCount
      for pair in DotPair.pairs(in: draft.parameters, rank: 2) {
        walks.append(RowWalk([rows, pair.terms], pair.left, rows: rows, width: width))
        walks.append(RowWalk([rows, pair.terms, region.extents[1]], [0] + pair.right, rows: rows, width: width))
      }
    default: return nil
    }
    var steps: [Int] = []
    for (operand, walk) in zip(draft.operands, walks) {
      let buffer = program.buffers[operand.buffer]
      let isFixed =
        switch buffer.location {
        case .constant: true
        case .feed(let slot): !written.contains(slot)
        case .arena, .state, .output: false
        }
      guard let walk else {
        steps.append(0)
        continue
      }
      guard isFixed || walk.stays(from: operand.byteOffset, inRowsOf: buffer.byteCount, rows) else { return nil }
      steps.append(walk.step)
    }
    return steps
  }
}

/// What an instruction touches of an operand in one row, in bytes from where the row begins.
private struct RowWalk {
  /// Bytes from row to row.
  let step: Int
  private let lowest: Int
  private let end: Int

  init(_ extents: [Int], _ strides: [Int], rows: Int, width: Int) {
    let perRow = extents[0] / rows
    step = perRow * strides[0] * width
    let reaches = zip([perRow] + extents.dropFirst(), strides).map { ($0 - 1) * $1 * width }
    lowest = reaches.reduce(0) { $0 + min($1, 0) }
    end = reaches.reduce(width) { $0 + max($1, 0) }
  }

  /// Whether each row stays within its part of a buffer.
  func stays(from offset: Int, inRowsOf byteCount: Int, _ rows: Int) -> Bool {
    step * rows == byteCount && offset + lowest >= 0 && offset + end <= step
  }
}

extension Region {
  /// The width of an element of each operand; nil for one that is neither loaded nor stored.
  fileprivate var elementBytes: [Int?] {
    var result = [Int?](repeating: nil, count: strides.count)
    for instruction in program.instructions
    where instruction.op == TAP_LOAD.rawValue || instruction.op == TAP_STORE.rawValue {
      result[Int(instruction.imm)] = DType(rawValue: instruction.dtype)?.byteCount
    }
    return result
  }
}
