import TapestryGraph

// The rows of a layered drawing.
//
// A box lies below all boxes it depends on: its rank is the longest path from a box without operands. From the last box to
// the first, each is then lowered to the row above its first reader, if that shortens no fewer edges than it lengthens;
// edges from inputs, parameters and the like do not count, since those follow. In a drawing without clusters, what has no
// room in its row goes into the next one, with what depends on it (after E. Coffman and R. Graham, 1972), so that the
// drawing is not much wider than a page. Folding can close a circle, as when
// a folded scope is left and entered again; where no box is free of unplaced operands the first in number is taken, and
// the edges that then lead upwards are drawn from below. Linear in boxes and edges.

/// The row of each box, and which edges lead upwards.
struct DiagramRanks {
  private(set) var rank: [Int]
  private(set) var isReversed: [Bool]

  var count: Int { (rank.max() ?? -1) + 1 }

  /// The most pixels the boxes of a row take together, in a drawing without clusters.
  private static let widest = 1400

  /// - Parameter widths: those of the boxes, with the space beside them.
  init(_ diagram: Diagram, widths: [Int]) {
    let boxes = diagram.boxes.count
    var readers = [[Int]](repeating: [], count: boxes)
    var waiting = [Int](repeating: 0, count: boxes)
    for edge in diagram.edges where edge.from != edge.to {
      readers[edge.from].append(edge.to)
      waiting[edge.to] += 1
    }
    rank = [Int](repeating: 0, count: boxes)
    var place = [Int](repeating: -1, count: boxes)
    var order: [Int] = []
    order.reserveCapacity(boxes)
    func enter(_ box: Int, _ order: inout [Int]) {
      place[box] = order.count
      order.append(box)
    }
    for box in 0..<boxes where waiting[box] == 0 { enter(box, &order) }
    var (next, firstUnplaced) = (0, 0)
    while order.count < boxes || next < order.count {
      if next == order.count {
        while place[firstUnplaced] >= 0 { firstUnplaced += 1 }
        enter(firstUnplaced, &order)
      }
      let box = order[next]
      next += 1
      for reader in readers[box] where place[reader] < 0 {
        rank[reader] = max(rank[reader], rank[box] + 1)
        waiting[reader] -= 1
        if waiting[reader] == 0 { enter(reader, &order) }
      }
    }
    isReversed = diagram.edges.map { place[$0.from] > place[$0.to] }
    lower(diagram, order)
    if diagram.clusters.count == 1 { wrap(diagram, order, widths) }
  }

  private mutating func wrap(_ diagram: Diagram, _ order: [Int], _ widths: [Int]) {
    var operands = [[Int]](repeating: [], count: rank.count)
    for (number, edge) in diagram.edges.enumerated() where edge.from != edge.to {
      let (upper, lower) = isReversed[number] ? (edge.to, edge.from) : (edge.from, edge.to)
      operands[lower].append(upper)
    }
    var used: [Int] = []
    // Edges lead to larger ranks, so this is an order in which operands come first.
    let sorted = order.enumerated().sorted { (rank[$0.element], $0.offset) < (rank[$1.element], $1.offset) }
    for box in sorted.map(\.element) {
      var row = operands[box].map { rank[$0] + 1 }.max() ?? 0
      row = max(row, rank[box])
      while row < used.count, used[row] > 0, used[row] + widths[box] > DiagramRanks.widest { row += 1 }
      while used.count <= row { used.append(0) }
      used[row] += widths[box]
      rank[box] = row
    }
  }

  private mutating func lower(_ diagram: Diagram, _ order: [Int]) {
    var (operands, readers) = ([[Int]](repeating: [], count: rank.count), [[Int]](repeating: [], count: rank.count))
    for (number, edge) in diagram.edges.enumerated() where edge.from != edge.to {
      let (upper, lower) = isReversed[number] ? (edge.to, edge.from) : (edge.from, edge.to)
      operands[lower].append(upper)
      readers[upper].append(lower)
    }
    for box in order.reversed() {
      let held = operands[box].count { !operands[$0].isEmpty }
      guard let first = readers[box].map({ rank[$0] - 1 }).min(), readers[box].count >= held else { continue }
      rank[box] = max(rank[box], first)
    }
  }
}
