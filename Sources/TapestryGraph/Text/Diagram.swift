// A drawing before it is written: boxes in clusters that nest, and edges between boxes.
//
// Graphs and tapes are turned into one of these (`GraphDiagram`, `Tape+Drawing`); `Diagram+DOT` writes it for Graphviz and
// the notebooks' layout as SVG. So what a drawing shows is decided once, and what it looks like once for each form.
// Boxes, edges and clusters are in the order of the nodes and instructions they stand for, and a cluster has a larger
// number than the one around it: the same program gives the same bytes.

/// Boxes, edges and clusters of a drawing.
package struct Diagram: Sendable {
  /// What a box stands for.
  package enum Kind: String, Sendable, CaseIterable {
    case input, parameter, state, constant, output, operation, assignment, cut, chain, folded, memory, reference
  }

  /// One box.
  package struct Box: Sendable {
    /// What DOT calls it, and what a caption may name: `n7`, `out0`.
    package var name: String
    package var kind: Kind
    package var phase: Phase
    package var lines: [String]
    /// The type of what it computes, as edges carry it; empty where that is told otherwise.
    package var type = ""
    /// Where it comes from, for a tooltip.
    package var note: String?
    /// The innermost cluster it lies in.
    package var cluster: Int

    package init(name: String, kind: Kind, phase: Phase = .forward, lines: [String], cluster: Int = 0) {
      (self.name, self.kind, self.phase, self.lines, self.cluster) = (name, kind, phase, lines, cluster)
    }
  }

  /// An arrow from one box to another.
  package struct Edge: Sendable {
    package var from: Int
    package var to: Int
    package var label = ""
    /// Whether no gradient comes back along it.
    package var isCut = false

    package init(from: Int, to: Int, label: String = "", isCut: Bool = false) {
      (self.from, self.to, self.label, self.isCut) = (from, to, label, isCut)
    }
  }

  /// A frame around boxes and other clusters. Number 0 is the whole drawing.
  package struct Cluster: Sendable {
    package enum Kind: Sendable {
      case whole, phase, scope, kernel, wave, loop
    }

    package var kind: Kind
    package var label: String
    package var parent: Int
    /// What its name in DOT ends with.
    package var name: String

    package init(kind: Kind, label: String, parent: Int, name: String) {
      (self.kind, self.label, self.parent, self.name) = (kind, label, parent, name)
    }
  }

  package var title: String
  package var boxes: [Box] = []
  package var edges: [Edge] = []
  package var clusters = [Cluster(kind: .whole, label: "", parent: 0, name: "0")]

  package init(_ title: String) { self.title = title }

  /// Adds a box and gives its number.
  package mutating func add(_ box: Box) -> Int {
    boxes.append(box)
    return boxes.count - 1
  }

  /// Adds a cluster and gives its number.
  package mutating func add(_ cluster: Cluster) -> Int {
    clusters.append(cluster)
    return clusters.count - 1
  }
}
