extension GraphStore {
  /// Which nodes some values depend on, themselves among them, by node. Poisoned values reach nothing.
  ///
  /// Operands have smaller numbers than the nodes that use them, so one pass downwards finds all, however deep.
  package func reach(of values: some Sequence<Value>) -> [Bool] {
    var reached = [Bool](repeating: false, count: count)
    for value in values where !value.isPoison { reached[Int(value.node)] = true }
    for node in reached.indices.reversed() where reached[node] {
      for operand in operands(of: node) { reached[Int(operand.node)] = true }
    }
    return reached
  }
}

extension Effects {
  /// The values a program must compute, each with the name it is printed under: `loss`, `state "mlp/weight"`.
  package var labelledRoots: [(label: String, value: Value)] {
    reports.map { ($0.name, $0.value) }
      + variables.filter { $0.version > 0 }.map { ("state \"\($0.path)\"", $0.current) }
  }
}
