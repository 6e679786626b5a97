import TapestryCore
import TapestryGraph
import Testing

@testable import TapestryCompiler

/// Strides and iteration spaces, against what they mean: the addresses walked.
@Suite struct GeometryTests {
  /// Addresses of the elements of a strided array in row-major order.
  private func addresses(_ extents: [Int], _ strides: [Int]) -> [Int] {
    zip(extents, strides).reduce([0]) { found, axis in
      found.flatMap { start in (0..<axis.0).map { start + $0 * axis.1 } }
    }
  }

  @Test(arguments: 0..<200) func aReshapeOfStridesReadsTheSameElements(_ seed: Int) {
    var draw = Draws(seed: seed)
    let extents = (0..<draw.below(4) + 1).map { _ in draw.one(of: [1, 2, 3, 4, 6]) }
    let order = draw.permutation(of: extents.count)
    let natural = Shape(extents).rowMajorStrides
    let from = Shape(order.map { extents[$0] })
    let strides = draw.flag() ? from.rowMajorStrides : order.map { natural[$0] * (draw.below(6) == 0 ? 0 : 1) }
    // A random way to write the number of elements as a product, with some ones.
    var (rest, to) = (from.count, [Int]())
    while rest > 1 {
      let factor = draw.one(of: [2, 3, 4, 6, 12].filter { rest % $0 == 0 } + [rest])
      to.append(factor)
      rest /= factor
      if draw.below(4) == 0 { to.append(1) }
    }
    let reshaped = ViewAccesses.reshape(from, strides, Shape(to))
    if let reshaped { #expect(addresses(to, reshaped) == addresses(from.extents, strides)) }
    if strides == from.rowMajorStrides { #expect(reshaped != nil) }
  }

  @Test(arguments: 0..<200) func joinedAxesWalkTheSameAddresses(_ seed: Int) {
    var draw = Draws(seed: seed)
    let extents = (0..<draw.below(5) + 1).map { _ in draw.one(of: [2, 3, 4]) }
    let reduced = draw.subset(of: extents.count)
    let before = IterationSpace(extents: extents, reducedAxes: reduced)
    let frames = (0..<3).map { operand in
      let natural = Shape(extents).rowMajorStrides
      return operand == 0 ? natural : natural.map { draw.below(3) == 0 ? 0 : $0 }
    }
    var strides = frames.map { frame in before.order.map { frame[$0] } }
    let walked = strides.map { addresses(before.extents, $0) }
    var after = before
    after.coalesce(&strides)
    #expect(zip(strides, walked).allSatisfy { addresses(after.extents, $0) == $1 })
    #expect(after.extents.count <= before.extents.count)
    // Reduced axes stay reduced: their elements are counted alike, and the last kept column stays one.
    func count(_ space: IterationSpace) -> Int {
      space.extents.indices.filter { space.isReduced($0) }.reduce(1) { $0 * space.extents[$1] }
    }
    #expect(count(after) == count(before))
    #expect((after.kept + after.reduced < after.extents.count) == (before.kept + before.reduced < before.extents.count))
  }

  @Test func neighboursWalkedAsOneBecomeOne() {
    var space = IterationSpace(extents: [2, 3, 4], reducedAxes: [])
    var strides = [[12, 4, 1], [12, 4, 1]]
    space.coalesce(&strides)
    #expect(space.extents == [24])
    #expect(strides == [[1], [1]])
    var scalar = IterationSpace(extents: [], reducedAxes: [])
    var none: [[Int]] = [[]]
    scalar.coalesce(&none)
    #expect(scalar.extents == [1])
    #expect(none == [[0]])
  }
}
