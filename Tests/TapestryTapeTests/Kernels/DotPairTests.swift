import TapestryTape
import Testing

@Suite struct DotPairTests {
  @Test func theLayoutIsThatOfTheKernel() {
    let pairs = [
      DotPair(terms: 5, left: [20, 5, 1], right: [0, 1, 6]),
      DotPair(terms: 7, left: [1, 2, 3], right: [4, 32, 1], panel: 9),
    ]
    let parameters = [2, 5, 20, 5, 1, 0, 1, 6, 0, 7, 1, 2, 3, 4, 32, 1, 9]
    #expect(DotPair.parameters(of: pairs) == parameters)
    #expect(DotPair.pairs(in: parameters, rank: 3) == pairs)
  }
}
