import TapestryTerminal
import Testing

@Suite struct ProgressTextTests {
  @Test func shortNumbersKeepThreeDigitsAtMost() {
    let cases: [(Double, String)] = [
      (0, "0"), (0.004, "0"), (0.25, "0.25"), (0.999, "1"), (1, "1"), (9.94, "9.9"), (9.96, "10"), (31.4, "31"),
      (999.4, "999"), (999.6, "1k"), (1234, "1.2k"), (45_000_000, "45M"), (3e21, "3000E"), (.infinity, "?"),
      (.nan, "?"),
    ]
    for (value, text) in cases { #expect(shortNumber(value) == text) }
  }

  @Test func spansOfTime() {
    let cases: [(Double, String)] = [
      (-1, "0:00"), (0.4, "0:00"), (7, "0:07"), (59.6, "1:00"), (750, "12:30"), (3600, "1:00:00"), (11_100, "3:05:00"),
      (360_000, ">99h"), (.infinity, ">99h"), (.nan, ">99h"),
    ]
    for (seconds, text) in cases { #expect(clockText(seconds) == text) }
  }

  @Test func theFractionStaysWithinTheUnitInterval() {
    func fraction(_ done: Int, of total: Int?) -> Double? { moment(done, of: total).fraction }
    #expect(fraction(1, of: 4) == 0.25)
    #expect(fraction(9, of: 4) == 1)
    #expect(fraction(-1, of: 4) == 0)
    #expect(fraction(0, of: 0) == 1)
    #expect(fraction(3, of: nil) == nil)
  }

  @Test func percentagesRoundDown() {
    #expect(moment(0, of: 3).percentText == "  0%")
    #expect(moment(2, of: 3).percentText == " 66%")
    #expect(moment(999, of: 1000).percentText == " 99%")
    #expect(moment(3, of: 3).percentText == "100%")
    #expect(moment(3, of: nil).percentText.isEmpty)
  }

  @Test func ratesAndTimes() {
    #expect(moment(10, of: 40, elapsed: 5).rateText == "2 steps/s")
    #expect(moment(10, of: 40, elapsed: 5).timeText == "0:15 left")
    #expect(moment(40, of: 40, elapsed: 20, isLast: true).timeText == "in 0:20")
    #expect(moment(0, of: 40, elapsed: 5).rateText.isEmpty)
    #expect(moment(0, of: 40, elapsed: 5).timeText.isEmpty)
    #expect(moment(10, of: nil, elapsed: 5).timeText.isEmpty)
  }

  private func moment(_ done: Int, of total: Int?, elapsed: Double = 1, isLast: Bool = false) -> ProgressMoment {
    ProgressMoment(
      label: "work", unit: "steps", done: done, total: total, elapsed: elapsed, metrics: "", isLast: isLast)
  }
}
