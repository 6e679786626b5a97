import TapestryCore
import TapestryGraph

@testable import TapestryCompiler

/// Graphs of random expressions over elementwise ops, views, reductions and products.
///
/// Values are kept tame (through tanh and small factors), so that a reassociation cannot be far off, and every tensor
/// made may be used again, so that graphs have shared parts.
struct RandomGraph {
  let program: ProgramGraph
  let inputs: [String: NDArray]

  init(seed: Int, nodes: Int = 40) throws {
    let stream = RandomStream(seed: seed, name: "graph")
    var drawn = 0
    func draw(_ count: Int) -> Int {
      drawn += 1
      return Int(stream.bits(at: drawn)) % count
    }
    let graph = Graph()
    var made: [Tensor] = [
      graph.input("a", [2, 3]), graph.input("b", [3, 4]), graph.input("c", [1, 3]), graph.input("d", []),
      graph.input("e", [2, 3, 4]),
    ]
    for _ in 0..<nodes {
      let x = made[draw(made.count)]
      let y = made[draw(made.count)]
      made.append(RandomGraph.expression(x, y, draw))
    }
    for (place, tensor) in made.suffix(4).enumerated() { graph.report("r\(place)", tensor) }
    program = try ProgramGraph(tracing: graph)
    var inputs: [String: NDArray] = [:]
    for (name, value) in program.store.effects.inputs {
      let type = program.store.type(of: value)
      let values = RandomStream(seed: seed, name: name)
      inputs[name] = NDArray(type.shape, type.dtype) { values.uniform(at: $0) * 3 - 1.5 }
    }
    self.inputs = inputs
  }

  private static func expression(_ x: Tensor, _ y: Tensor, _ draw: (Int) -> Int) -> Tensor {
    let constants: [Double] = [1, -1, 0, -0.0, 2, 0.5, 0.3]
    let c = constants[draw(constants.count)]
    let fits = x.shape.broadcast(with: y.shape).map { $0.count <= 64 && $0.rank <= 4 } ?? false
    switch draw(26) {
    case 0...2: return fits ? x + y : tanh(x)
    case 3, 4: return fits ? x - y : -x
    case 5, 6: return fits ? tanh(x) * tanh(y) : x * 0.5
    case 7: return fits ? select(x .< y, x, y * 0.5) : abs(x)
    case 8: return fits ? maximum(x, y) : x
    case 9: return c + x
    case 10: return x * c
    case 11: return x - c
    case 12: return -x
    case 13: return power(tanh(x), Double(draw(4)))
    case 14: return log(1 + exp(tanh(x)))
    case 15: return sigmoid(x)
    case 16: return x.rank > 1 ? x.transpose() : x.broadcast(to: Shape([2] + x.shape.extents))
    case 17: return x.reshape([x.shape.count])
    case 18: return x.rank < 4 && x.shape.count <= 32 ? x.broadcast(to: Shape([2] + x.shape.extents)) : tanh(x)
    case 19: return x.rank > 0 ? sum(x, over: [draw(x.rank)], keepingAxes: draw(2) == 0) * 0.25 : x
    case 20: return x.rank > 0 ? max(x, over: [draw(x.rank)], keepingAxes: draw(2) == 0) : x
    case 21: return x.rank == 2 && x.shape.count > 1 ? dot(tanh(x), tanh(x).transpose()) * 0.2 : tanh(x)
    case 22: return x.rank > 0 && x.extent(0) > 1 ? slice(x, axis: 0, 1..<x.extent(0)) : x
    case 23: return x.rank > 0 && x.shape.count < 32 ? pad(x, axis: 0, low: draw(2), high: draw(2)) : x
    case 24: return x.rank > 0 && x.shape.count <= 32 ? concatenate([x, x * 0.5], axis: 0) : x
    default: return x.rank > 0 ? reverse(x, axes: [0]) : x
    }
  }
}
