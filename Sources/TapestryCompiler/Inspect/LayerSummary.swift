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
    let source = compiled.source
    return source.modelLayers.map { layer in
      LayerSummary(
        scope: layer.scope, output: layer.output.map { source.store.type(of: $0) }, parameters: layer.parameters,
        flops: layer.flops, gradientFlops: layer.gradientFlops)
    }
  }
}

/// A layer as it is found.
struct ModelLayer {
  let scope: String
  /// The last value made on the line that reads a parameter.
  fileprivate var made: Value?
  fileprivate var line: SourcePlace?
  /// The last value read outside.
  fileprivate var read: Value?
  fileprivate var last: Value?
  var parameters = 0
  var flops = 0
  var gradientFlops = 0

  fileprivate init(_ scope: String) { self.scope = scope }

  /// What it gives; nil where it only declares.
  var output: Value? { made ?? read ?? last }
}

extension ProgramGraph {
  /// The layers, in the order they first appear.
  var modelLayers: [ModelLayer] {
    let reached = store.reach(of: roots.map(\.value))
    let isReported = store.reach(of: forward.roots.map(\.value))
    var layers: [ModelLayer] = []
    var places: [String: Int] = [:]
    func layer(_ scope: String) -> Int {
      if let known = places[scope] { return known }
      places[scope] = layers.count
      layers.append(ModelLayer(scope))
      return layers.count - 1
    }
    var scopes = [String](repeating: "", count: store.count)
    for node in reached.indices where reached[node] {
      guard let origin = store.origins(of: node).last, store.nodes[node].fusion != .leaf else { continue }
      scopes[node] = origin.scope
      switch origin.phase {
      case .forward where isReported[node]:
        for operand in store.operands(of: node) where scopes[Int(operand.node)] != origin.scope {
          if let other = places[scopes[Int(operand.node)]] { layers[other].read = operand }
        }
        let own = layer(origin.scope)
        layers[own].flops += store.flops(of: node)
        layers[own].last = Value(node)
        if store.operands(of: node).contains(where: { store.isOp(Int($0.node), VariableOp.self) }) {
          layers[own].line = origin.place
        }
        if layers[own].line != nil, layers[own].line == origin.place { layers[own].made = Value(node) }
      case .gradient:
        if let own = places[origin.scope] { layers[own].gradientFlops += store.flops(of: node) }
      case .forward, .update: continue
      }
    }
    for variable in store.effects.variables where variable.isTrainable {
      layers[layer(variable.scope)].parameters += variable.type.shape.count
    }
    return layers.filter { $0.last != nil || $0.parameters > 0 }
  }
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
