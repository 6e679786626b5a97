import TapestryGraph

// Boxes, corridors and clusters side by side.
//
// What lies directly in a cluster are its items: boxes, corridors, clusters. Each has a width and spans some rows. Packed
// from the left in a given order, every item lies as far left as the items before it in its rows allow; then, from the
// right, each moves towards the place it wants as far as those after it allow. Clusters are packed from the inside
// out, in falling number, so a cluster is an item of known width for the one around it, and two items never overlap.
// An item wants to lie at the mean of what it is joined to. Sweeps of ordering by that mean (the barycentre method, K.
// Sugiyama et al., 1981) and packing anew shorten the edges; the best sweep is kept.

struct NestedPacking {
  /// Something to place within a cluster.
  private enum Item {
    case box(Int)
    case corridor(Int)
    case cluster(Int)
  }

  /// A column in which the edges out of a box pass rows.
  struct Corridor {
    let source: Int
    let cluster: Int
    var rows: Range<Int>
  }

  private static let sweeps = 8
  private static let gap = 14
  private static let corridorWidth = 6
  private static let rim = 10

  let parents: [Int]
  /// By cluster the rows it takes.
  private(set) var spans: [Range<Int>]
  private(set) var corridors: [Corridor] = []
  /// By edge the corridor it takes, or -1.
  private(set) var corridorOf: [Int]
  /// Left edges of boxes, middles of corridors, left edges and widths of clusters.
  private(set) var left: [Int]
  private(set) var middle: [Int] = []
  private(set) var clusterLeft: [Int]
  private(set) var clusterWidth: [Int]

  private let diagram: Diagram
  private let ranks: DiagramRanks
  private let widths: [Int]
  private var items: [[Item]]

  init(_ diagram: Diagram, _ ranks: DiagramRanks, widths: [Int]) {
    (self.diagram, self.ranks, self.widths) = (diagram, ranks, widths)
    parents = diagram.clusters.map(\.parent)
    spans = [Range<Int>](repeating: 0..<0, count: parents.count)
    items = [[Item]](repeating: [], count: parents.count)
    corridorOf = [Int](repeating: -1, count: diagram.edges.count)
    left = [Int](repeating: 0, count: widths.count)
    clusterLeft = [Int](repeating: 0, count: parents.count)
    clusterWidth = clusterLeft
    findSpans()
    findCorridors()
    middle = [Int](repeating: 0, count: corridors.count)
    for cluster in parents.indices.dropFirst() where !spans[cluster].isEmpty {
      items[parents[cluster]].append(.cluster(cluster))
    }
    for box in widths.indices { items[diagram.boxes[box].cluster].append(.box(box)) }
    for corridor in corridors.indices { items[corridors[corridor].cluster].append(.corridor(corridor)) }
  }

  private mutating func findSpans() {
    func join(_ a: Range<Int>, _ b: Range<Int>) -> Range<Int> {
      a.isEmpty ? b : min(a.lowerBound, b.lowerBound)..<max(a.upperBound, b.upperBound)
    }
    for (box, rank) in ranks.rank.enumerated() {
      let cluster = diagram.boxes[box].cluster
      spans[cluster] = join(spans[cluster], rank..<rank + 1)
    }
    for cluster in parents.indices.dropFirst().reversed() where !spans[cluster].isEmpty {
      spans[parents[cluster]] = join(spans[parents[cluster]], spans[cluster])
    }
  }

  private mutating func findCorridors() {
    struct Key: Hashable {
      let source: Int
      let cluster: Int
    }
    var depths = [Int](repeating: 0, count: parents.count)
    for cluster in parents.indices.dropFirst() { depths[cluster] = depths[parents[cluster]] + 1 }
    var known: [Key: Int] = [:]
    for (number, edge) in diagram.edges.enumerated() {
      let (upper, lower) = ranks.isReversed[number] ? (edge.to, edge.from) : (edge.from, edge.to)
      let rows = ranks.rank[upper] + 1..<max(ranks.rank[lower], ranks.rank[upper] + 1)
      guard !rows.isEmpty else { continue }
      var (a, b) = (diagram.boxes[upper].cluster, diagram.boxes[lower].cluster)
      while a != b { if depths[a] >= depths[b] { a = parents[a] } else { b = parents[b] } }
      let key = Key(source: upper, cluster: a)
      let corridor = known[key] ?? corridors.count
      if corridor == corridors.count { corridors.append(Corridor(source: upper, cluster: a, rows: rows)) }
      known[key] = corridor
      corridors[corridor].rows = rows.lowerBound..<max(rows.upperBound, corridors[corridor].rows.upperBound)
      corridorOf[number] = corridor
    }
  }

  /// Places everything.
  mutating func arrange() {
    var wanted = Wishes(boxes: widths.count, corridors: corridors.count, clusters: parents.count)
    pack(wanted)
    var best = self
    var least = edgeLength
    for _ in 0..<NestedPacking.sweeps {
      wanted = wishes()
      for cluster in items.indices {
        let keyed = items[cluster].enumerated().map { (key: wish(for: $1, wanted), place: $0, item: $1) }
        items[cluster] = keyed.sorted { ($0.key, $0.place) < ($1.key, $1.place) }.map(\.item)
      }
      pack(wanted)
      let length = edgeLength
      if length < least { (best, least) = (self, length) }
    }
    self = best
  }

