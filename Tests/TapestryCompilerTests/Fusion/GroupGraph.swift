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
}
