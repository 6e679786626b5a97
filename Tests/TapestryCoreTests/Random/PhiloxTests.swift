import TapestryCore
import Testing

@Suite struct PhiloxTests {
  /// The known answers published with the generator.
  @Test func matchesKnownAnswers() {
    #expect(
      philox(counter: [0, 0, 0, 0], key: [0, 0]) == [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8])
    #expect(
      philox(counter: SIMD4(repeating: .max), key: SIMD2(repeating: .max))
        == [0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd])
    #expect(
      philox(counter: [0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344], key: [0xa409_3822, 0x299f_31d0])
        == [0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1])
  }

  @Test func namesHashByFNV1a() {
    #expect(RandomStream.identifier(of: "") == 0xcbf2_9ce4_8422_2325)
    #expect(RandomStream.identifier(of: "a") == 0xaf63_dc4c_8601_ec8c)
    #expect(RandomStream.identifier(of: "foobar") == 0x8594_4171_f739_67e8)
  }

  @Test func aWordDependsOnSeedNameAndPlaceAlone() {
    let stream = RandomStream(seed: 7, name: "hidden/weight")
    #expect(stream.bits(at: 5) == RandomStream(seed: 7, name: "hidden/weight").bits(at: 5))
    #expect(stream.bits(at: 5) != stream.bits(at: 6))
    #expect(stream.bits(at: 5) != RandomStream(seed: 8, name: "hidden/weight").bits(at: 5))
    #expect(stream.bits(at: 5) != RandomStream(seed: 7, name: "hidden/bias").bits(at: 5))
    #expect(
      stream.bits(at: 5)
        == RandomStream.bits(
          element: 5, step: 0, seed: 7, stream: RandomStream.identifier(of: "hidden/weight")))
  }

  @Test(arguments: [0, 5, Int(UInt32.max) - 2]) func aRowOfWordsIsTheWordsAtItsPlaces(first: Int) {
    let stream = RandomStream(seed: 7, name: "hidden/weight")
    var words = [UInt32](repeating: 0, count: 37)
    words.withUnsafeMutableBufferPointer { stream.fill($0, from: first) }
    #expect(words == (first..<first + 37).map(stream.bits(at:)))
  }

  @Test func uniformNumbersFillTheUnitInterval() {
    let stream = RandomStream(seed: 1, name: "uniform")
    let numbers = (0..<20_000).map(stream.uniform(at:))
    #expect(numbers.allSatisfy { $0 >= 0 && $0 < 1 })
    let mean = numbers.reduce(0, +) / 20_000
    let variance = numbers.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 20_000
    // Five standard errors of the mean of 20,000 uniform numbers are 0.0102; of their variance, 0.0026.
    #expect(abs(mean - 0.5) < 0.0102)
    #expect(abs(variance - 1.0 / 12) < 0.0027)
  }
}

@Suite struct PermutationTests {
  @Test(arguments: [0, 1, 2, 3, 17, 1797])
  func holdsEachPlaceOnce(count: Int) {
    #expect(RandomStream(seed: 3, name: "order").permutation(of: count).sorted() == Array(0..<count))
  }

  @Test func isTheSameForTheSameSeedOnly() {
    let order = RandomStream(seed: 3, name: "order").permutation(of: 100)
    #expect(order == RandomStream(seed: 3, name: "order").permutation(of: 100))
    #expect(order != RandomStream(seed: 4, name: "order").permutation(of: 100))
    #expect(order != Array(0..<100))
  }

  /// Each of the 24 orders of four comes up about equally often: the chi-square statistic of 23 degrees of freedom
  /// stays below 49.7, its 99.9% quantile.
  @Test func reachesEveryOrderAlike() {
    var counts: [[Int]: Int] = [:]
    for seed in 0..<4800 { counts[RandomStream(seed: seed, name: "order").permutation(of: 4), default: 0] += 1 }
    #expect(counts.count == 24)
    let statistic = counts.values.reduce(0.0) { $0 + (Double($1) - 200) * (Double($1) - 200) / 200 }
    #expect(statistic < 49.7)
  }
}
