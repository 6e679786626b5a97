import CTapestryKernels
import TapestryCore
import TapestryGraph
import TapestryTape

extension Lowering {
  /// Completes the draft of a product: its kernel, own operands and parameters. The region is its epilogue.
  mutating func lowerProduct(_ node: Int, _ draft: inout Draft) {
    let operands = Array(graph.operands(of: node))
    draft.dtype = graph.type(of: Value(node)).dtype
    switch graph.op(of: node) {
    case is Dot:
      draft.routine = .kernel(TAP_KERNEL_DOT)
      draft.parameters = [graph.type(of: operands[0]).shape.extents.last!]
      for operand in operands {
        let access = views[operand]
        draft.operands.append(
          DraftOperand(
            buffer: buffer(of: access.base), byteOffset: access.offset * draft.dtype.byteCount, isWrite: false))
        draft.parameters += access.strides
      }
    default:
      preconditionFailure("no product kernel for '\(type(of: graph.op(of: node)).name)'")
    }
  }
}