  /// The middles that items want to have.
  private struct Wishes {
    var box: [Int]
    var corridor: [Int]
    var cluster: [Int]

    init(boxes: Int, corridors: Int, clusters: Int) {
      box = [Int](repeating: 0, count: boxes)
      corridor = [Int](repeating: 0, count: corridors)
      cluster = [Int](repeating: 0, count: clusters)
    }
  }

  private func wish(for item: Item, _ wishes: Wishes) -> Int {
    switch item {
    case .box(let box): wishes.box[box]
    case .corridor(let corridor): wishes.corridor[corridor]
    case .cluster(let cluster): wishes.cluster[cluster]
    }
  }

  private func center(_ box: Int) -> Int { left[box] + widths[box] / 2 }

  private func wishes() -> Wishes {
    var result = Wishes(boxes: widths.count, corridors: corridors.count, clusters: parents.count)
    var (boxLinks, corridorLinks) = (result.box, result.corridor)
    var clusterLinks = result.cluster
    func link(_ sum: inout Int, _ count: inout Int, _ x: Int) { (sum, count) = (sum + x, count + 1) }
    for (number, edge) in diagram.edges.enumerated() {
      let (upper, lower) = ranks.isReversed[number] ? (edge.to, edge.from) : (edge.from, edge.to)
      let corridor = corridorOf[number]
      if corridor < 0 {
        link(&result.box[upper], &boxLinks[upper], center(lower))
        link(&result.box[lower], &boxLinks[lower], center(upper))
      } else {
        link(&result.box[upper], &boxLinks[upper], middle[corridor])
        link(&result.box[lower], &boxLinks[lower], middle[corridor])
        link(&result.corridor[corridor], &corridorLinks[corridor], (center(upper) + center(lower)) / 2)
      }
    }
    for box in widths.indices { result.box[box] = boxLinks[box] > 0 ? result.box[box] / boxLinks[box] : center(box) }
    for corridor in corridors.indices { result.corridor[corridor] /= max(corridorLinks[corridor], 1) }
    for box in widths.indices {
      let cluster = diagram.boxes[box].cluster
      link(&result.cluster[cluster], &clusterLinks[cluster], result.box[box])
    }
    for cluster in parents.indices.dropFirst().reversed() {
      result.cluster[parents[cluster]] += result.cluster[cluster]
      clusterLinks[parents[cluster]] += clusterLinks[cluster]
      result.cluster[cluster] /= max(clusterLinks[cluster], 1)
    }
    return result
  }

  /// The length of all edges across, in pixels.
  private var edgeLength: Int {
    diagram.edges.indices.reduce(0) { sum, number in
      let (from, to) = (center(diagram.edges[number].from), center(diagram.edges[number].to))
      let corridor = corridorOf[number]
      return sum + (corridor < 0 ? abs(from - to) : abs(from - middle[corridor]) + abs(middle[corridor] - to))
    }
  }

  private func extent(_ item: Item) -> (width: Int, rows: Range<Int>) {
    switch item {
    case .box(let box): (widths[box], ranks.rank[box]..<ranks.rank[box] + 1)
    case .corridor(let corridor): (NestedPacking.corridorWidth, corridors[corridor].rows)
    case .cluster(let cluster): (clusterWidth[cluster], spans[cluster])
    }
  }

  /// Places the items of every cluster in their present order.
  private mutating func pack(_ wishes: Wishes) {
    let before = clusterLeft
    var places = [[Int]](repeating: [], count: parents.count)
    for cluster in parents.indices.reversed() where !spans[cluster].isEmpty {
      places[cluster] = pack(cluster, wishes, origin: before[cluster] + NestedPacking.rim)
    }
    for cluster in parents.indices {
      let origin = clusterLeft[cluster] + (cluster > 0 ? NestedPacking.rim : 0)
      for (item, x) in zip(items[cluster], places[cluster]) {
        switch item {
        case .box(let box): left[box] = origin + x
        case .corridor(let corridor): middle[corridor] = origin + x + NestedPacking.corridorWidth / 2
        case .cluster(let inner): clusterLeft[inner] = origin + x
        }
      }
    }
  }

  /// The places of a cluster's items from its left; sets its width.
  private mutating func pack(_ cluster: Int, _ wishes: Wishes, origin: Int) -> [Int] {
    let base = spans[cluster].lowerBound
    var edge = [Int](repeating: 0, count: spans[cluster].count)
    let extents = items[cluster].map(extent)
    var places = extents.map { width, rows in
      let x = rows.map { edge[$0 - base] }.max() ?? 0
      for row in rows { edge[row - base] = x + width + NestedPacking.gap }
      return x
    }
    let label = diagram.clusters[cluster].label.shortened(to: DiagramSVG.longestLabel)
    let width = max((edge.max() ?? 0) - NestedPacking.gap, cluster > 0 ? drawingTextWidth(label) : 0)
    clusterWidth[cluster] = width + (cluster > 0 ? 2 * NestedPacking.rim : 0)
    var limit = [Int](repeating: width, count: edge.count)
    for place in places.indices.reversed() {
      let (own, rows) = extents[place]
      let most = (rows.map { limit[$0 - base] }.min() ?? own) - own
      let wanted = wish(for: items[cluster][place], wishes) - own / 2 - origin
      places[place] = min(max(wanted, places[place]), most)
      for row in rows { limit[row - base] = places[place] - NestedPacking.gap }
    }
    return places
  }
}
