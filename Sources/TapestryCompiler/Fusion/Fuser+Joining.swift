import TapestryCore
import TapestryGraph

// How groups of nodes find each other: a node and those it reads, two neighbours as wholes, two readers of one value.

extension Fuser {
  /// A group that makes operands of a node, with the edges to it.
  private struct Candidate {
    let group: Int
    var edges: [FusionGroups.Edge]
  }

  /// Joins a node's group with as many of the groups it reads as fit together.
  func join(_ group: Int, of node: Int, _ edges: [FusionGroups.Edge]) {
    let candidates = candidates(edges)
    let combines = isKept[node]
    var excluded: [Int: FusionRefusal] = [:]
    search: while true {
      // What does not fit beside the others chosen is tried again when one of those has to be left out.
      var dropped = excluded
      var chosen: [(group: Int, joined: JoinedFrame)] = []
      var (frame, size) = (groups[group].frame, 1)
      groups.visits += edges.count
      isKept[node] = combines
      for candidate in candidates where dropped[candidate.group] == nil {
        do throws(FusionRefusal) {
          let joined = try jointFrame(candidate.group, frame, size, candidate.edges)
          chosen.append((candidate.group, joined))
          frame = joined.frame
          size += groups[candidate.group].members.count
          isKept[node] = isKept[node] || joined.secondIsKept
        } catch {
          dropped[candidate.group] = error
        }
      }
      let level = candidates.reduce(0) { max($0, groups[$1.group].level + (dropped[$1.group] == nil ? 0 : 1)) }
      for (other, _) in chosen {
        guard let refusal = groups.lift(other, to: level, staying: candidates.map(\.group), partner: group) else {
          continue
        }
        excluded[other] = refusal
        continue search
      }
      for candidate in candidates {
        guard let reason = dropped[candidate.group] else { continue }
        for edge in candidate.edges { refuse(edge, edge.obstacle ?? reason) }
      }
      groups[group].level = level
      var whole = group
      for (other, joined) in chosen { whole = join(other, whole, joined) }
      return
    }
  }

  /// The groups edges come from. Products stand first, since only one fits; then the widest spaces.
  private func candidates(_ edges: [FusionGroups.Edge]) -> [Candidate] {
    var found: [Candidate] = []
    for edge in edges {
      guard let group = groups.group(of: edge.producer) else { continue }
      if let place = found.firstIndex(where: { $0.group == group }) {
        found[place].edges.append(edge)
      } else {
        found.append(Candidate(group: group, edges: [edge]))
      }
    }
    return found.sorted { a, b in
      let (x, y) = (groups[a.group], groups[b.group])
      if x.frame.hasProduct != y.frame.hasProduct { return x.frame.hasProduct }
      if x.frame.space.count != y.frame.space.count { return x.frame.space.count > y.frame.space.count }
      return (x.level, a.edges[0].producer) > (y.level, b.edges[0].producer)
    }
  }

  /// Joins the groups at the two ends of every edge that allows it.
  ///
  /// - Returns: whether any were joined.
  func joinAlongEdges() -> Bool {
    var joinsAny = false
    // Many edges may lead from one group to another; the answer for all of them is the same.
    var answers: [FusionEdge: FusionRefusal] = [:]
    for edge in groups.edges where edge.obstacle == nil {
      guard let first = groups.group(of: edge.producer), let second = groups.group(of: edge.consumer), first != second
      else { continue }
      let pair = FusionEdge(first, second)
      if answers[pair] == nil { answers[pair] = joinNeighbours(first, second) }
      if let answer = answers[pair] { refuse(edge, answer) } else { joinsAny = true }
    }
    return joinsAny
  }

  /// Joins a group with one that reads it, or says why not.
  private func joinNeighbours(_ first: Int, _ second: Int) -> FusionRefusal? {
    do throws(FusionRefusal) {
      let joined = try jointFrame(
        first, groups[second].frame, groups[second].members.count, groups.edges(from: first, to: second))
      if let refusal = groups.lift(first, to: groups[second].level, staying: [second], partner: second) {
        return refusal
      }
      _ = join(first, second, joined)
      return nil
    } catch {
      return error
    }
  }

  /// Joins groups over the same points that read one value at all of them.
  ///
  /// A product is left to its epilogue, and a reduction is joined only with one over the same axes: what is read twice
  /// costs less than elementwise work on the few threads that can share a reduction along columns.
  ///
  /// - Returns: whether any were joined.
  func joinReadersOfOneValue() -> Bool {
    var joinsAny = false
    var readers: [Value: [Int]] = [:]
    for node in 0..<graph.count where reachable[node] {
      guard let own = groups.group(of: node), groups[own].isFused, !groups[own].frame.hasProduct else { continue }
      for value in wholeReads(of: node, groups[own].frame.space.count) {
        var seen = readers[value, default: []]
        let joined = seen.contains { joinReaders(of: node, $0) }
        if joined { joinsAny = true } else if seen.count < Fuser.mostReaders { seen.append(node) }
        readers[value] = seen
      }
    }
    return joinsAny
  }

  /// Readers of one value that a further one is compared with.
  private static let mostReaders = 4

  /// The values a node reads element by element over a whole space.
  private func wholeReads(of node: Int, _ rank: Int) -> [Value] {
    guard [.elementwise, .reduction].contains(graph.nodes[node].fusion), !OpCatalogue.isPlaced(graph.opType(of: node))
    else {
      return []
    }
    return graph.operands(of: node).map { trace[$0] }.filter { traced in
      SqueezedShape.rank(graph.type(of: traced.source).shape) == rank && rank > 0
        && views.base(of: traced.source).node == traced.source.node
    }.map(\.source)
  }

  /// Joins the groups of two nodes; false when they are one already or may not be.
  private func joinReaders(of node: Int, _ other: Int) -> Bool {
    guard let a = groups.group(of: node), let b = groups.group(of: other), a != b,
      groups[a].frame.space == groups[b].frame.space, groups[a].frame.reduced == groups[b].frame.reduced
    else { return false }
    let (lower, upper) = groups[a].level < groups[b].level ? (a, b) : (b, a)
    guard let joined = try? jointFrame(lower, groups[upper].frame, groups[upper].members.count, []),
      groups.lift(lower, to: groups[upper].level, staying: [upper]) == nil
    else { return false }
    _ = join(lower, upper, joined)
    return true
  }
}
