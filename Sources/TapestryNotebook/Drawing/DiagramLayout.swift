package import TapestryGraph
import TapestryTerminal

// A layered layout, for drawings that need no Graphviz.
//
//   ranks       a row for each box, below what it depends on             (`DiagramRanks`)
//   corridors   where an edge passes rows in between, a column of its own, shared by the edges out of one box
//   packing     boxes, corridors and clusters side by side, nothing over another   (`NestedPacking`)
//   routes      edges: down through the free space between two rows, and along corridors   (`DiagramRoutes`)
//
// Boxes of a row lie between the same two lines, so the space between rows is free, and an edge never crosses a box: it
// leaves its box downwards, turns between rows, and passes them in its corridor. Clusters are rectangles that hold their
// boxes and the corridors between them, and nothing else. Nothing recurses; work is linear in boxes, edges and the rows
// that corridors and clusters span. Coordinates are whole numbers, and equal drawings have equal coordinates.

/// Where everything of a drawing lies, in pixels.
package struct DiagramLayout: Sendable {
  package struct Rectangle: Sendable, Hashable {
    package var x: Int
    package var y: Int
    package var width: Int
    package var height: Int

    package var maxX: Int { x + width }
    package var maxY: Int { y + height }

    package func meets(_ other: Rectangle) -> Bool {
      x < other.maxX && other.x < maxX && y < other.maxY && other.y < maxY
    }

    package func holds(_ other: Rectangle) -> Bool {
      x <= other.x && y <= other.y && other.maxX <= maxX && other.maxY <= maxY
    }
  }

  package struct Point: Sendable, Hashable {
    package var x: Int
    package var y: Int
  }

  package let boxes: [Rectangle]
  /// By cluster; number 0 is the whole drawing. One that holds nothing has no extent.
  package let clusters: [Rectangle]
  /// For each edge the points it passes, from its upper to its lower end.
  package let routes: [[Point]]
  /// Which edges lead upwards: their arrow is at the first point.
  package let isReversed: [Bool]
  /// The lines in each box.
  package let lines: [[String]]

  static let lineHeight = 14
  /// The height of a cluster's label, and of the rim below its last row.
  static let (header, footer) = (18, 8)
  /// The free space between two rows.
  static let between = 34

  package init(_ diagram: Diagram) {
    lines = diagram.boxes.map(DiagramLayout.lines)
    let sizes = lines.map { lines in
      (
        width: (lines.map(drawingTextWidth).max() ?? 0) + 18,
        height: lines.count * DiagramLayout.lineHeight + 10
      )
    }
    let ranks = DiagramRanks(diagram, widths: sizes.map(\.width))
    var packing = NestedPacking(diagram, ranks, widths: sizes.map(\.width))
    packing.arrange()

    let rows = DiagramRows(packing, ranks, heights: sizes.map(\.height))
    boxes = sizes.indices.map {
      Rectangle(x: packing.left[$0], y: rows.top[ranks.rank[$0]], width: sizes[$0].width, height: sizes[$0].height)
    }
    clusters = diagram.clusters.indices.map { cluster in
      let (span, level) = (packing.spans[cluster], rows.levels[cluster])
      if cluster == 0 { return Rectangle(x: 0, y: 0, width: packing.clusterWidth[0], height: rows.height) }
      if span.isEmpty { return Rectangle(x: 0, y: 0, width: 0, height: 0) }
      let top = rows.top[span.lowerBound] - level.top * DiagramLayout.header
      let bottom = rows.bottom[span.upperBound - 1] + level.bottom * DiagramLayout.footer
      return Rectangle(
        x: packing.clusterLeft[cluster], y: top, width: packing.clusterWidth[cluster], height: bottom - top)
    }
    routes = DiagramRoutes(diagram, ranks, packing, rows, boxes).routes
    isReversed = ranks.isReversed
  }

  private static func lines(of box: Diagram.Box) -> [String] {
    let own = box.lines.filter { !$0.isEmpty }.map { withoutControls($0.shortened(to: 36)) }
    return box.type.isEmpty ? own : own + [withoutControls(box.type.shortened(to: 36))]
  }
}

/// The lines between which the boxes of each row lie.
struct DiagramRows {
  private(set) var top: [Int] = []
  private(set) var bottom: [Int] = []
  private(set) var height = 0
  /// By cluster, how many headers lie between its first row and its upper edge, its own among them; and rims below.
  private(set) var levels: [(top: Int, bottom: Int)]

  init(_ packing: NestedPacking, _ ranks: DiagramRanks, heights: [Int]) {
    levels = [(top: Int, bottom: Int)](repeating: (1, 1), count: packing.spans.count)
    var above = [Int](repeating: 0, count: ranks.count)
    var below = above
    // Children have larger numbers than their parents.
    for cluster in packing.spans.indices.dropFirst().reversed() where !packing.spans[cluster].isEmpty {
      let (span, parent) = (packing.spans[cluster], packing.parents[cluster])
      above[span.lowerBound] = max(above[span.lowerBound], levels[cluster].top)
      below[span.upperBound - 1] = max(below[span.upperBound - 1], levels[cluster].bottom)
      if packing.spans[parent].lowerBound == span.lowerBound {
        levels[parent].top = max(levels[parent].top, levels[cluster].top + 1)
      }
      if packing.spans[parent].upperBound == span.upperBound {
        levels[parent].bottom = max(levels[parent].bottom, levels[cluster].bottom + 1)
      }
    }
    var tallest = [Int](repeating: 0, count: ranks.count)
    for (box, rank) in ranks.rank.enumerated() { tallest[rank] = max(tallest[rank], heights[box]) }
    for rank in tallest.indices {
      top.append(height + above[rank] * DiagramLayout.header)
      bottom.append(top[rank] + tallest[rank])
      height = bottom[rank] + below[rank] * DiagramLayout.footer
      if rank + 1 < tallest.count { height += DiagramLayout.between }
    }
  }
}
