public import TapestryCore
import TapestryGraph

// The layers of a model: its scopes, with what each gives, how many parameters it trains and how much it computes.
//
// A layer is a scope that computes something or declares a parameter. An operator belongs to the scope of its operands, so
// a loss lies in the scope of what it is a loss of; the output of a layer with parameters is therefore the last value made
// on the line that reads them last. Without parameters it is its last value that is read outside of it. Operations are counted in the trace, before any pass, loops with all their steps, and the
// gradient of a layer is what was recorded by the rules of its nodes.

/// A scope of the model in numbers.
public struct LayerSummary: Sendable, Hashable {
  /// The path of the scope; empty at the top.
  public let scope: String
  /// The type of what it gives; nil where it only declares.
  public let output: TensorType?
  /// Elements of the parameters declared in it, those of scopes inside left out.
  public let parameters: Int
  /// Arithmetic operations of the forward graph.
  public let flops: Int
  /// Arithmetic operations of its gradients.
  public let gradientFlops: Int
}

extension Inspection {
  /// The layers, in the order they first appear.
  public var layers: [LayerSummary] {
    let store = compiled.source.store
    let reached = store.reach(of: compiled.source.roots.map(\.value))
    let isReported = store.reach(of: compiled.source.forward.roots.map(\.value))
    var layers: [String: LayerCount] = [:]
    var order: [String] = []
    func change(_ scope: String, _ body: (inout LayerCount) -> Void) {
      if layers[scope] == nil { order.append(scope) }
      body(&layers[scope, default: LayerCount()])
    }
    var scopes = [String](repeating: "", count: store.count)
    for node in reached.indices where reached[node] {
      guard let origin = store.origins(of: node).last, store.nodes[node].fusion != .leaf else { continue }
      scopes[node] = origin.scope
      let flops = store.flops(of: node)
      switch origin.phase {
      case .forward where isReported[node]:
        for operand in store.operands(of: node) where scopes[Int(operand.node)] != origin.scope {
          layers[scopes[Int(operand.node)]]?.output = operand
        }
        let readsParameter = store.operands(of: node).contains { store.op(of: Int($0.node)) is VariableOp }
        change(origin.scope) { layer in
          layer.flops += flops
          layer.last = Value(node)
          if readsParameter { layer.line = origin.place }
          if layer.line != nil, layer.line == origin.place { layer.made = Value(node) }
        }
      case .gradient: layers[origin.scope]?.gradientFlops += flops
      case .forward, .update: continue
      }
    }
    for variable in store.effects.variables where variable.isTrainable {
      change(variable.scope) { $0.parameters += variable.type.shape.count }
    }
    return order.compactMap { scope in
      guard let layer = layers[scope], layer.last != nil || layer.parameters > 0 else { return nil }
      return LayerSummary(
        scope: scope, output: (layer.made ?? layer.output ?? layer.last).map { store.type(of: $0) },
        parameters: layer.parameters,
        flops: layer.flops, gradientFlops: layer.gradientFlops)
    }
  }
}

private struct LayerCount {
  /// The last value made on the line that reads a parameter.
  var made: Value?
  var line: SourcePlace?
  /// The last value read outside.
  var output: Value?
  var last: Value?
  var parameters = 0
  var flops = 0
  var gradientFlops = 0
}

extension Variable {
  /// The path of the scope it is declared in.
  var scope: String { path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "" }
}

extension GraphStore {
  /// Arithmetic operations of one evaluation of a node.
  func flops(of node: Int) -> Int {
    op(of: node).flops(
      operands(of: node).map { type(of: $0) }, (0..<resultCount(of: node)).map { type(of: Value(node, $0)) })
  }
}
