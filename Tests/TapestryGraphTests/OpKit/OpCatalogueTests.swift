import OpKit
import TapestryCore
import Testing

@testable import TapestryGraph

/// Every op of the catalogue, held to the facts its definition states.
@Suite struct OpCatalogueTests {
  static let names = OpCatalogue.all.map { $0.name }

  private func op(_ name: String) throws -> any Op.Type { try #require(OpCatalogue.op(named: name)) }

  @Test func namesAreUnique() { #expect(Set(Self.names).count == Self.names.count) }

  /// The families say of every op what a cast to their protocols says.
  @Test(arguments: names) func isInItsFamilies(_ name: String) throws {
    let op = try op(name)
    #expect(OpCatalogue.isElementwise(op) == (op is any ElementwiseOp.Type))
    #expect(OpCatalogue.isReduction(op) == (op is any ReductionOp.Type))
    #expect(OpCatalogue.isProduct(op) == (op is any DotOp.Type))
    #expect(OpCatalogue.isPlaced(op) == (op is any PlacedOp.Type))
    for op in op.samples.map(\.op) {
      #expect(OpCatalogue.reduction(op)?.axes == (op as? any ReductionOp)?.axes)
      #expect(OpCatalogue.placed(op)?.placeStrides == (op as? any PlacedOp)?.placeStrides)
    }
  }

  @Test(arguments: names) func hasSummaryAndSamples(_ name: String) throws {
    let op = try op(name)
    #expect(op.summary.hasSuffix(".") && op.summary.count <= 120)
    #expect(!op.samples.isEmpty)
    for sample in op.samples { #expect(type(of: sample.op).name == name) }
  }

  /// The meaning gives what the shape rule promises, and the elementwise ops have a tile program.
  @Test(arguments: names) func meaningHasTheTypesOfTheRule(_ name: String) throws {
    for sample in try op(name).samples {
      let arrays = sample.operands.enumerated().map { $0.element.array(seed: $0.offset, inDouble: false) }
      let types = try sample.op.resultTypes(of: arrays.map(\.type))
      #expect(types.count == sample.op.resultCount)
      #expect(sample.op.flops(arrays.map(\.type), types) >= 0)
      if sample.op.fusion == .elementwise {
        // A placed op is given the element's place first.
        let place: [DType] = sample.op is any PlacedOp ? [.int32] : []
        var builder = TileBuilder(operands: place + arrays.map(\.dtype))
        let result = try #require(sample.op.tile(&builder, builder.operands), "\(name) has no tile program")
        #expect(result.dtype == types[0].dtype)
      }
      if sample.op is InputOp || sample.op is VariableOp { continue }
      #expect(try sample.op.evaluate(arrays).map(\.type) == types, "\(name) \(sample.op.attributes)")
    }
  }

  @Test(arguments: names) func gradientIsThatOfCentralDifferences(_ name: String) throws {
    let op = try op(name)
    #expect(op.differentiability != .missing)
    for sample in op.samples {
      guard let check = sample.gradientCheck() else { continue }
      try check.run("\(name) \(sample.op.attributes)", tolerance: sample.isCoarse ? 1e-4 : 1e-6)
    }
  }
}

/// The check itself must be able to fail.
@Suite struct GradientCheckTests {
  /// x^3 with a rule that forgets a factor.
  private struct WrongCube: Op {
    static let name = "wrongCube"
    static let summary = "x^3, with a wrong gradient."
    static let differentiability = Differentiability.differentiable
    func resultTypes(of operands: [TensorType]) -> [TensorType] { operands }
    func pullback(_ p: Pullback) -> [Tensor?] { [p.cotangent * p[0] * p[0]] }
    func evaluate(_ operands: [NDArray]) -> [NDArray] {
      [
        NDArray(operands[0].shape, operands[0].dtype) { place in
          let x = operands[0].double(at: place)
          return x * x * x
        }
      ]
    }
  }

  @Test func findsAWrongRule() {
    withKnownIssue {
      let check = GradientCheck([NDArray([0.5, -1.5])]) { $0[0].graph.record(WrongCube(), $0) }
      try check.run("wrongCube")
    }
  }
}
