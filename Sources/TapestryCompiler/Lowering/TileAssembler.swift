import CTapestryKernels
import TapestryCore
import TapestryGraph
import TapestryTape

// From tile code to a tile program: sections, then registers.
//
// Stage by stage a ONCE section holds the kept values of the stage and the start values of the accumulators its LOOP
// combines into; the LOOP holds what its reductions and stores need. Where a block is one tile (`isResident`) a full value
// stays in its register from one LOOP to the next; else a later LOOP walks the row again and computes anew what it needs.
// Registers are given by one pass over the instructions: a value's register is free after its last use, but a kept value
// used inside a LOOP stays to the end of it, since the LOOP runs many times. Full values are put in an order in which as
// many as can be follow the value they are made of: such neighbours are linked, and run as a chain (`TileAssembler+Chains`).

struct TileAssembler {
  struct Line {
    var instruction: tap_tile_instr
    var dst: Int
    var inputs: [Int]
  }

  let code: TileCode
  private let isResident: Bool
  private(set) var lines: [Line] = []
  private var sections: [(kind: tap_section_kind, begin: Int)] = []
  private var immediates: [UInt64] = []
  /// The virtual register that holds a value now, or -1.
  private var holder: [Int]
  private(set) var virtualCount = 0
  private var isFull: [Bool] = []

  init(_ code: TileCode, isResident: Bool) {
    self.code = code
    self.isResident = isResident
    holder = [Int](repeating: -1, count: code.definitions.count)
  }

  mutating func assemble() -> TileProgram {
    let used = usedValues()
    begin(TAP_SETUP)
    for value in code.definitions.indices where used[value] && code.definitions[value].cls == .constant { emit(value) }
    let last = code.definitions.indices.filter { used[$0] }.map { code.stages[$0] }.max() ?? 0
    var byStage = [[Int]](repeating: [], count: last + 1)
    for value in code.definitions.indices where used[value] { byStage[code.stages[value]].append(value) }
    // Reductions start in the stage before the one they are known in.
    for stage in 0...last {
      let reductions = stage < last ? byStage[stage + 1].filter { code.isReduction($0) } : []
      begin(TAP_ONCE)
      for value in reductions { startAccumulator(value) }
      for value in byStage[stage] where code.definitions[value].cls == .kept && !code.isReduction(value) { emit(value) }
      for store in code.stores where store.cls == .kept && code.stages[store.value] == stage { emit(store) }
      begin(TAP_LOOP)
      let stores = code.stores.filter { $0.cls == .full && code.stages[$0.value] == stage }
      let needed = reductions.map { code.definitions[$0].inputs[0] } + stores.map(\.value)
      emitFull(needed)
      for value in reductions { emitReduction(value) }
      for store in stores { emit(store) }
      if !isResident { forgetFull() }
    }
    return allocate()
  }

  /// What the stores need.
  private func usedValues() -> [Bool] {
    var used = [Bool](repeating: false, count: code.definitions.count)
    for store in code.stores { used[store.value] = true }
    for value in used.indices.reversed() where used[value] {
      for input in code.definitions[value].inputs { used[input] = true }
    }
    return used
  }

  private mutating func begin(_ kind: tap_section_kind) {
    if let last = sections.last, last.begin == lines.count { sections.removeLast() }
    sections.append((kind, lines.count))
  }

  /// The full values some roots need and no register holds, in order.
  private mutating func emitFull(_ roots: [Int]) {
    var isNeeded = [Bool](repeating: false, count: holder.count)
    var pending = roots
    while let value = pending.popLast() {
      guard holder[value] < 0, !isNeeded[value] else { continue }
      isNeeded[value] = true
      pending += code.definitions[value].inputs
    }
    for value in orderedForChains(isNeeded) { emit(value) }
  }

  private mutating func forgetFull() {
    for value in code.definitions.indices where code.definitions[value].cls == .full { holder[value] = -1 }
  }

  private mutating func newRegister(full: Bool) -> Int {
    isFull.append(full)
    virtualCount += 1
    return virtualCount - 1
  }

  private mutating func immediate(_ bits: UInt64) -> UInt16 {
    if let known = immediates.firstIndex(of: bits) { return UInt16(known) }
    immediates.append(bits)
    return UInt16(immediates.count - 1)
  }

  private mutating func append(
    _ op: UInt16, _ definition: TileCode.Definition, dst: Int, inputs: [Int], imm: UInt16 = 0,
    cls: TileCode.Class? = nil
  ) {
    var instruction = tap_tile_instr()
    instruction.op = op
    instruction.dtype = definition.from.rawValue
    instruction.to = definition.dtype.rawValue
    instruction.cls = UInt8((cls ?? definition.cls) == .kept ? TAP_KEPT.rawValue : TAP_FULL.rawValue)
    instruction.imm = imm
    lines.append(Line(instruction: instruction, dst: dst, inputs: inputs))
  }

