import CTapestryKernels
import TapestryCore
import TapestryGraph
import TapestryTape

extension Lowering {
  /// Lowers an op that is an instruction of its own: to its kernel, or to a call of its reference meaning.
  mutating func lowerAlone(_ node: Int) throws(TapestryError) {
    let results = (0..<graph.resultCount(of: node)).map { Value(node, $0) }
    guard results.contains(where: { graph.type(of: $0).shape.count > 0 }) else { return }
    let operands = Array(graph.operands(of: node))
    let op = graph.op(of: node)
    if let concatenation = op as? Concatenate { return lower(concatenation, node) }
    if let padding = op as? Pad { return lower(padding, node) }
    var draft = Draft(
      routine: .callOut(-1), dtype: graph.type(of: operands.first ?? results[0]).dtype, operands: [], members: [node])
    (draft.label, draft.origin) = (graph.label(of: [node]), graph.origin(of: [node]))
    draft.flops = flops([node])
    if let scan = op as? Scan { return try lowerLoop(scan, node, &draft) }
    for operand in operands { draft.operands.append(contiguous(operand)) }
    for result in results {
      draft.operands.append(DraftOperand(buffer: buffer(of: result), byteOffset: 0, isWrite: true))
    }
    let choice = (results + operands).first { byteChoices.contains($0) }
    if !useKernel(
      op, operands.map { graph.type(of: $0).shape }, results.map { graph.type(of: $0).shape },
      choiceBytes: choice == nil ? 4 : 1, &draft)
    {
      draft.callOut = CallOut(
        OpCall(op: op), operands.map { graph.type(of: $0) }, results.map { graph.type(of: $0) })
      draft.canFault = true
    }
    program.drafts.append(draft)
  }

  /// Makes the draft a call of the kernel of its op; false where there is none.
  private func useKernel(
    _ op: any Op, _ operands: [Shape], _ results: [Shape], choiceBytes: Int, _ draft: inout Draft
  ) -> Bool {
    let own = draft.operands
    switch op {
    case let gather as Gather:
      draft.use(TAP_KERNEL_GATHER, [own[2], own[0], own[1]], gather.parameters(operands[0], operands[1]))
      draft.canFault = true
    case let scatter as ScatterAdd:
      draft.use(
        TAP_KERNEL_SCATTER_ADD, [own[3], own[0], own[1], own[2]], scatter.parameters(operands[0], operands[2]))
      draft.canFault = true
    case let pool as MaxPool:
      draft.use(TAP_KERNEL_MAX_POOL, own, pool.parameters(operands[0], results[0], choiceBytes))
    case let pool as PoolGather:
      draft.use(TAP_KERNEL_POOL_GATHER, own, pool.parameters(operands[0], results[0], choiceBytes))
    case let pool as PoolScatter:
      draft.use(TAP_KERNEL_POOL_SCATTER, own, pool.parameters(results[0], operands[0], choiceBytes))
    case let pool as SumPool: draft.use(TAP_KERNEL_SUM_POOL, own, pool.parameters(operands[0], results[0], 0))
    case let pool as SumPoolGradient:
      draft.use(TAP_KERNEL_SUM_POOL_GRADIENT, own, pool.parameters(results[0], operands[0], 0))
    case let arg as ArgMax: draft.use(TAP_KERNEL_ARG_MAX, own, operands[0].split(around: arg.axis))
    case let arg as ArgMin: draft.use(TAP_KERNEL_ARG_MIN, own, operands[0].split(around: arg.axis))
    case let sum as CumulativeSum:
      draft.use(
        TAP_KERNEL_CUMULATIVE_SUM, own,
        operands[0].split(around: sum.axis) + [sum.isReverse ? 1 : 0, sum.isExclusive ? 1 : 0])
    case let sort as Sort:
      let split = operands[0].split(around: operands[0].rank - 1)
      draft.use(TAP_KERNEL_SORT, own, [split[0], split[1], sort.isDescending ? 1 : 0])
    default: return false
    }
    return true
  }
}

extension Shape {
  /// The elements before an axis, along it, and after it.
  fileprivate func split(around axis: Int) -> [Int] {
    [extents[..<axis].reduce(1, *), extents[axis], extents[(axis + 1)...].reduce(1, *)]
  }
}

extension IndexingOp {
  /// The numbers the indexing kernels take.
  fileprivate func parameters(_ table: Shape, _ indices: Shape) -> [Int] {
    let blocks = IndexedBlocks(table: table, indices: indices, axis: axis, batchDims: batchDims)
    return [blocks.batch, blocks.outer, blocks.extent, blocks.count, blocks.inner]
  }
}

extension PoolingOp {
  /// The numbers the pooling kernels take (`tap_window`).
  func parameters(_ image: Shape, _ pooled: Shape, _ choiceBytes: Int) -> [Int] {
    image.extents + [pooled[1], pooled[2]] + geometry.extents + geometry.strides + geometry.low + geometry.dilation
      + [choiceBytes]
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
