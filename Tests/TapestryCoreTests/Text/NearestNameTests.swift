import TapestryCore
import Testing

@Suite struct NearestNameTests {
  @Test func distances() {
    func distance(_ a: String, _ b: String) -> Int { editDistance(Array(a), Array(b)) }
    #expect(distance("", "") == 0)
    #expect(distance("", "abc") == 3)
    #expect(distance("kitten", "sitting") == 3)
    #expect(distance("flaw", "lawn") == 2)
    #expect(distance("ab", "ba") == 1)
    #expect(distance("epcohs", "epochs") == 1)
    #expect(distance("ca", "abc") == 3)
  }

  @Test func suggestsSlipsOfTheFingers() {
    let options = ["--seed", "--epochs", "--quick", "--output"]
    #expect(nearest(to: "--epoch", in: options) == "--epochs")
    #expect(nearest(to: "--eopchs", in: options) == "--epochs")
    #expect(nearest(to: "epochs", in: options) == "--epochs")
    #expect(nearest(to: "--OUTPUT", in: options) == "--output")
    #expect(nearest(to: "--out", in: options) == "--output")
  }

  @Test func staysSilentWhereNothingIsNear() {
    #expect(nearest(to: "--verbose", in: ["--seed", "--epochs"]) == nil)
    #expect(nearest(to: "xy", in: ["ab"]) == nil)
    #expect(nearest(to: "--o", in: ["--output"]) == nil)
    #expect(nearest(to: "anything", in: [String]()) == nil)
  }

  @Test func theNearestWinsAndTheFirstOfEqualOnes() {
    #expect(nearest(to: "cart", in: ["care", "cart1", "cart"]) == "cart")
    #expect(nearest(to: "cat", in: ["bat", "hat"]) == "bat")
  }
}
