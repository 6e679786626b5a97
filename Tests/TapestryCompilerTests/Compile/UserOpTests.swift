import TapestryCompiler
import TapestryCore
import TapestryGraph
import TapestryTape
import Testing

/// Ops that say of themselves what they are not run as instructions of their own.
@Suite struct UserOpTests {
  @Test(arguments: [FusionClass.leaf, .view, .reduction, .product, .elementwise, .opaque])
  func aFalseClassIsNotBelieved(_ claimed: FusionClass) throws {
    let graph = Graph()
    let x = graph.input("x", [3, 4])
    let y = Tensor.apply(Doubled(claimed: claimed), [x + 1])[0]
    graph.report("y", y * y)
    let compiled = try expectCompiledEqualsReference(graph)
    #expect(compiled.tape.callOuts.count == 1)
    #expect(compiled.tape.slowPaths == 1)
  }
}

/// What a tile program makes of a call without values.
@Suite struct TileBuilderTests {
  @Test func noValuesDoNotTrap() {
    var builder = TileBuilder(operands: [.float32])
    #expect(builder.apply(.add).dtype == .float32)
  }
}

/// Twice x, without a tile program.
private struct Doubled: Op {
  static let name = "doubled"
  static let summary = "2 x."
  let claimed: FusionClass
  var fusion: FusionClass { claimed }
  func resultTypes(of operands: [TensorType]) throws(OpFault) -> [TensorType] { operands }
  func evaluate(_ operands: [NDArray]) throws(TapestryError) -> [NDArray] {
    [NDArray(operands[0].shape, operands[0].dtype) { 2 * operands[0].double(at: $0) }]
  }
}
