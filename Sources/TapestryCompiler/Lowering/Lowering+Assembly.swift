import CTapestryKernels
import TapestryCore
import TapestryGraph
import TapestryTape

// Results assembled from parts: each part is a copy by strides into its place, so views of the parts cost nothing, or
// computed there (`JoinedPart`).

extension Lowering {
  /// Copies each part that is not computed there to its place along the axis.
  mutating func lower(_ op: Concatenate, _ node: Int) {
    let target = buffer(of: Value(node))
    let strides = graph.type(of: Value(node)).shape.rowMajorStrides
    var start = 0
    for part in Array(graph.operands(of: node)) {
      if parts[views.base(of: part)] == nil {
        addCopy(of: part, to: target, at: start * strides[op.axis], strides: strides, for: node)
      }
      start += graph.type(of: part).shape[op.axis]
    }
  }

  /// Fills the result with the padding value, then copies the operand to its middle.
  mutating func lower(_ op: Pad, _ node: Int) {
    let type = graph.type(of: Value(node))
    let target = buffer(of: Value(node))
    var code = TileCode()
    code.stores = [TileCode.Store(value: code.constant(op.value, type.dtype), operand: 0, cls: .full)]
    add(
      code, extents: type.shape.extents, [type.shape.rowMajorStrides], type.dtype,
      [DraftOperand(buffer: target, byteOffset: 0, isWrite: true)], for: node)
    let fill = program.drafts.count - 1
    let strides = type.shape.rowMajorStrides
    let operand = graph.operands(of: node).first!
    let start = zip(op.low, strides).reduce(0) { $0 + $1.0 * $1.1 }
    if addCopy(of: operand, to: target, at: start, strides: strides, for: node) {
      program.orderings.append((fill, fill + 1))
    }
  }

  /// Adds a draft that copies a value, as its views see it, into a buffer by strides; false when it has no elements.
  @discardableResult
  mutating func addCopy(
    of value: Value, to target: Int, at start: Int = 0, strides: [Int], for node: Int? = nil
  ) -> Bool {
    let type = graph.type(of: value)
    guard type.shape.count > 0 else { return false }
    let access = views[value]
    let width = type.dtype.byteCount
    add(
      .copy(type.dtype), extents: type.shape.extents, [access.strides, strides], type.dtype,
      [
        DraftOperand(buffer: buffer(of: access.base), byteOffset: access.offset * width, isWrite: false),
        DraftOperand(buffer: target, byteOffset: start * width, isWrite: true),
      ], for: node)
    return true
  }

  /// Adds a draft of a map.
  mutating func add(
    _ code: TileCode, extents: [Int], _ strides: [[Int]], _ dtype: DType, _ operands: [DraftOperand], for node: Int?
  ) {
    var draft = Draft(
      routine: .kernel(TAP_KERNEL_REGION), dtype: dtype, region: Region(mapping: code, extents, strides),
      operands: operands, members: node.map { [$0] } ?? [])
    if let node { (draft.label, draft.origin) = (graph.label(of: [node]), graph.origin(of: [node])) }
    program.drafts.append(draft)
  }

  /// A draft that copies a whole buffer into another.
  static func copyDraft(byteCount: Int, from source: DraftOperand, to target: Int) -> Draft {
    let dtype: DType = byteCount % 4 == 0 ? .int32 : .bool
    return Draft(
      routine: .kernel(TAP_KERNEL_REGION), dtype: dtype,
      region: Region(mapping: .copy(dtype), [byteCount / dtype.byteCount], [[1], [1]]),
      operands: [source, DraftOperand(buffer: target, byteOffset: 0, isWrite: true)], members: [])
  }
}

extension TileCode {
  /// Operand 0 copied to operand 1.
  static func copy(_ dtype: DType) -> TileCode {
    var code = TileCode()
    let loaded = code.add(.load(operand: 0), as: dtype, .full)
    code.stores = [TileCode.Store(value: loaded, operand: 1, cls: .full)]
    return code
  }
}

extension Region {
  /// A map of code over a space.
  fileprivate init(mapping code: TileCode, _ extents: [Int], _ strides: [[Int]]) {
    var space = IterationSpace(extents: extents, reducedAxes: [])
    var strides = strides
    space.coalesce(&strides)
    var assembler = TileAssembler(code, isResident: true)
    self.init(extents: space.extents, kept: space.kept, reduced: 0, strides: strides, program: assembler.assemble())
  }
}
