import CTapestryKernels
import TapestryCore
import TapestryGraph
import TapestryTape

extension Lowering {
  /// Lowers an op that is an instruction of its own: to its kernel, or to a call of its reference meaning.
  mutating func lowerAlone(_ node: Int, _ wanted: [Value]) throws(TapestryError) {
    let results = (0..<graph.resultCount(of: node)).map { Value(node, $0) }
    guard results.contains(where: { graph.type(of: $0).shape.count > 0 }) else { return }
    let operands = Array(graph.operands(of: node))
    let op = graph.op(of: node)
    var draft = Draft(
      routine: .callOut(-1), dtype: graph.type(of: results[0]).dtype, region: nil, operands: [], members: [node])
    draft.flops = flops([node])
    for operand in operands { draft.operands.append(contiguous(operand)) }
    for result in results { draft.operands.append(DraftOperand(buffer: buffer(of: result), byteOffset: 0, isWrite: true)) }
    let own = draft.operands
    switch op {
    case let gather as Gather:
      draft.use(TAP_KERNEL_GATHER, [own[2], own[0], own[1]], parameters(of: gather, operands[0], operands[1]))
      draft.canFault = true
    case let scatter as ScatterAdd:
      draft.use(TAP_KERNEL_SCATTER_ADD, [own[3], own[0], own[1], own[2]], parameters(of: scatter, operands[0], operands[2]))
      draft.canFault = true
    default:
      draft.callOut = CallOut(
        OpCall(op: op), operands.map { graph.type(of: $0) }, results.map { graph.type(of: $0) })
      draft.canFault = true
    }
    program.drafts.append(draft)
  }

  /// The numbers the indexing kernels take.
  private func parameters(of op: any IndexingOp, _ table: Value, _ indices: Value) -> [Int] {
    let blocks = IndexedBlocks(
      table: graph.type(of: table).shape, indices: graph.type(of: indices).shape, axis: op.axis, batchDims: op.batchDims)
    return [blocks.batch, blocks.outer, blocks.extent, blocks.count, blocks.inner]
  }
}

/// An op as the executor calls it.
private struct OpCall: TapeCallable {
  let op: any Op
  var callName: String { type(of: op).name }
  func call(_ operands: [NDArray]) throws(TapestryError) -> [NDArray] { try op.evaluate(operands) }
}

extension Draft {
  /// Makes the draft a call of a kernel.
  fileprivate mutating func use(_ kernel: tap_kernel, _ operands: [DraftOperand], _ parameters: [Int]) {
    routine = .kernel(kernel)
    self.operands = operands
    self.parameters = parameters
  }
}
