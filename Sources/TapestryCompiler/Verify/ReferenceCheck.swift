package import TapestryCore
import TapestryGraph

// Holding passes to the reference meaning.
//
// The program is run by the interpreter before the first pass and after each, on one set of inputs. The first pass after
// which a root moves by more than the tolerance is at fault. If it is a pass of rules, the fault is narrowed down: a run
// that may make k rule applications and then copies the rest is right for k = 0 and wrong for k = all, so halving the
// interval finds a k that is right where k + 1 is wrong, and with it the rule and which of its applications it was. The
// cost is the logarithm of the number of applications in runs of the pass and of the interpreter.

/// Inputs to run a program on, and how far results may move.
package struct ReferenceCheck: Sendable {
  package var inputs: [String: NDArray]
  package var state: [String: NDArray]
  /// The most |a - b| / max(|b|, rms(b)) may be; not-a-number and infinities must stay where they are.
  package var tolerance: Double

  package init(inputs: [String: NDArray] = [:], state: [String: NDArray] = [:], tolerance: Double = 1e-4) {
    self.inputs = inputs
    self.state = state
    self.tolerance = tolerance
  }

  /// The values of all roots.
  package func values(of program: ProgramGraph) throws(TapestryError) -> [NDArray] {
    try Interpreter(program.store).evaluate(program.roots.map(\.value), inputs: inputs, state: state)
  }

  /// The first root whose value moved, in words.
  package func difference(_ values: [NDArray], from expected: [NDArray], _ program: ProgramGraph) -> String? {
    for (place, root) in program.roots.enumerated() {
      if let element = values[place].firstDifference(from: expected[place], tolerance: tolerance) {
        return "\(root.target) moved at element \(element) from \(expected[place].double(at: element)) to "
          + "\(values[place].double(at: element))"
      }
    }
    return nil
  }
}

extension PassPlan {
  /// The program after all passes, each held to the reference meaning of the program it was given.
  ///
  /// - Throws: `internalFault` naming the first pass that changes a value and, for a pass of rules, the rule and which of
  ///   its applications does.
  package func run(
    _ program: ProgramGraph, checking check: ReferenceCheck, _ context: inout PassContext
  ) throws(TapestryError) -> ProgramGraph {
    let expected = try check.values(of: program)
    var program = program
    for pass in passes {
      let before = program
      program = try PassPlan([pass]).run(before, &context)
      guard let difference = check.difference(try check.values(of: program), from: expected, program) else { continue }
      var notes: [String] = []
      if let culprit = try culprit(pass, before, check, expected) { notes.append(culprit) }
      throw TapestryError(
        .internalFault, "pass '\(pass.name)' changes the program: \(difference)",
        remedy: "this is a fault of Tapestry: leave the pass out and report it", notes: notes)
    }
    return program
  }

  /// The rule application that changes a value, in words.
  private func culprit(
    _ pass: any Pass, _ before: ProgramGraph, _ check: ReferenceCheck, _ expected: [NDArray]
  ) throws(TapestryError) -> String? {
    func run(_ budget: Int) throws(TapestryError) -> (isRight: Bool, counts: [Rewriter.Count]) {
      var context = PassContext()
      context.rewriting.applicationBudget = budget
      let after = try PassPlan([pass]).run(before, &context)
      let isRight = check.difference(try check.values(of: after), from: expected, after) == nil
      return (isRight, context.reports.flatMap(\.rules))
    }
    let all = try run(.max).counts.reduce(0) { $0 + $1.hits }
    guard all > 0 else { return nil }
    var (right, wrong) = (0, all)
    while wrong - right > 1 {
      let middle = (right + wrong) / 2
      if try run(middle).isRight { right = middle } else { wrong = middle }
    }
    let (before, after) = (try run(right).counts, try run(wrong).counts)
    guard let rule = after.indices.first(where: { after[$0].hits != before[$0].hits }) else { return nil }
    return "application \(wrong) of \(all) is at fault: rule '\(after[rule].rule)', its application \(after[rule].hits)"
  }
}

extension NDArray {
  /// The first element that is further from that of another array of the same type than a tolerance times the larger
  /// of its magnitude and the root mean square of the other; not-a-number and infinities must agree.
  package func firstDifference(from other: NDArray, tolerance: Double) -> Int? {
    let (own, theirs) = (doubles, other.doubles)
    let finite = theirs.filter(\.isFinite)
    let squares = finite.reduce(0) { $0 + $1 * $1 }
    let scale = finite.isEmpty ? 0 : (squares / Double(finite.count)).squareRoot()
    return own.indices.first { place in
      let (a, b) = (own[place], theirs[place])
      if !a.isFinite || !b.isFinite { return !(a.isNaN && b.isNaN || a == b) }
      return abs(a - b) > tolerance * Swift.max(abs(b), scale)
    }
  }
}
