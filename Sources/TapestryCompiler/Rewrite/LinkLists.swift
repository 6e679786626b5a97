/// A short list of numbers for each node: first come, first kept, each once.
struct LinkLists {
  private static let most = 8

  private var first: [Int32] = []
  private var last: [Int32] = []
  private var cells: [(number: Int32, next: Int32)] = []

  /// Adds a number to the list of a node, unless it is there or the list is full.
  mutating func add(_ number: Int32, to node: Int) {
    while first.count <= node {
      first.append(-1)
      last.append(-1)
    }
    var length = 0
    var cell = first[node]
    while cell >= 0 {
      if cells[Int(cell)].number == number { return }
      length += 1
      cell = cells[Int(cell)].next
    }
    guard length < LinkLists.most else { return }
    let new = Int32(cells.count)
    cells.append((number, -1))
    if first[node] < 0 { first[node] = new } else { cells[Int(last[node])].next = new }
    last[node] = new
  }

  /// The numbers of a node, in the order they were added.
  func list(_ node: Int) -> some Sequence<Int32> {
    sequence(state: node < first.count ? first[node] : -1) { cell in
      guard cell >= 0 else { return nil }
      defer { cell = cells[Int(cell)].next }
      return cells[Int(cell)].number
    }
  }
}