  private mutating func emit(_ value: Int) {
    let definition = code.definitions[value]
    let inputs = definition.inputs.map { holder[$0] }
    let dst = newRegister(full: definition.cls == .full)
    holder[value] = dst
    switch definition.kind {
    case .load(let operand): append(TAP_LOAD.rawValue, definition, dst: dst, inputs: [], imm: UInt16(operand))
    case .index(let operand): append(TAP_INDEX.rawValue, definition, dst: dst, inputs: [], imm: UInt16(operand))
    case .constant(let bits): append(TAP_CONST.rawValue, definition, dst: dst, inputs: [], imm: immediate(bits))
    case .expand: append(TAP_EXPAND.rawValue, definition, dst: dst, inputs: inputs)
    case .result: append(TAP_RESULT.rawValue, definition, dst: dst, inputs: [])
    case .apply(let op): append(op.rawValue, definition, dst: dst, inputs: inputs)
    case .checkIndex(let bound):
      append(TAP_CHECK_INDEX.rawValue, definition, dst: dst, inputs: inputs, imm: immediate(UInt64(bound)))
    case .random(let stream):
      append(TAP_RANDOM.rawValue, definition, dst: dst, inputs: inputs, imm: immediate(stream))
    case .reduce: preconditionFailure("reductions are emitted by their accumulators")
    }
  }

  private mutating func startAccumulator(_ value: Int) {
    guard case .reduce(let kind) = code.definitions[value].kind else { return }
    let definition = code.definitions[value]
    holder[value] = newRegister(full: false)
    let start = definition.dtype.bits(of: kind.identity(definition.dtype))
    append(TAP_CONST.rawValue, definition, dst: holder[value], inputs: [], imm: immediate(start))
  }

  private mutating func emitReduction(_ value: Int) {
    guard case .reduce(let kind) = code.definitions[value].kind else { return }
    let input = code.definitions[value].inputs[0]
    append(kind.rawValue, code.definitions[value], dst: holder[value], inputs: [holder[input]])
  }

  private mutating func emit(_ store: TileCode.Store) {
    append(
      TAP_STORE.rawValue, code.definitions[store.value], dst: -1, inputs: [holder[store.value]],
      imm: UInt16(store.operand), cls: store.cls)
    lines[lines.count - 1].instruction.dtype = code.definitions[store.value].dtype.rawValue
  }

  /// Gives registers and writes the program out.
  private func allocate() -> TileProgram {
    var program = TileProgram()
    program.immediates = immediates
    let bounds = sections.map(\.begin) + [lines.count]
    for (index, section) in sections.enumerated() where bounds[index] < bounds[index + 1] {
      var entry = tap_section()
      entry.kind = section.kind.rawValue
      entry.begin = Int32(bounds[index])
      entry.end = Int32(bounds[index + 1])
      program.sections.append(entry)
    }
    let lastUse = lastUses(bounds)
    var freed: [Int] = []
    var physical = [Int](repeating: -1, count: virtualCount)
    var ending = [[Int]](repeating: [], count: lines.count + 1)
    let links = chainLinks(sectionBegins: bounds)
    for register in 0..<virtualCount { ending[lastUse[register]].append(register) }
    for (index, line) in lines.enumerated() {
      var instruction = line.instruction
      instruction.link = links[index]
      if line.dst >= 0, physical[line.dst] < 0 {
        if let register = freed.popLast() {
          physical[line.dst] = register
        } else {
          physical[line.dst] = program.registers
          program.registers += 1
        }
      }
      if line.dst >= 0 { instruction.dst = UInt16(physical[line.dst]) }
      if line.inputs.count > 0 { instruction.a = UInt16(physical[line.inputs[0]]) }
      if line.inputs.count > 1 { instruction.b = UInt16(physical[line.inputs[1]]) }
      if line.inputs.count > 2 { instruction.c = UInt16(physical[line.inputs[2]]) }
      for register in ending[index] { freed.append(physical[register]) }
      program.instructions.append(instruction)
    }
    let widest = code.definitions.map { max($0.dtype.byteCount, $0.from.byteCount) }.max() ?? 4
    program.elementBytes = max(widest, 4)
    return program
  }

  /// The line after which each virtual register is free.
  private func lastUses(_ bounds: [Int]) -> [Int] {
    var sectionOf = [Int](repeating: 0, count: lines.count)
    for section in sections.indices { for line in bounds[section]..<bounds[section + 1] { sectionOf[line] = section } }
    var first = [Int](repeating: -1, count: virtualCount)
    var last = first
    func use(_ register: Int, by line: Int) {
      if first[register] < 0 { first[register] = line }
      let isLoop = sections[sectionOf[line]].kind == TAP_LOOP
      let isFromBefore = sectionOf[first[register]] != sectionOf[line]
      last[register] = max(last[register], isLoop && isFromBefore ? bounds[sectionOf[line] + 1] - 1 : line)
    }
    for (index, line) in lines.enumerated() {
      for register in line.inputs { use(register, by: index) }
      if line.dst >= 0 { use(line.dst, by: index) }
    }
    for register in 0..<virtualCount
    where first[register] >= 0 && sections[sectionOf[first[register]]].kind == TAP_SETUP {
      last[register] = lines.count
    }
    return last
  }
}

extension TileCode {
  func isReduction(_ value: Int) -> Bool {
    if case .reduce = definitions[value].kind { return true }
    return false
  }
}
