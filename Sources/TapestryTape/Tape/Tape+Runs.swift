extension Tape {
  /// How often each instruction runs in one run of the tape.
  package var runs: [Int] {
    var result = [Int](repeating: 0, count: instructions.count)
    // Of each loop how often its steps run, and those that its last pass leaves out.
    var around = [(runs: 1, others: 1, from: steps.count)]
    for (place, step) in steps.enumerated() {
      let loop = around.last!
      let runs = place < loop.from ? loop.runs : loop.others
      switch step.kind {
      case .loopBegin:
        around.append((runs * step.count, runs * max(step.count - 1, 0), step.first - step.leftOut))
      case .loopEnd: around.removeLast()
      case .sideBySide: break
      case .wave: for index in step.first..<step.first + step.count { result[index] = runs }
      }
    }
    return result
  }

  /// The steps that begin the loops around each instruction, outermost first.
  var loops: [[Int]] {
    var result = [[Int]](repeating: [], count: instructions.count)
    var around: [Int] = []
    for (place, step) in steps.enumerated() {
      switch step.kind {
      case .loopBegin: around.append(place)
      case .loopEnd: around.removeLast()
      case .sideBySide: break
      case .wave: for index in step.first..<step.first + step.count { result[index] = around }
      }
    }
    return result
  }

  /// The wave of each instruction, counted from 0 as in the listing.
  package var waves: [Int] {
    var result = [Int](repeating: 0, count: instructions.count)
    for (number, step) in steps.filter({ $0.kind == .wave }).enumerated() {
      for index in step.first..<step.first + step.count { result[index] = number }
    }
    return result
  }
}
