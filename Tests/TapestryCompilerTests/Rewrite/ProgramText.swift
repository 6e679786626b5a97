import TapestryCore
import TapestryGraph

@testable import TapestryCompiler

extension ProgramGraph {
  /// The nodes, one a line, and the roots: two programs of one text are one program.
  var text: String {
    let nodes = (0..<store.count).map { store.line(of: $0) }
    return (nodes + roots.map { "\($0.target): %\($0.value.node).\($0.value.output)" }).joined(separator: "\n")
  }
}
