package import TapestryGraph

extension DiagramLayout {
  /// The first thing that lies where it should not, in words; nil where all is well. For tests.
  ///
  /// Boxes may not meet, nor a box a cluster it does not lie in; a cluster lies in the one around it, and holds its boxes;
  /// clusters meet only if one is in the other; an edge meets no box but its own two; texts fit their boxes.
  package func fault(in diagram: Diagram) -> String? {
    func isAround(_ outer: Int, _ cluster: Int) -> Bool {
      var cluster = cluster
      while cluster != outer, cluster > 0 { cluster = diagram.clusters[cluster].parent }
      return cluster == outer
    }
    let rows = DiagramRowsOfBoxes(boxes)
    for (number, box) in boxes.enumerated() {
      if let other = rows.boxes(meeting: box).first(where: { $0 != number }) {
        return "box \(number) lies over box \(other)"
      }
      for cluster in clusters.indices {
        let isInside = isAround(cluster, diagram.boxes[number].cluster)
        if isInside, !clusters[cluster].holds(box) { return "box \(number) leaves cluster \(cluster)" }
        if !isInside, clusters[cluster].meets(box) { return "box \(number) lies in cluster \(cluster)" }
      }
      let widest = lines[number].map(drawingTextWidth).max() ?? 0
      if widest > box.width || lines[number].count * DiagramLayout.lineHeight > box.height {
        return "the text of box \(number) does not fit"
      }
    }
    for (number, cluster) in clusters.enumerated().dropFirst() where cluster.width > 0 {
      if !clusters[diagram.clusters[number].parent].holds(cluster) { return "cluster \(number) leaves its parent" }
      for other in 1..<number where clusters[other].meets(cluster) && !isAround(other, number) {
        return "cluster \(number) lies over cluster \(other)"
      }
    }
    return crossing(diagram, rows)
  }

  private func crossing(_ diagram: Diagram, _ rows: DiagramRowsOfBoxes) -> String? {
    for (number, route) in routes.enumerated() {
      let ends = [diagram.edges[number].from, diagram.edges[number].to]
      for (a, b) in zip(route, route.dropFirst()) {
        let swept = Rectangle(x: min(a.x, b.x), y: a.y, width: abs(a.x - b.x) + 1, height: b.y - a.y)
        if let box = rows.boxes(meeting: swept).first(where: { !ends.contains($0) }) {
          return "edge \(number) crosses box \(box)"
        }
      }
    }
    return nil
  }
}

/// Boxes by the line they stand on, so that few are looked at for a place.
private struct DiagramRowsOfBoxes {
  private var rows: [(top: Int, boxes: [Int])] = []
  private let boxes: [DiagramLayout.Rectangle]
  private let tallest: Int

  init(_ boxes: [DiagramLayout.Rectangle]) {
    self.boxes = boxes
    tallest = boxes.map(\.height).max() ?? 0
    for box in boxes.indices.sorted(by: { (boxes[$0].y, boxes[$0].x) < (boxes[$1].y, boxes[$1].x) }) {
      if rows.last?.top != boxes[box].y { rows.append((boxes[box].y, [])) }
      rows[rows.count - 1].boxes.append(box)
    }
  }

  func boxes(meeting place: DiagramLayout.Rectangle) -> [Int] {
    var found: [Int] = []
    for row in rows where row.top < place.maxY && place.y < row.top + tallest {
      found += row.boxes.filter { boxes[$0].meets(place) }
    }
    return found
  }
}
