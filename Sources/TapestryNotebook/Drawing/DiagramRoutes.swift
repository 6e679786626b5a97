import TapestryGraph

// The points edges pass. An edge leaves the middle of its upper box and ends at the upper side of its lower one, where
// the ends of several are spread in the order of where they come from.

struct DiagramRoutes {
  private(set) var routes: [[DiagramLayout.Point]]

  init(
    _ diagram: Diagram, _ ranks: DiagramRanks, _ packing: NestedPacking, _ rows: DiagramRows,
    _ boxes: [DiagramLayout.Rectangle]
  ) {
    routes = []
    var arriving = [[Int]](repeating: [], count: boxes.count)
    for (number, edge) in diagram.edges.enumerated() {
      let (upper, lower) = ranks.isReversed[number] ? (edge.to, edge.from) : (edge.from, edge.to)
      let box = boxes[upper]
      var points = [DiagramLayout.Point(x: box.x + box.width / 2, y: box.maxY)]
      func go(_ x: Int, _ y: Int) { if points.last != .init(x: x, y: y) { points.append(.init(x: x, y: y)) } }
      go(points[0].x, rows.bottom[ranks.rank[upper]])
      if packing.corridorOf[number] >= 0 {
        let x = packing.middle[packing.corridorOf[number]]
        go(x, rows.top[ranks.rank[upper] + 1])
        go(x, rows.bottom[ranks.rank[lower] - 1])
      }
      routes.append(points)
      arriving[lower].append(number)
    }
    for (box, edges) in arriving.enumerated() {
      let sorted = edges.sorted { (routes[$0].last!.x, $0) < (routes[$1].last!.x, $1) }
      for (place, number) in sorted.enumerated() {
        let x = boxes[box].x + boxes[box].width * (place + 1) / (sorted.count + 1)
        routes[number].append(.init(x: x, y: boxes[box].y))
      }
    }
  }
}
