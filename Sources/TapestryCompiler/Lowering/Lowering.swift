import CTapestryKernels
import TapestryCore
import TapestryGraph
import TapestryTape

// Lowering: from groups to drafts of instructions.
//
// Leaves become slots; every group becomes one draft whose results are buffers; views disappear into operand strides.
// A kernel that wants contiguous operands gets a copy where a view is not. Feeds and state slots are listed in node order,
// so they are the same for the same program.

struct Lowering {
  let graph: GraphStore
  let views: ViewAccesses
  let plan: FusionPlan
  var program = LoweredProgram()
  private var bufferOf: [Value: Int] = [:]
  private var copies: [Value: Int] = [:]
  private var stateSlots: [String: Int] = [:]
  private var wanted: [[Value]]
  /// The values that are computed where they are joined with others.
  let parts: [Value: [JoinedPart]]
  /// Inputs that are variables of the program: the carries of a loop's body.
  private let carries: Set<String>
  /// How bodies of loops are compiled.
  let bodies: BodyOptions
  /// The inputs that are given as panels (`PackedPanels`), and the panels made for bodies of loops.
  let packed: Set<Value>
  var panels: [Value: Int] = [:]
  /// The choices of max pools that are kept as bytes.
  let byteChoices: Set<Value>

  init(
    _ source: ProgramGraph, _ views: ViewAccesses, _ plan: FusionPlan, reachable: [Bool], carries: Set<String> = [],
    bodies: BodyOptions
  ) {
    graph = source.store
    self.carries = carries
    self.bodies = bodies
    self.views = views
    self.plan = plan
    var wanted = [[Value]](repeating: [], count: plan.groups.count)
    var readers: [Value: Int] = [:]
    func want(_ value: Value, by reader: Int32) {
      let base = views.base(of: value)
      let group = plan.groupOf[Int(base.node)]
      guard group >= 0, group != reader else { return }
      readers[base, default: 0] += 1
      if readers[base] == 1 { wanted[Int(group)].append(base) }
    }
    for node in 0..<graph.count where reachable[node] && plan.groupOf[node] >= 0 {
      for operand in plan.cotangents.operands(of: node, in: graph) { want(operand, by: plan.groupOf[node]) }
    }
    for root in source.roots { want(root.value, by: -1) }
    for group in wanted.indices { wanted[group].sort { ($0.node, $0.output) < ($1.node, $1.output) } }
    self.wanted = wanted
    packed = PackedPanels.inputs(of: source, among: bodies.packable, views, reachable: reachable)
    byteChoices = source.byteChoices(reachable: reachable)
    parts = JoinedPart.all(in: graph, views, plan, reachable: reachable, readers: readers)
  }

  /// Lowers all groups, then the roots.
  mutating func lower(_ roots: [ProgramGraph.Root], reachable: [Bool]) throws(TapestryError) -> LoweredProgram {
    for node in 0..<graph.count where reachable[node] && graph.nodes[node].fusion == .leaf { defineLeaf(node) }
    for root in roots { if case .state(let path) = root.target { defineState(path, graph.type(of: root.value)) } }
    for group in plan.groups.indices { try lower(group) }
    let assigned = Set(roots.compactMap { root in if case .state(let path) = root.target { path } else { nil } })
    for root in roots {
      let place = contiguous(root.value)
      let type = graph.type(of: root.value)
      switch root.target {
      case .output(let name):
        let place = assigned.isEmpty ? place : keptFromUpdate(place, type, assigned)
        program.outputs.append(
          LoweredProgram.Result(name: name, type: type, buffer: place.buffer, byteOffset: place.byteOffset))
      case .state(let path):
        let slot = stateSlots[path]!
        program.nextState.append(
          (slot, LoweredProgram.Result(name: path, type: type, buffer: place.buffer, byteOffset: place.byteOffset)))
      }
    }
    return program
  }

