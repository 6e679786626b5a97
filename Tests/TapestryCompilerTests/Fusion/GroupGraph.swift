import TapestryCore
import TapestryGraph

@testable import TapestryCompiler

/// The kernels of a fusion plan and who reads whom, worked out anew from the graph.
struct GroupGraph {
  let program: ProgramGraph
  let plan: FusionPlan
  /// Edges between nodes of different kernels, views between them left out.
  let edges: [(producer: Int, consumer: Int)]

  init(_ program: ProgramGraph, joins: Bool = true) {
    self.program = program
    plan = FusedProgram(program, BodyOptions(fuses: joins)).plan
    let store = program.store
    let reachable = store.reach(of: program.roots.map(\.value))
    let views = ViewAccesses(store, reachable: reachable)
    var edges: [(producer: Int, consumer: Int)] = []
    for node in 0..<store.count where reachable[node] && plan.groupOf[node] >= 0 {
      for operand in store.operands(of: node) {
        let source = Int(views.base(of: operand).node)
        guard plan.groupOf[source] >= 0, plan.groupOf[source] != plan.groupOf[node] else { continue }
        edges.append((source, node))
      }
    }
    self.edges = edges
  }

  func group(of node: Int) -> Int { Int(plan.groupOf[node]) }

  /// Pairs of neighbouring kernels of fused code.
  var neighbours: Set<[Int]> {
    Set(
      edges.map { [group(of: $0.producer), group(of: $0.consumer)] }.filter {
        $0.allSatisfy { plan.groups[$0].isFused }
      })
  }

  /// Whether a path leads from one kernel to another through a third.
  func hasWayAround(_ first: Int, _ last: Int) -> Bool {
    var readers: [Int: Set<Int>] = [:]
    for (producer, consumer) in edges { readers[group(of: producer), default: []].insert(group(of: consumer)) }
    var open = Array(readers[first, default: []].subtracting([last]))
    var seen = Set(open)
    while let next = open.popLast() {
      if next == last { return true }
      for reader in readers[next, default: []] where seen.insert(reader).inserted { open.append(reader) }
    }
    return false
  }

  /// Whether two kernels could be one as far as their frames and the edges between them go.
  func fits(_ first: Int, _ second: Int) -> Bool {
    let (a, b) = (plan.groups[first], plan.groups[second])
    guard a.members.count + b.members.count <= Fuser.mostMembers, let joined = try? frame(a).joined(with: frame(b))
    else {
      return false
    }
    let store = program.store
    let reachable = store.reach(of: program.roots.map(\.value))
    let (views, trace) = (ViewAccesses(store, reachable: reachable), AxisTrace(store, reachable: reachable))
    return b.members.allSatisfy { node in
      let op = store.op(of: node)
      let combines = op is any ReductionOp && plan.isKept[node]
      let readShape = store.type(of: op is any ReductionOp ? store.operands(of: node).first! : Value(node)).shape
      return store.operands(of: node).allSatisfy { operand in
        let base = views.base(of: operand)
        guard plan.groupOf[Int(base.node)] == Int32(first) else { return true }
        let traced = trace[operand]
        guard traced.source == base, node != b.product, !(op is any PlacedOp), !views.isCopied(node) else {
          return false
        }
        let aligned = AxisTrace.alignment(of: store.type(of: operand).shape, in: readShape)
        let edge: Void? = try? joined.frame.check(
          axes: traced.axes.map { aligned[$0] }, isKept: joined.firstIsKept || plan.isKept[Int(base.node)],
          readsKept: !combines && (joined.secondIsKept || plan.isKept[node]))
        return edge != nil
      }
    }
  }

  private func frame(_ group: FusionGroup) -> FusionFrame {
    FusionFrame(space: group.space, reduced: group.reduced, hasProduct: group.product >= 0)
  }
}
