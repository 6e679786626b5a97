import CTapestryKernels
import TapestryCore
import TapestryGraph
import TapestryTape

// From a fused group to a region: operands with strides, and the tile program.
//
// Members are visited in order and turned into tile code; a value made outside the group is loaded by the strides of
// the views it is read through, each access once. What is needed outside is stored, contiguous. Then axes that every operand
// walks as one are joined. A product's region keeps all axes of its result, since its kernel knows them by position. A
// reduction over no elements at all is a map over the kept axes that starts from the reduction's identity.

struct RegionBuilder {
  /// A value read or written by the region.
  struct Operand {
    let value: Value?
    let elementOffset: Int
    let dtype: DType
    var strides: [Int]
    let isStore: Bool
    /// Whether it is written as a part of `value`, among others.
    var isPart = false
  }

  private struct LoadKey: Hashable {
    let access: ViewAccess
    let strides: [Int]
    let cls: TileCode.Class
  }

  private let graph: GraphStore
  private let views: ViewAccesses
  private let isKept: [Bool]
  private let group: FusionGroup
  /// Extents of the axes, and for each squeezed axis of the group's space its axis.
  private let extents: [Int]
  private let axisOf: [Int]
  private let keptAxes: [Int]
  /// Whether reductions combine nothing.
  private let reducesNothing: Bool
  private var space: IterationSpace
  private var code = TileCode()
  private var values: [Value: Int] = [:]
  private var loads: [LoadKey: Int] = [:]
  private(set) var operands: [Operand] = []

  init(_ graph: GraphStore, _ views: ViewAccesses, _ plan: FusionPlan, _ group: FusionGroup) {
    self.graph = graph
    self.views = views
    self.group = group
    isKept = plan.isKept
    let keptAxes = group.space.indices.filter { !group.reduced.contains($0) }
    self.keptAxes = keptAxes
    reducesNothing = group.reduced.contains { group.space[$0] == 0 }
    if group.product >= 0 {
      let shape = graph.type(of: Value(group.product)).shape
      extents = shape.extents
      axisOf = SqueezedShape(shape).axes
      space = IterationSpace(extents: extents, reducedAxes: [])
    } else if reducesNothing {
      extents = keptAxes.map { group.space[$0] }
      axisOf = group.space.indices.map { keptAxes.firstIndex(of: $0) ?? -1 }
      space = IterationSpace(extents: extents, reducedAxes: [])
    } else {
      extents = group.space
      axisOf = Array(extents.indices)
      space = IterationSpace(extents: extents, reducedAxes: group.reduced)
    }
  }

  /// The region that computes the values wanted, or nil when it has no elements or none of the values has: those of an
  /// axis without elements, beside what is reduced over it.
  ///
  /// - Parameter parts: values that are stored as parts of others.
  mutating func build(storing wanted: [Value], parts: [Value: [JoinedPart]] = [:]) -> Region? {
    guard !extents.contains(0) else { return nil }
    for node in group.members where group.isInProgram(node) { define(node) }
    for value in wanted {
      if let places = parts[value] {
        for place in places { store(value, as: place) }
      } else {
        store(value, as: nil)
      }
    }
    let region = finish()
    return region.program.sections.isEmpty && group.columnSum < 0 ? nil : region
  }

  private func cls(_ node: Int) -> TileCode.Class { isKept[node] && !reducesNothing ? .kept : .full }

  private mutating func define(_ node: Int) {
    let op = graph.op(of: node)
    let type = graph.type(of: Value(node))
    switch graph.nodes[node].fusion {
    case .product:
      values[Value(node)] = code.add(.result, as: type.dtype, .full)
    case .view:
      let operand = graph.operands(of: node).first!
      values[Value(node)] = read(operand, within: views.copiedShape(node), .full, isKept: false)
    case .reduction:
      guard let reduction = OpCatalogue.reduction(op) else { preconditionFailure("a reduction without axes") }
      let kind = Swift.type(of: reduction).combining
      let operand = graph.operands(of: node).first!
      let shape = graph.type(of: operand).shape
      let isReducing = !SqueezedShape(shape).places(of: reduction.axes).isEmpty
      guard isReducing else {
        if reducesNothing && !isKept[node] { return }
        values[Value(node)] = read(operand, within: shape, cls(node), isKept: isKept[node])
        return
      }
      if reducesNothing {
        values[Value(node)] = code.constant(kind.identity(type.dtype), type.dtype)
        return
      }
      let input = read(operand, within: shape, .full, isKept: false)
      values[Value(node)] = code.add(.reduce(kind), of: [input], as: type.dtype, .kept)
    default:
      if reducesNothing && !isKept[node] { return }
      values[Value(node)] = elementwise(node, op, type)
    }
  }

  private mutating func elementwise(_ node: Int, _ op: any Op, _ type: TensorType) -> Int {
    let cls = cls(node)
    var inputs: [Int] = []
    if let placed = OpCatalogue.placed(op) {
      let along = SqueezedShape(type.shape).axes.map { placed.placeStrides[$0] }
      inputs.append(index(strides(along, isKept: isKept[node]), cls))
    } else {
      inputs = graph.operands(of: node).map { read($0, within: type.shape, cls, isKept: isKept[node]) }
    }
    var builder = TileBuilder(operands: inputs.map { code.definitions[$0].dtype })
    guard let result = op.tile(&builder, builder.operands) else {
      preconditionFailure("'\(Swift.type(of: op).name)' calls itself elementwise but has no tile program")
    }
    var made = inputs
    for step in builder.steps { made.append(define(step, made, cls)) }
    return made[result.index]
  }