  /// Where the value of an output stays until the run ends: a copy of what is in a variable that is assigned.
  private mutating func keptFromUpdate(_ place: DraftOperand, _ type: TensorType, _ assigned: Set<String>)
    -> DraftOperand
  {
    guard case .state(let slot) = program.buffers[place.buffer].location, assigned.contains(program.state[slot].name),
      type.byteCount > 0
    else { return place }
    let copy = program.addBuffer(.arena, byteCount: type.byteCount, value: nil)
    program.drafts.append(Lowering.copyDraft(byteCount: type.byteCount, from: place, to: copy))
    return DraftOperand(buffer: copy, byteOffset: 0, isWrite: false)
  }

  private mutating func defineLeaf(_ node: Int) {
    let type = graph.type(of: Value(node))
    let location: Buffer.Location
    switch graph.op(of: node) {
    case let input as InputOp where carries.contains(input.name):
      defineState(input.name, type)
      bufferOf[Value(node)] = program.stateBuffers[stateSlots[input.name]!]
      return
    case let input as InputOp:
      if packed.contains(Value(node)) { program.packedFeeds.insert(program.feeds.count) }
      program.feeds.append(Tape.Slot(input.name, type))
      location = .feed(program.feeds.count - 1)
    case let variable as VariableOp:
      defineState(variable.path, type)
      bufferOf[Value(node)] = program.stateBuffers[stateSlots[variable.path]!]
      return
    default: return
    }
    bufferOf[Value(node)] = program.addBuffer(location, byteCount: type.byteCount, value: Value(node))
  }

  private mutating func defineState(_ path: String, _ type: TensorType) {
    guard stateSlots[path] == nil else { return }
    stateSlots[path] = program.state.count
    program.state.append(Tape.Slot(path, type))
    program.stateBuffers.append(
      program.addBuffer(.state(program.state.count - 1), byteCount: type.byteCount, value: nil))
  }

  /// The buffer that holds a base value, made when first asked for: an arena buffer, or the slot of a constant.
  mutating func buffer(of base: Value) -> Int {
    if let known = bufferOf[base] { return known }
    var location = Buffer.Location.arena
    if let constant = graph.op(of: Int(base.node), as: ConstantOp.self) {
      program.constants.append(constant.array)
      location = .constant(program.constants.count - 1)
    } else if views.isCounting(Int(base.node)), let counted = graph.op(of: Int(base.node), as: Iota.self) {
      program.constants += counted.evaluate([])
      location = .constant(program.constants.count - 1)
    }
    let byteCount = byteChoices.contains(base) ? graph.type(of: base).shape.count : views.byteCount(of: base)
    let made = program.addBuffer(location, byteCount: byteCount, value: base)
    bufferOf[base] = made
    return made
  }

  /// Whether anything reads a value that is the result of an instruction.
  func isWanted(_ value: Value) -> Bool { wanted[Int(plan.groupOf[Int(value.node)])].contains(value) }

  private mutating func lower(_ index: Int) throws(TapestryError) {
    let group = plan.groups[index]
    guard group.isFused else { return try lowerAlone(group.members[0]) }
    let stored = group.pool >= 0 ? Array(graph.operands(of: group.pool)) : wanted[index]
    guard !stored.isEmpty else { return }
    if let source = copied(by: group) {
      if let copy = copies[source] {
        bufferOf[stored[0]] = copy
        return
      }
      copies[source] = buffer(of: stored[0])
    }
    var builder = RegionBuilder(graph, views, plan, group)
    guard let region = builder.build(storing: stored, parts: parts) else { return }
    var draft = Draft(
      routine: .kernel(TAP_KERNEL_REGION), dtype: graph.type(of: stored[0]).dtype, region: region, operands: [],
      members: group.members)
    for (operand, walk) in zip(builder.operands, region.walks(of: builder.operands)) {
      draft.operands.append(self.operand(operand, of: group))
      let last = draft.operands.count - 1
      if draft.operands[last].buffer >= 0 { draft.operands[last].walk = walk }
    }
    draft.flops = flops(group.members)
    (draft.label, draft.origin) = (graph.label(of: group.members), graph.origin(of: group.members))
    draft.canFault = region.program.instructions.contains { $0.op == TAP_CHECK_INDEX.rawValue }
    if group.product >= 0 {
      lowerProduct(group.product, &draft)
      if group.pool >= 0 { lowerPool(group.pool, builder.operands, &draft) }
      if group.columnSum >= 0 { lowerColumnSum(group.columnSum, &draft) }
      // What the product itself reads is read again after the first result is written.
      let own = Set(draft.operands.dropFirst(builder.operands.count).map(\.buffer))
      for place in builder.operands.indices where own.contains(draft.operands[place].buffer) {
        draft.operands[place].walk = .other
      }
    }
    program.drafts.append(draft)
  }

