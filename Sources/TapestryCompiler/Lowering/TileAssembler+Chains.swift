import CTapestryKernels
import TapestryGraph

// Chains of a tile program: neighbours of which the second reads what the first computes. The kernels keep such a value in
// machine registers (`body/chain.inc`).
//
// The order is greedy: after a value comes, where there is one, a value made of it whose other operands are there; else
// the first that is left. Values are numbered after their operands, so that one is always ready. Loads come first, where
// they are few, since they are not computed and would part a chain.

extension TileAssembler {
  /// The most loads that may stand before everything else: each takes a register until it is read.
  private static let mostLoadsAhead = 16

  /// The full values that are waited for, in the order they are computed in.
  func orderedForChains(_ isWaited: [Bool]) -> [Int] {
    var isWaited = isWaited
    let values = isWaited.indices.filter { isWaited[$0] }
    var order: [Int] = []
    var readers = [[Int]](repeating: [], count: isWaited.count)
    for value in values { for input in code.definitions[value].inputs { readers[input].append(value) } }
    func isReady(_ value: Int) -> Bool {
      isWaited[value] && code.definitions[value].inputs.allSatisfy { !isWaited[$0] }
    }
    func compute(_ first: Int) {
      var next: Int? = first
      while let value = next {
        order.append(value)
        isWaited[value] = false
        next = readers[value].first { isReady($0) && canLink(value, $0) }
      }
    }
    let loads = values.filter { if case .load = code.definitions[$0].kind { true } else { false } }
    if loads.count <= Self.mostLoadsAhead { for load in loads { compute(load) } }
    for value in values where isWaited[value] { compute(value) }
    return order
  }

  /// The link of each line to the next.
  func chainLinks(sectionBegins: [Int]) -> [UInt8] {
    var readings = [Int](repeating: 0, count: virtualCount)
    for line in lines {
      for (place, register) in line.inputs.enumerated() where !line.inputs[..<place].contains(register) {
        readings[register] += 1
      }
    }
    return lines.indices.map { place in
      guard place + 1 < lines.count, !sectionBegins.contains(place + 1) else { return 0 }
      let (line, next) = (lines[place], lines[place + 1])
      guard next.inputs.contains(line.dst), line.instruction.dtype == next.instruction.dtype,
        isLink(line.instruction), isLink(next.instruction)
      else { return 0 }
      return TAP_LINKED.rawValue | (readings[line.dst] == 1 ? TAP_PASSED.rawValue : 0)
    }
  }

  private func isLink(_ instruction: tap_tile_instr) -> Bool {
    let isFloat = instruction.dtype == TAP_F32.rawValue || instruction.dtype == TAP_F64.rawValue
    return isFloat && instruction.cls == UInt8(TAP_FULL.rawValue) && Self.linkable.contains(instruction.op)
  }

  /// Whether two values, computed one after the other, are linked.
  private func canLink(_ value: Int, _ next: Int) -> Bool {
    guard case .apply(let first) = code.definitions[value].kind, case .apply(let second) = code.definitions[next].kind
    else { return false }
    return Self.linkable.contains(first.rawValue) && Self.linkable.contains(second.rawValue)
  }

  /// The operations the contract names (`tap_link`).
  private static let linkable = Set(
    [
      TAP_NEG, TAP_ABS, TAP_SQRT, TAP_RSQRT, TAP_RECIPROCAL, TAP_EXP, TAP_EXPM1, TAP_LOG, TAP_LOG1P, TAP_TANH,
      TAP_SIGMOID, TAP_ADD, TAP_SUB, TAP_MUL, TAP_DIV, TAP_MAX, TAP_MIN,
    ].map(\.rawValue))
}
