package import TapestryCore

// The text form of a graph: one line a node, in node order, which is topological.
//
//     %0 = input "images" : float32[32, 64]  # Main.swift:5
//     %1 = variable "mlp/weight" : float32[64, 10]  # mlp Main.swift:8
//     %2 = dot(%0, %1) : float32[32, 10]  # mlp Main.swift:9
//     %3 = sum(%2) over: [0, 1] : float32[]  # Main.swift:12
//     return loss = %3
//
// Nodes are numbered anew, densely, so that the text does not change when nodes nobody reaches come or go. A result of
// a node that has several is `%4.1`. What follows `#` says where the node was first asked for: scope, file and line,
// and for nodes that are not of the model itself, what they are for: `gradient of %2`, `update`. The text is appended
// to one string in one pass, and the text of an op is made once: time and memory are linear in the nodes.

extension GraphStore {
  /// The text of the nodes that `roots` reach and of what is returned.
  ///
  /// - Parameters:
  ///   - roots: the values the program computes, each with the name it is returned under.
  ///   - allNodes: whether nodes the roots do not reach are printed too.
  package func text(roots: [(label: String, value: Value)], allNodes: Bool = false) -> String {
    let shown = allNodes ? [Bool](repeating: true, count: count) : reach(of: roots.map(\.value))
    let names = NodeNames(self, shown: shown)
    var heads = [OpText?](repeating: nil, count: ops.count)
    var text = ""
    for node in shown.indices where shown[node] {
      let op = Int(nodes[node].op)
      let head = heads[op] ?? OpText(ops[op])
      heads[op] = head
      text += names[node]
      text += " = "
      text += head.name
      let operands = operands(of: node)
      if !operands.isEmpty {
        text += "("
        for (place, operand) in operands.enumerated() {
          if place > 0 { text += ", " }
          text += names[operand]
        }
        text += ")"
      }
      text += head.attributes
      for output in 0..<resultCount(of: node) {
        text += output == 0 ? " : " : ", "
        text += type(of: Value(node, output)).description
      }
      let note = note(of: node, names)
      text += note.isEmpty ? "\n" : "  # \(note)\n"
    }
    let returned = roots.map { "\(oneLine($0.label)) = \($0.value.isPoison ? "poison" : names[$0.value])" }
    return text + (returned.isEmpty ? "" : "return \(returned.joined(separator: ", "))\n")
  }

  /// Where a node was first asked for and what it is for; empty when nothing is known.
  func note(of node: Int, _ names: NodeNames) -> String {
    let origins = origins(of: node)
    guard let first = origins.last else { return "" }
    var parts: [String] = []
    if !first.scope.isEmpty { parts.append(oneLine(first.scope)) }
    if let place = first.place { parts.append(place.short) }
    var note = parts.joined(separator: " ")
    if first.phase != .forward {
      if !note.isEmpty { note += ", " }
      note += "\(first.phase)"
      if names.isShown(Int(first.partner)) { note += " of \(names[Int(first.partner)])" }
    }
    if origins.count > 1 { note += " (and \(origins.count - 1) more)" }
    return note
  }
}

extension SourcePlace {
  /// File and line without the module, `Main.swift:12`.
  package var short: String { "\(file.split(separator: "/").last ?? ""):\(line)" }
}

/// The name and attributes of an op as they stand in a line.
private struct OpText {
  let name: String
  /// With a leading space; empty without any.
  let attributes: String

  init(_ op: some Op) {
    name = type(of: op).name
    attributes = op.attributes.isEmpty ? "" : " " + oneLine(op.attributes)
  }
}

/// The text with control characters replaced, so that a name with a line break in it stays on its line.
package func oneLine(_ text: String) -> String {
  func isControl(_ code: UInt32) -> Bool { code < 0x20 || code == 0x7f }
  guard text.utf8.contains(where: { isControl(UInt32($0)) }) else { return text }
  return String(String.UnicodeScalarView(text.unicodeScalars.map { isControl($0.value) ? "\u{FFFD}" : $0 }))
}

extension Graph: CustomStringConvertible {
  /// All nodes, one a line, then what is reported and assigned.
  public var description: String {
    let store = snapshot
    return store.text(roots: store.effects.labelledRoots, allNodes: true)
  }
}
