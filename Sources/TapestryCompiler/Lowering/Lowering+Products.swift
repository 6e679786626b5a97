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
    case let op where OpCatalogue.isProduct(type(of: op)):
      draft.routine = .kernel(TAP_KERNEL_DOT)
      draft.parameters = DotPair.parameters(
        of: stride(from: 0, to: operands.count, by: 2).map { lowerFactors(operands[$0], operands[$0 + 1], &draft) })
    case let op as Convolution:
      lowerConvolution(op, TAP_KERNEL_CONV, node, operands, &draft, input: 0, filter: 1, output: 2)
    case let op as ConvolutionInputGradient:
      lowerConvolution(op, TAP_KERNEL_CONV_INPUT_GRADIENT, node, operands, &draft, input: 2, filter: 1, output: 0)
    case let op as ConvolutionFilterGradient:
      lowerConvolution(op, TAP_KERNEL_CONV_FILTER_GRADIENT, node, operands, &draft, input: 0, filter: 2, output: 1)
    default:
      preconditionFailure("no product kernel for '\(type(of: graph.op(of: node)).name)'")
    }
  }

  /// Adds the operands of one product of a sum to its draft.
  private mutating func lowerFactors(_ left: Value, _ right: Value, _ draft: inout Draft) -> DotPair {
    for operand in [left, right] {
      let access = views[operand]
      draft.operands.append(
        DraftOperand(
          buffer: buffer(of: access.base), byteOffset: access.offset * draft.dtype.byteCount, isWrite: false))
    }
    let strides = views[left].strides
    if packed.contains(right) { return PackedPanels(graph.type(of: right).shape).pair(left: strides) }
    return DotPair(terms: graph.type(of: left).shape.extents.last!, left: strides, right: views[right].strides)
  }

  /// Completes the draft of a convolution that a max pool is taken of.
  mutating func lowerPool(_ node: Int, _ operands: [RegionBuilder.Operand], _ draft: inout Draft) {
    guard let pool = graph.op(of: node, as: MaxPool.self), let image = operands.firstIndex(where: \.isStore) else {
      return
    }
    draft.routine = .kernel(TAP_KERNEL_CONV_MAX_POOL)
    for output in 0..<2 {
      draft.operands.append(DraftOperand(buffer: buffer(of: Value(node, output)), byteOffset: 0, isWrite: true))
    }
    draft.parameters += pool.parameters(
      graph.type(of: graph.operands(of: node).first!).shape, graph.type(of: Value(node)).shape,
      choiceBytes(Value(node, 1)))
    draft.parameters.append(image)
  }

  /// Completes the draft of a product whose kernel sums the columns of its right operand, too.
  mutating func lowerColumnSum(_ node: Int, _ draft: inout Draft) {
    draft.routine = .kernel(TAP_KERNEL_DOT_COLUMN_SUMS)
    draft.operands.append(DraftOperand(buffer: buffer(of: Value(node)), byteOffset: 0, isWrite: true))
  }

  /// One of the three forms of a convolution. `input`, `filter` and `output` say which of (operand 0, operand 1, result)
  /// has which shape. A gradient may make its cotangent of that of a max pool.
  private mutating func lowerConvolution(
    _ op: some ConvolutionOp, _ kernel: tap_kernel, _ node: Int, _ operands: [Value], _ draft: inout Draft, input: Int,
    filter: Int, output: Int
  ) {
    draft.routine = .kernel(kernel)
    for operand in plan.cotangents.operands(of: node, in: graph) { draft.operands.append(contiguous(operand)) }
    let shapes = (operands + [Value(node)]).map { graph.type(of: $0).shape }
    let geometry = op.geometry
    draft.parameters =
      shapes[input].extents + shapes[output].extents[1...] + shapes[filter].extents[..<2] + geometry.strides
      + geometry.low
      + geometry.dilation + [op.groups]
    guard let made = plan.cotangents.made(by: node, in: graph), let pool = graph.op(of: made, as: PoolScatter.self)
    else {
      return
    }
    let isInput = kernel == TAP_KERNEL_CONV_INPUT_GRADIENT
    draft.routine = .kernel(isInput ? TAP_KERNEL_CONV_POOL_INPUT_GRADIENT : TAP_KERNEL_CONV_POOL_FILTER_GRADIENT)
    let (cotangent, choice) = (graph.operand(0, of: made), graph.operand(1, of: made))
    draft.parameters += pool.parameters(shapes[output], graph.type(of: cotangent).shape, choiceBytes(choice)) + [0]
  }

  /// Bytes of a choice of a max pool.
  func choiceBytes(_ choice: Value) -> Int { byteChoices.contains(choice) ? 1 : 4 }
}
