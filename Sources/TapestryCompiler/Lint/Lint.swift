public import TapestryCore
import TapestryGraph

// Model lint: things a program may do that are rarely meant.
//
// A lint is one entry of the table `Lint.all`: a name, a sentence, and a function from what is known of a program to what
// it found. Lints look at the traced graph, at the compiled program, at start values, or at values of a run; none changes
// anything, and none looks at names.

/// Something in a model that is rarely meant.
public struct LintFinding: Sendable, Hashable, CustomStringConvertible {
  /// The name of the lint.
  public let lint: String
  /// What was found, in one phrase.
  public let message: String
  /// What to do about it.
  public let remedy: String
  /// The scope it lies in; empty at the top.
  public let scope: String
  /// The line of the model, where it is known.
  public let place: SourcePlace?

  fileprivate init(_ lint: String, _ found: Lint.Found) {
    (self.lint, message, remedy) = (lint, found.message, found.remedy)
    (scope, place) = (found.origin?.scope ?? "", found.origin?.place)
  }

  /// `lint: place: message (in scope 'path'); remedy`.
  public var description: String {
    var text = "\(lint): " + (place.map { "\($0): " } ?? "") + message
    if !scope.isEmpty { text += " (in scope '\(scope)')" }
    return text + "; \(remedy)"
  }
}

/// One kind of thing that is looked for.
public struct Lint: Sendable {
  /// The name, in lower case with hyphens.
  public let name: String
  /// One sentence that says what it finds.
  public let summary: String
  let find: @Sendable (LintSubject) -> [Found]

  /// What was found, before the lint puts its name to it.
  struct Found {
    let message: String
    let remedy: String
    let origin: Origin?

    init(_ message: String, remedy: String, at origin: Origin?) {
      (self.message, self.remedy, self.origin) = (message, remedy, origin)
    }
  }

  /// All lints, in the order their findings are given.
  public static let all = [
    unusedParameter, cutGradient, lossWithoutGradient, logOfSoftmax, saturatingStart, slowPath, largeTensor, deadReLU,
    saturatedUnits,
  ]

  /// The bytes above which a tensor is called large, unless another budget is given: 1 GiB.
  public static let usualBudget = 1 << 30
}

extension LintSubject {
  /// What all lints find.
  var findings: [LintFinding] { Lint.all.flatMap { lint in lint.find(self).map { LintFinding(lint.name, $0) } } }
}

/// What lints know of a program.
struct LintSubject {
  let compiled: CompiledProgram
  /// The most bytes a tensor should take.
  let budget: Int
  /// Values of a run, by node of the traced graph; empty where nothing ran.
  var values: [Int: NDArray] = [:]
  /// Activations of that run within loops, of all steps.
  var loopValues: [LoopActivation: NDArray] = [:]

  var store: GraphStore { compiled.source.store }

  /// The values that are reported.
  var reports: [Value] { compiled.source.forward.roots.map(\.value) }

  /// Which nodes some values depend on along edges that carry gradients.
  func differentiableReach(of values: [Value]) -> [Bool] {
    var reached = [Bool](repeating: false, count: store.count)
    for value in values where store.type(of: value).dtype.isFloat { reached[Int(value.node)] = true }
    for node in reached.indices.reversed() where reached[node] && !isConstantForGradients(node) {
      for operand in store.operands(of: node) where store.type(of: operand).dtype.isFloat {
        reached[Int(operand.node)] = true
      }
    }
    return reached
  }

  /// Whether a node's derivative is zero wherever there is one.
  func isConstantForGradients(_ node: Int) -> Bool { type(of: store.op(of: node)).differentiability == .zero }

  /// The parameters with their nodes, in order of declaration.
  var parameters: [(variable: Variable, node: Int)] {
    var nodes: [String: Int] = [:]
    for node in 0..<store.count { if let op = store.op(of: node, as: VariableOp.self) { nodes[op.path] = node } }
    return store.effects.variables.filter(\.isTrainable).compactMap { variable in
      nodes[variable.path].map { (variable, $0) }
    }
  }

  /// The nodes of the model itself that are computed, in order.
  var forwardNodes: [Int] {
    let reached = store.reach(of: compiled.source.roots.map(\.value))
    return reached.indices.filter { reached[$0] && store.origins(of: $0).contains { $0.phase == .forward } }
  }

  /// The node of an operand.
  func operand(_ node: Int, _ place: Int) -> Int? {
    let operands = Array(store.operands(of: node))
    return place < operands.count ? Int(operands[place].node) : nil
  }

  /// Where a node was asked for by the model.
  func origin(_ node: Int) -> Origin? {
    let origins = store.origins(of: node)
    return origins.last { $0.phase == .forward } ?? origins.last
  }
}

extension CompiledProgram {
  /// What the lints find that need no run.
  func findings(budget: Int = Lint.usualBudget) -> [LintFinding] {
    LintSubject(compiled: self, budget: budget).findings
  }
}