  private mutating func define(_ step: TileBuilder.Step, _ made: [Int], _ cls: TileCode.Class) -> Int {
    switch step {
    case .constant(let value, let dtype): return code.constant(value, dtype)
    case .apply(let op, let inputs, let dtype):
      let from = op == .select ? dtype : inputs[0].dtype
      return code.add(.apply(op), of: inputs.map { made[$0.index] }, from: from, as: dtype, cls)
    case .checkIndex(let value, let bound):
      return code.add(.checkIndex(bound: bound), of: [made[value.index]], as: .int32, cls)
    case .random(let element, let seed, let step, let stream, let dtype):
      return code.add(.random(stream: stream), of: [element, seed, step].map { made[$0.index] }, as: dtype, cls)
    }
  }

  /// A value as a member reads it within a shape: from a register, an immediate or memory.
  private mutating func read(_ value: Value, within shape: Shape, _ cls: TileCode.Class, isKept: Bool) -> Int {
    let access = views[value]
    if let known = values[access.base] { return cls == .full ? code.full(known) : known }
    let type = graph.type(of: value)
    if let number = graph.scalar(Int(access.base.node)) { return code.constant(number, type.dtype) }
    let lead = shape.rank - type.shape.rank
    let along = SqueezedShape(shape).axes.map { axis in
      axis < lead || type.shape[axis - lead] == 1 ? 0 : access.strides[axis - lead]
    }
    let placed = strides(along, isKept: isKept)
    if views.isCounting(Int(access.base.node)) { return count(from: access.offset, placed, type.dtype, cls) }
    return load(access, placed, type.dtype, cls)
  }

  /// The places of a counting node as they are read: computed, not loaded.
  private mutating func count(from first: Int, _ strides: [Int], _ dtype: DType, _ cls: TileCode.Class) -> Int {
    var value = index(strides, cls)
    if first != 0 {
      value = code.add(.apply(.add), of: [value, code.constant(Double(first), .int32)], as: .int32, cls)
    }
    return dtype == .int32 ? value : code.add(.apply(.cast), of: [value], from: .int32, as: dtype, cls)
  }

  /// What is the same for the whole space is loaded once a call, as constants are.
  private mutating func load(_ access: ViewAccess, _ strides: [Int], _ dtype: DType, _ cls: TileCode.Class) -> Int {
    let cls = cls == .full && strides.allSatisfy { $0 == 0 } ? .constant : cls
    let key = LoadKey(
      access: ViewAccess(base: access.base, offset: access.offset, strides: []), strides: strides, cls: cls)
    if let known = loads[key] { return known }
    operands.append(
      Operand(value: access.base, elementOffset: access.offset, dtype: dtype, strides: strides, isStore: false))
    let value = code.add(.load(operand: operands.count - 1), as: dtype, cls)
    loads[key] = value
    return value
  }

  /// The place of each element by strides of its own.
  private mutating func index(_ strides: [Int], _ cls: TileCode.Class) -> Int {
    operands.append(Operand(value: nil, elementOffset: 0, dtype: .int32, strides: strides, isStore: false))
    return code.add(.index(operand: operands.count - 1), as: .int32, cls)
  }

  /// Strides along the squeezed axes a member sees, as strides along the axes of the region.
  private func strides(_ along: [Int], isKept: Bool) -> [Int] {
    var result = [Int](repeating: 0, count: extents.count)
    for (place, stride) in along.enumerated() { result[axisOf[isKept ? keptAxes[place] : place]] = stride }
    return result
  }

  private mutating func store(_ value: Value, as part: JoinedPart?) {
    guard var source = values[value] else { return }
    let node = Int(value.node)
    let shape = graph.nodes[node].fusion == .view ? views.copiedShape(node) : graph.type(of: value).shape
    let squeezed = SqueezedShape(shape)
    let along = part.map { part in squeezed.axes.map { part.strides[$0] } } ?? Shape(squeezed.extents).rowMajorStrides
    let cls = cls(node)
    if cls == .full { source = code.full(source) }
    operands.append(
      Operand(
        value: part?.whole ?? value, elementOffset: part?.offset ?? 0, dtype: graph.type(of: value).dtype,
        strides: strides(along, isKept: isKept[node]), isStore: true, isPart: part != nil))
    code.stores.append(TileCode.Store(value: source, operand: operands.count - 1, cls: cls))
  }

  private mutating func finish() -> Region {
    var strides = operands.map { operand in space.order.map { operand.strides[$0] } }
    if group.product < 0 { space.coalesce(&strides) }
    let isResident = withExtents(space.extents) {
      tap_region_resident(Int32(space.extents.count), Int32(space.kept), Int32(space.reduced), $0)
    }
    var assembler = TileAssembler(code, isResident: isResident)
    return Region(
      extents: space.extents, kept: space.kept, reduced: space.reduced, strides: strides, program: assembler.assemble())
  }
}

/// Calls `body` with extents as the kernels take them.
func withExtents<Result>(_ extents: [Int], _ body: (UnsafePointer<Int64>) -> Result) -> Result {
  extents.map(Int64.init).withUnsafeBufferPointer { body($0.baseAddress!) }
}
