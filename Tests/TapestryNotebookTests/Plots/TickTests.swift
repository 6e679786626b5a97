import TapestryNotebook
import Testing

@Suite struct TickTests {
  @Test(arguments: [
    (0.0, 1.0, 5, ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]),
    (0.0, 100.0, 4, ["0", "50", "100"]),
    (-3.0, 7.0, 5, ["-2", "0", "2", "4", "6"]),
    (0.12, 0.13, 5, ["0.120", "0.122", "0.124", "0.126", "0.128", "0.130"]),
    (0.0, 3e7, 3, ["0", "1e7", "2e7", "3e7"]),
    (0.0, 3e-6, 3, ["0", "1e-6", "2e-6", "3e-6"]),
    (5.0, 5.0, 5, ["5"]),
  ]) func linearTicksAreRound(low: Double, high: Double, count: Int, labels: [String]) {
    #expect(linearTicks(low, high, count: count).map(\.label) == labels)
  }

  @Test(arguments: [
    (1.0, 1000.0, 8, ["1", "10", "100", "1000"]),
    (0.01, 1.0, 8, ["0.01", "0.1", "1"]),
    (1.0, 10.0, 8, ["1", "2", "5", "10"]),
    (1e-10, 1e10, 5, ["1e-8", "1e-4", "1", "1e4", "1e8"]),
    (2.0, 2.5, 3, ["2.0", "2.2", "2.4"]),
  ]) func logarithmicTicksArePowersOfTen(low: Double, high: Double, count: Int, labels: [String]) {
    #expect(logarithmicTicks(low, high, count: count).map(\.label) == labels)
  }

  @Test func neverMoreThanAskedFor() {
    for size in [1.0, 1.7, 3.3, 9.99, 1234.5] {
      for count in 1...9 {
        let ticks = linearTicks(-size / 3, size, count: count)
        #expect(ticks.count <= count + 1 && ticks.allSatisfy { $0.value >= -size / 3 && $0.value <= size })
        #expect(Set(ticks.map(\.label)).count == ticks.count)
      }
    }
  }
}