  private mutating func operand(_ operand: RegionBuilder.Operand, of group: FusionGroup) -> DraftOperand {
    guard let value = operand.value else { return DraftOperand(buffer: -1, byteOffset: 0, isWrite: false) }
    // What is pooled at once has no memory: the kernel gives the operand an address of its own.
    if group.pool >= 0, operand.isStore { return DraftOperand(buffer: -1, byteOffset: 0, isWrite: false) }
    return DraftOperand(
      buffer: buffer(of: value), byteOffset: operand.elementOffset * operand.dtype.byteCount, isWrite: operand.isStore)
  }

  /// The value a kernel lays out in a row for a reshape, where that is all it does: one such row serves all reshapes.
  private func copied(by group: FusionGroup) -> Value? {
    let node = group.members[0]
    guard group.members.count == 1, views.isCopied(node), parts[Value(node)] == nil else { return nil }
    return graph.operands(of: node).first
  }

  func flops(_ nodes: [Int]) -> Int {
    nodes.reduce(0) { total, node in
      let results = (0..<graph.resultCount(of: node)).map { graph.type(of: Value(node, $0)) }
      return total + graph.op(of: node).flops(graph.operands(of: node).map { graph.type(of: $0) }, results)
    }
  }

  /// Where a value lies contiguously: where it is, or a copy.
  mutating func contiguous(_ value: Value) -> DraftOperand {
    let type = graph.type(of: value)
    let access = views[value]
    if access.isContiguous(type.shape) {
      return DraftOperand(
        buffer: buffer(of: access.base), byteOffset: access.offset * type.dtype.byteCount, isWrite: false)
    }
    if let copy = copies[value] { return DraftOperand(buffer: copy, byteOffset: 0, isWrite: false) }
    let copy = program.addBuffer(.arena, byteCount: type.byteCount, value: value)
    copies[value] = copy
    addCopy(of: value, to: copy, strides: type.shape.rowMajorStrides)
    return DraftOperand(buffer: copy, byteOffset: 0, isWrite: false)
  }
}

extension Region {
  /// How each operand is walked. Only what is read once, from its first element on, can give way.
  func walks(of operands: [RegionBuilder.Operand]) -> [OperandWalk] {
    var walks = [OperandWalk](repeating: .other, count: operands.count)
    guard program.sections.count(where: { $0.kind == TAP_LOOP.rawValue }) <= 1 else { return walks }
    // The line of each operand's first load or store, and how many loads read each value.
    var lines = [Int](repeating: -1, count: operands.count)
    for line in program.instructions.indices.reversed() {
      let instruction = program.instructions[line]
      guard instruction.op == TAP_LOAD.rawValue || instruction.op == TAP_STORE.rawValue else { continue }
      lines[Int(instruction.imm)] = line
    }
    var reads: [Value: Int] = [:]
    for operand in operands where !operand.isStore { if let value = operand.value { reads[value, default: 0] += 1 } }
    var numbers: [Walk: Int] = [:]
    for (place, operand) in operands.enumerated() where lines[place] >= 0 {
      let isSoleRead = operand.elementOffset == 0 && operand.value.map { reads[$0] == 1 } ?? false
      guard operand.isStore ? !operand.isPart : isSoleRead else { continue }
      let walk = Walk(byteCount: operand.dtype.byteCount, strides: strides[place])
      let number = numbers[walk, default: numbers.count]
      numbers[walk] = number
      walks[place] = OperandWalk(number: number, line: lines[place])
    }
    return walks
  }

  /// Steps from element to element.
  private struct Walk: Hashable {
    let byteCount: Int
    let strides: [Int]
  }
}
