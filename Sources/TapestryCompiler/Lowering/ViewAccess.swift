import TapestryCore
import TapestryGraph

/// How a value is read from memory: elements of a base value at an offset with a stride for each axis.
struct ViewAccess: Sendable, Hashable {
  /// The value whose memory is read: a leaf or the result of an instruction, contiguous.
  var base: Value
  var offset: Int
  var strides: [Int]

  /// Whether it reads the base's elements in row-major order from its offset on.
  func isContiguous(_ shape: Shape) -> Bool {
    let natural = shape.rowMajorStrides
    return shape.count == 0 || shape.extents.indices.allSatisfy { shape[$0] == 1 || strides[$0] == natural[$0] }
  }
}

/// The access of every value: views are composed into strides of what they look at.
///
/// A reshape that strides cannot express is *copied*: it becomes an instruction, and a base of its own. The results of a
/// loop that are a carry's values are views of the buffer they are kept in (`LoopHistory`), whose base is the carry.
struct ViewAccesses: Sendable {
  private var accesses: [ViewAccess?]
  private var histories: [Value: ViewAccess] = [:]
  /// The carries that are kept, with the bytes of all their values.
  private var keptBytes: [Value: Int] = [:]
  private var copied: Set<Int> = []
  private let graph: GraphStore

  init(_ graph: GraphStore, reachable: [Bool]) {
    self.graph = graph
    accesses = [ViewAccess?](repeating: nil, count: graph.count)
    for node in 0..<graph.count where reachable[node] {
      if graph.nodes[node].fusion == .view {
        if let access = access(ofView: node) { accesses[node] = access } else { copied.insert(node) }
      } else if let scan = graph.op(of: node, as: Scan.self) {
        for history in scan.histories { keep(history, of: scan, node) }
      }
    }
  }

  /// Makes the results of a loop that are values of one carry views of them all.
  private mutating func keep(_ history: LoopHistory, of scan: Scan, _ node: Int) {
    let base = Value(node, history.carry)
    let type = graph.type(of: base)
    keptBytes[base] = (scan.length + 1) * type.byteCount
    func place(_ results: [Int], fromRow row: Int) {
      for result in results {
        histories[Value(node, result)] = ViewAccess(
          base: base, offset: row * type.shape.count,
          strides: graph.type(of: Value(node, result)).shape.rowMajorStrides)
      }
    }
    place([history.carry], fromRow: scan.isReverse ? 0 : scan.length)
    place(history.before, fromRow: scan.isReverse ? 1 : 0)
    place(history.after, fromRow: scan.isReverse ? 0 : 1)
  }

  /// How a value is read.
  subscript(value: Value) -> ViewAccess {
    if let access = accesses[Int(value.node)] ?? histories[value] { return access }
    return ViewAccess(base: value, offset: 0, strides: graph.type(of: value).shape.rowMajorStrides)
  }

  /// Whether a node counts along its only axis: its elements are their own places, so nothing needs to be stored.
  func isCounting(_ node: Int) -> Bool { graph.isOp(node, Iota.self) && graph.type(of: Value(node)).shape.rank == 1 }

  func base(of value: Value) -> Value { accesses[Int(value.node)]?.base ?? histories[value]?.base ?? value }

  /// The bytes of the buffer of a base.
  func byteCount(of base: Value) -> Int { keptBytes[base] ?? graph.type(of: base).byteCount }

  /// Whether a view is an instruction.
  func isCopied(_ node: Int) -> Bool { copied.contains(node) }

  /// The shape a copied reshape reads.
  func copiedShape(_ node: Int) -> Shape { graph.type(of: graph.operands(of: node).first!).shape }

  private func access(ofView node: Int) -> ViewAccess? {
    let operand = graph.operands(of: node).first!
    let from = graph.type(of: operand).shape
    let to = graph.type(of: Value(node)).shape
    var access = self[operand]
    switch graph.op(of: node) {
    case let view as Transpose:
      access.strides = view.permutation.map { access.strides[$0] }
    case is Broadcast:
      let lead = to.rank - from.rank
      access.strides = to.extents.indices.map { $0 < lead || from[$0 - lead] == 1 ? 0 : access.strides[$0 - lead] }
    case let view as Slice:
      for axis in from.extents.indices {
        access.offset += view.starts[axis] * access.strides[axis]
        access.strides[axis] *= view.steps[axis]
      }
    case let view as Reverse:
      for axis in view.axes {
        access.offset += max(from[axis] - 1, 0) * access.strides[axis]
        access.strides[axis] = -access.strides[axis]
      }
    case is Reshape:
      guard let strides = Self.reshape(from, access.strides, to) else { return nil }
      access.strides = strides
    default:
      return nil
    }
    return access
  }

  /// The strides of a reshape of a strided array, where there are such.
  ///
  /// Both shapes are cut into the smallest runs of axes with equal element counts; a run can be split or merged when
  /// its old axes lie contiguously one inside the other.
  static func reshape(_ from: Shape, _ strides: [Int], _ to: Shape) -> [Int]? {
    guard from.count > 0 else { return to.rowMajorStrides }
    let old = from.extents.indices.filter { from[$0] != 1 }
    var result = [Int](repeating: 0, count: to.rank)
    var taken = 0
    var axis = 0
    while axis < to.rank {
      if to[axis] == 1 { axis += 1; continue }
      let (firstOld, firstNew) = (taken, axis)
      var (oldCount, newCount) = (from[old[taken]], to[axis])
      taken += 1
      axis += 1
      while oldCount != newCount {
        if oldCount < newCount {
          oldCount *= from[old[taken]]
          taken += 1
        } else {
          newCount *= to[axis]
          axis += 1
        }
      }
      for place in firstOld..<taken - 1 {
        guard strides[old[place]] == strides[old[place + 1]] * from[old[place + 1]] else { return nil }
      }
      var stride = strides[old[taken - 1]]
      for place in (firstNew..<axis).reversed() {
        result[place] = stride
        stride *= to[place]
      }
    }
    return result
  }
}
