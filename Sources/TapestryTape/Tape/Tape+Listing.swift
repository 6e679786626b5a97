import CTapestryKernels

extension Tape {
  /// The tape as text a person can read: one line a step, one an instruction, with operands by space and offset.
  package var listing: String {
    var lines = ["arena \(arenaBytes) bytes, \(instructions.count) instructions, \(waveCount) waves"]
    for (slot, feed) in feeds.enumerated() { lines.append("feed \(slot): \"\(feed.name)\" \(feed.type)") }
    for (slot, variable) in state.enumerated() {
      lines.append("state \(slot): \"\(variable.name)\" \(variable.type)\(writesState[slot] ? " written" : "")")
    }
    for (slot, constant) in constants.enumerated() { lines.append("constant \(slot): \(constant)") }
    var wave = 0
    var depth = 0
    var leftOut = steps.count
    for (place, step) in steps.enumerated() {
      let indent = String(repeating: "  ", count: depth)
      switch step.kind {
      case .wave:
        if place == leftOut { lines.append("\(indent)not in the last pass") }
        lines.append("\(indent)wave \(wave)\(step.isParallel ? " parallel" : "")\(step.commits ? " commits" : "")")
        wave += 1
        for index in step.first..<step.first + step.count { lines.append("\(indent)  \(line(of: index))") }
      case .loopBegin:
        lines.append("\(indent)loop \(step.count) times")
        leftOut = step.first - step.leftOut
        depth += 1
      case .sideBySide:
        lines.append("\(indent)\(step.count) loops side by side\(step.isParallel ? " parallel" : "")")
      case .loopEnd:
        depth -= 1
        lines.append("\(String(repeating: "  ", count: depth))end")
      }
    }
    for (output, source) in zip(outputs, outputSources) {
      lines.append("output \"\(output.name)\" \(output.type) <- \(source.text)")
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// The number of waves, those of loops counted once.
  package var waveCount: Int { steps.count { $0.kind == .wave } }

  /// The line of an instruction.
  package func line(of index: Int) -> String {
    let instruction = instructions[index]
    let first = Int(instruction.firstOperand)
    let operands = operands[first..<first + Int(instruction.operandCount)].map(\.text).joined(separator: ", ")
    var text = "\(index): \(name(of: instruction.routine)) \(instruction.dtype)"
    if instruction.region >= 0 { text += " " + regions[Int(instruction.region)].text }
    text += " (\(operands))"
    if instruction.units != 1 { text += " units \(instruction.units)" }
    return labels[index].isEmpty ? text : text + "  # " + labels[index]
  }

  /// The name of a routine in listings.
  package func name(of routine: Routine) -> String {
    switch routine {
    case .callOut(let number): "call \(callOuts[Int(number)].op.callName)"
    case .kernel(let kernel): kernel.name
    }
  }
}

extension Operand {
  /// Space, offset and what each loop adds: `arena+1024`, `feed[0]+0+64*i0`.
  var text: String {
    let place = space == .arena ? "arena" : "\(space)[\(slot)]"
    let moved = (0..<Operand.deepestLoop).filter { increments[$0] != 0 }.map { "\(increments[$0])*i\($0)" }
    return ([place + "+\(offset)"] + moved).joined(separator: "+")
  }
}

extension Region {
  /// Axes with the reduced ones in parentheses, and the number of tile instructions.
  var text: String {
    let axes = extents.enumerated().map { axis, extent in
      axis >= kept && axis < kept + reduced ? "(\(extent))" : "\(extent)"
    }
    return "[" + axes.joined(separator: ", ") + "] \(program.instructions.count) ops"
  }
}

extension tap_kernel {
  /// The name shown in listings and profiles.
  package var name: String {
    switch self {
    case TAP_KERNEL_REGION: "region"
    case TAP_KERNEL_DOT: "dot"
    case TAP_KERNEL_DOT_COLUMN_SUMS: "dot-column-sums"
    case TAP_KERNEL_CONV: "conv"
    case TAP_KERNEL_CONV_MAX_POOL: "conv-max-pool"
    case TAP_KERNEL_CONV_POOL_INPUT_GRADIENT: "conv-pool-input-gradient"
    case TAP_KERNEL_CONV_POOL_FILTER_GRADIENT: "conv-pool-filter-gradient"
    case TAP_KERNEL_CONV_INPUT_GRADIENT: "conv-input-gradient"
    case TAP_KERNEL_CONV_FILTER_GRADIENT: "conv-filter-gradient"
    case TAP_KERNEL_GATHER: "gather"
    case TAP_KERNEL_SCATTER_ADD: "scatter-add"
    case TAP_KERNEL_MAX_POOL: "max-pool"
    case TAP_KERNEL_POOL_GATHER: "pool-gather"
    case TAP_KERNEL_POOL_SCATTER: "pool-scatter"
    case TAP_KERNEL_SUM_POOL: "sum-pool"
    case TAP_KERNEL_SUM_POOL_GRADIENT: "sum-pool-gradient"
    case TAP_KERNEL_ARG_MAX: "arg-max"
    case TAP_KERNEL_ARG_MIN: "arg-min"
    case TAP_KERNEL_CUMULATIVE_SUM: "cumulative-sum"
    case TAP_KERNEL_SORT: "sort"
    default: "kernel \(rawValue)"
    }
  }
}
