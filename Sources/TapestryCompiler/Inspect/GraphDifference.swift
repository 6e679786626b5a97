public import TapestryCore
import TapestryGraph

// What changed between two stages.
//
// Numbers of nodes differ from stage to stage, so nodes are compared by what they are: both graphs are replayed into one
// arena, which holds each expression once, and nodes that become one there are the same. Of the others some stand for the
// same value (`GraphPairing`). A pair with one op on operands that are the same or paired merely passes a change on and is
// counted; any other pair is a change, and so is what is left on either side.

/// The nodes that two stages of a program do not share.
public struct GraphDifference: Sendable, CustomStringConvertible {
  /// One thing that changed, as lines of the texts of the two stages.
  public struct Change: Sendable, Hashable {
    /// The node of the first stage; nil where it is new.
    public let before: String?
    /// The node of the second stage that has its value; nil where it is gone.
    public let after: String?
    /// The rules that made the node of the second stage.
    public let rules: [String]
  }

  /// The names of the stages.
  public let stages: (from: String, to: String)
  /// How many nodes each of them has.
  public let nodeCounts: (from: Int, to: Int)
  /// Nodes of both, the same in all they depend on.
  public let sameCount: Int
  /// Nodes of both with the same op, on operands of which some changed.
  public let passedOnCount: Int
  /// What changed, in the order of the second stage; what is gone comes last.
  public let changes: [Change]

  /// Counts, then `~` a node that another replaced, `+` a new one, `-` one that is gone.
  public var description: String {
    var text =
      "\(stages.from) -> \(stages.to): \(nodeCounts.from) nodes, then \(nodeCounts.to); \(sameCount) the same, "
      + "\(passedOnCount) on changed operands\n"
    for change in changes {
      switch (change.before, change.after) {
      case (let before?, let after?): text += "~ \(before)\n    became \(after)\n"
      case (nil, let after?): text += "+ \(after)\n"
      case (let before?, nil): text += "- \(before)\n"
      case (nil, nil): continue
      }
      if !change.rules.isEmpty { text += "    by " + change.rules.map { "'\($0)'" }.joined(separator: ", ") + "\n" }
    }
    return text
  }
}

extension Inspection {
  /// What changed from one stage to another; both must be graphs.
  ///
  /// - Throws: `usage` for a name that is no stage or no graph.
  public func difference(from first: String, to second: String) throws(TapestryError) -> GraphDifference {
    GraphPairing(try stage(first), try stage(second)).difference()
  }
}

extension GraphPairing {
  fileprivate func difference() -> GraphDifference {
    let (oldLines, newLines) = (old.lines, new.lines)
    func before(_ node: Int) -> String { String(oldLines[old.number[node]]) }
    func after(_ node: Int) -> String { String(newLines[new.number[node]]) }
    var changes: [GraphDifference.Change] = []
    var (same, passedOn) = (0, 0)
    for node in shared.new.indices where shared.new[node] >= 0 {
      if let partner = partner.new[node] {
        if isPassedOn(partner, node) {
          passedOn += 1
        } else {
          changes.append(.init(before: before(partner), after: after(node), rules: new.trail.rules(of: node)))
        }
      } else if isInOld.contains(shared.new[node]) {
        same += 1
      } else {
        changes.append(.init(before: nil, after: after(node), rules: new.trail.rules(of: node)))
      }
    }
    for node in shared.old.indices where shared.old[node] >= 0 && !isInNew.contains(shared.old[node]) {
      guard let replaced = partner.old[node] else {
        changes.append(.init(before: before(node), after: nil, rules: []))
        continue
      }
      // Its value had been there before, or stands for another node, too.
      if partner.new[replaced] != node {
        changes.append(.init(before: before(node), after: after(replaced), rules: []))
      }
    }
    return GraphDifference(
      stages: (old.name, new.name), nodeCounts: (shared.old.count { $0 >= 0 }, shared.new.count { $0 >= 0 }),
      sameCount: same, passedOnCount: passedOn, changes: changes)
  }
}
