import TapestryCore
import TapestryGraph
import TapestryTape

/// What bodies of loops inherit from the compilation around them.
struct BodyOptions: Sendable {
  let fuses: Bool
  /// Whether no memory is shared and each buffer is followed by a guard.
  var guardsBuffers = false
  /// How many loops are around.
  var depth = 0
  /// The inputs of the body that are the same in every step, where it is worth it to pack those before the loop.
  var packable: Set<Value> = []

  /// The deepest nesting of loops the tape's operands can move in.
  static let deepest = Operand.deepestLoop

  /// The options inside of a loop.
  ///
  /// - Parameter packable: see there.
  func inside(packing packable: Set<Value>) -> BodyOptions {
    var options = self
    options.depth += 1
    options.packable = packable
    return options
  }
}

/// A program cut into kernels.
struct FusedProgram {
  let program: ProgramGraph
  let plan: FusionPlan
  private let views: ViewAccesses
  private let reachable: [Bool]
  private let options: BodyOptions

  init(_ program: ProgramGraph, _ options: BodyOptions) {
    self.program = program
    self.options = options
    reachable = program.reachedNodes()
    views = ViewAccesses(program.store, reachable: reachable)
    let fuser = Fuser(
      program.store, views, reachable: reachable, roots: program.roots.map(\.value), joins: options.fuses)
    plan = fuser.plan()
  }

  /// The program as drafts; inputs named as carries become variables.
  func lowered(carries: Set<String> = []) throws(TapestryError) -> LoweredProgram {
    var lowering = Lowering(program, views, plan, reachable: reachable, carries: carries, bodies: options)
    return try lowering.lower(program.roots, reachable: reachable)
  }
}
