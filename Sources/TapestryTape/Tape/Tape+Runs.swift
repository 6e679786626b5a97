extension Tape {
  /// How often each instruction runs in one run of the tape.
  package var runs: [Int] {
    var result = [Int](repeating: 0, count: instructions.count)
    var around = [1]
    for step in steps {
      switch step.kind {
      case .loopBegin: around.append(around.last! * step.count)
      case .loopEnd: around.removeLast()
      case .sideBySide: break
      case .wave: for index in step.first..<step.first + step.count { result[index] = around.last! }
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
