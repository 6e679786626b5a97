public import TapestryCompiler
public import TapestryTerminal

extension Inspection {
  /// The layers as a table with their sums: output, parameters, operations forward and of gradients.
  public var layerTable: TextTable {
    var table = TextTable([
      .left("layer"), .left("output"), .right("parameters"), .right("flops"), .right("gradient flops"),
    ])
    let layers = layers
    for layer in layers {
      table.add(
        layer.scope.isEmpty ? "(top)" : layer.scope, layer.output.map { "\($0)" } ?? "", layer.parameters, layer.flops,
        layer.gradientFlops)
    }
    func total(_ count: (LayerSummary) -> Int) -> Int { layers.reduce(0) { $0 + count($1) } }
    table.add("all", "", total(\.parameters), total(\.flops), total(\.gradientFlops))
    return table
  }
}
