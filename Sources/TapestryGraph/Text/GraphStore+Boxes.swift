import TapestryCore

// The boxes of nodes: what kind each is and the lines that stand in it.

extension GraphStore {
  /// Whether a node is a variable that is not trained.
  func isUntrainedState(_ node: Int) -> Bool {
    guard let variable = op(of: node) as? VariableOp, let place = effects.variableIndex[variable.path] else {
      return false
    }
    return !effects.variables[place].isTrainable
  }

  /// Whether a node is where a model cuts gradients off. The cuts an update makes say nothing about the model.
  package func isCut(_ node: Int) -> Bool {
    (op(of: node) as? StopGradient)?.isOfModel == true && origins(of: node).contains { $0.phase == .forward }
  }

  /// - Parameters:
  ///   - name: the node's number as printed.
  ///   - constants: for each operand its text where it is a constant that is not drawn.
  func box(of node: Int, named name: String, constants: [String?], _ phase: Phase) -> Diagram.Box {
    let op = op(of: node)
    func box(_ kind: Diagram.Kind, _ lines: [String]) -> Diagram.Box {
      Diagram.Box(name: name, kind: kind, phase: phase, lines: lines)
    }
    func leaf(_ kind: Diagram.Kind, _ text: String) -> Diagram.Box {
      box(kind, [text.shortened(to: 60), "\(kind) \(type(of: Value(node)))"])
    }
    switch op {
    case let input as InputOp: return leaf(.input, input.name)
    case let variable as VariableOp: return leaf(isUntrainedState(node) ? .state : .parameter, variable.path)
    case let assigned as AssignOp: return box(.assignment, ["\(name) assign", assigned.path.shortened(to: 60)])
    case is ConstantOp: return leaf(.constant, op.attributes)
    case is StopGradient where isCut(node): return box(.cut, ["\(name) stopGradient", "no gradient passes"])
    default:
      // `subtract(·, 1.0)`: a dot for each operand that is drawn.
      let hasConstants = constants.contains { $0 != nil }
      let operands = hasConstants ? "(" + constants.map { $0 ?? "·" }.joined(separator: ", ") + ")" : ""
      return box(.operation, ["\(name) \(Swift.type(of: op).name)\(operands)", op.attributes.shortened(to: 44)])
    }
  }

  /// A folded chain of elementwise nodes.
  func chainBox(_ ops: [String], last: String, _ phase: Phase) -> Diagram.Box {
    let shown = ops.count <= 6 ? ops : ops.prefix(3) + ["…"] + ops.suffix(2)
    return Diagram.Box(
      name: last, kind: .chain, phase: phase,
      lines: ["\(last) \(ops.count) elementwise", shown.joined(separator: " → ")])
  }
}
