import CTapestryKernels

extension Tape {
  /// The operands an instruction reads and those it writes, by their places in `operands`.
  ///
  /// A fused kernel says it in its tile program; the other kernels by the order of operands in their contract.
  package func accesses(of index: Int) -> (reads: [Int], writes: [Int]) {
    let instruction = instructions[index]
    let first = Int(instruction.firstOperand)
    let all = first..<first + Int(instruction.operandCount)
    let written: Set<Int>
    switch instruction.routine {
    case .callOut(let number): written = Set((first + callOuts[Int(number)].operands.count)..<all.upperBound)
    case .kernel(_) where instruction.region >= 0:
      let program = regions[Int(instruction.region)].program
      written = Set(program.instructions.filter { $0.op == TAP_STORE.rawValue }.map { first + Int($0.imm) })
      let loaded = program.instructions.filter { $0.op == TAP_LOAD.rawValue }.map { first + Int($0.imm) }
      // Operands beyond those of the region are the product's own.
      let own = first + regions[Int(instruction.region)].strides.count
      if instruction.routine == .kernel(TAP_KERNEL_DOT_COLUMN_SUMS) {
        return (Array(Set(loaded)).sorted() + [own, own + 1], written.sorted() + [own + 2])
      }
      if instruction.routine == .kernel(TAP_KERNEL_CONV_MAX_POOL) {
        return (Array(Set(loaded)).sorted() + [own, own + 1], [own + 2, own + 3])
      }
      return (Array(Set(loaded)).sorted() + Array(own..<max(own, all.upperBound)), written.sorted())
    case .kernel(TAP_KERNEL_GATHER), .kernel(TAP_KERNEL_SCATTER_ADD): written = [first]
    case .kernel(TAP_KERNEL_MAX_POOL), .kernel(TAP_KERNEL_SORT): written = [first + 1, first + 2]
    case .kernel: written = [all.upperBound - 1]
    }
    return (all.filter { !written.contains($0) }, written.sorted())
  }
}
