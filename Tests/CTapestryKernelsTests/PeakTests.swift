import CTapestryKernels
import Testing

@Suite struct PeakTests {
  /// x / 2 + 1 again and again comes to 2, in each of the chains that are summed up.
  @Test func multiplyAddsAreMultiplyAdds() throws {
    for level in 0..<TAP_LEVEL_COUNT.rawValue {
      guard let table = tap_table_of(tap_level(rawValue: level))?.pointee else { continue }
      let multiplyAdds = try #require(table.multiply_adds)
      #expect(multiplyAdds(100, 0.5, 1) == 24)
      #expect(multiplyAdds(1, 0, 3) == 36)
      #expect(multiplyAdds(0, 0.5, 1) == 66)
      #expect(table.multiply_adds_a_round >= 48)
    }
  }
}
