import TapestryCore

/// What a node looks like in a drawing.
struct DOTLook {
  var lines: [String]
  var shape: String
  var style = "filled"
  var fill: String
  /// Attributes beside these, such as another border.
  var more = ""

  fileprivate static let longestLine = 44
  /// The border of a cut and the edges that leave it.
  static let cut = ", color=\"#c62828\", fontcolor=\"#c62828\", penwidth=2"

  /// A folded chain of elementwise nodes.
  static func chain(_ ops: [String], last: String, _ phase: Phase) -> DOTLook {
    let shown = ops.count <= 6 ? ops : ops.prefix(3) + ["…"] + ops.suffix(2)
    return DOTLook(
      lines: ["\(last) \(ops.count) elementwise", shown.joined(separator: " → ")], shape: "box3d", fill: phase.color)
  }
}

extension GraphStore {
  /// Whether a node is a constant with one element.
  func isScalarConstant(_ node: Int) -> Bool { (op(of: node) as? ConstantOp)?.array.count == 1 }

  /// Whether a node is where a model cuts gradients off. The cuts an update makes say nothing about the model.
  func isCut(_ node: Int) -> Bool {
    op(of: node) is StopGradient && origins(of: node).contains { $0.phase == .forward }
  }

  /// - Parameters:
  ///   - name: the node's number as printed.
  ///   - constants: for each operand its text where it is a constant that is not drawn.
  func look(of node: Int, named name: String, constants: [String?], _ phase: Phase) -> DOTLook {
    let op = op(of: node)
    func leaf(_ kind: String, _ text: String, _ shape: String, _ fill: String) -> DOTLook {
      let type = type(of: Value(node))
      return DOTLook(lines: [text.shortened(to: 60), "\(kind) \(type)"], shape: shape, fill: fill)
    }
    switch op {
    case let input as InputOp: return leaf("input", input.name, "invhouse", "#c8e6c9")
    case let variable as VariableOp:
      let known = effects.variableIndex[variable.path].map { effects.variables[$0] }
      return known?.isTrainable ?? true
        ? leaf("parameter", variable.path, "cylinder", "#ffe082") : leaf("state", variable.path, "cylinder", "#d7ccc8")
    case let assigned as AssignOp:
      return DOTLook(
        lines: ["\(name) assign", assigned.path.shortened(to: 60)], shape: "cylinder", style: "filled,dashed",
        fill: phase.color)
    case is ConstantOp: return leaf("constant", op.attributes, "note", "#eceff1")
    case is StopGradient where isCut(node):
      return DOTLook(
        lines: ["\(name) stopGradient", "no gradient passes"], shape: "octagon", style: "filled,dashed",
        fill: phase.color, more: DOTLook.cut)
    default:
      // `subtract(·, 1.0)`: a dot for each operand that is drawn.
      let hasConstants = constants.contains { $0 != nil }
      let operands = hasConstants ? "(" + constants.map { $0 ?? "·" }.joined(separator: ", ") + ")" : ""
      return DOTLook(
        lines: ["\(name) \(Swift.type(of: op).name)\(operands)", op.attributes.shortened(to: DOTLook.longestLine)],
        shape: "box",
        style: "filled,rounded", fill: phase.color)
    }
  }
}

extension Phase {
  /// The fill of a box.
  var color: String {
    switch self {
    case .forward: "#bbdefb"
    case .gradient: "#ffccbc"
    case .update: "#e1bee7"
    }
  }
}

extension DOTCluster {
  /// Frame and background.
  var look: String {
    switch kind {
    case .whole: ""
    case .phase: "color=\"#90a4ae\"; style=\"rounded,dashed\"; fontsize=13;"
    case .scope: "color=\"#b0bec5\"; style=\"rounded,filled\"; fillcolor=\"#fafafa\";"
    case .kernel: "color=\"#43a047\"; style=\"rounded,bold\"; fontcolor=\"#2e7d32\";"
    }
  }
}
