import TapestryTerminal
import Testing

@Suite struct ProgressStyleTests {
  @Test func aFileOrPipeIsPlainWhateverTheEnvironment() {
    for term in [nil, "", "dumb", "xterm-256color"] {
      #expect(ProgressStyle.chosen(isTerminal: false, term: term, noColor: nil, width: 120) == .plain)
    }
  }

  @Test func aTerminalWithoutCursorIsSparse() {
    for term in [nil, "", "dumb"] {
      #expect(ProgressStyle.chosen(isTerminal: true, term: term, noColor: nil, width: 72) == .sparse(width: 72))
    }
  }

  @Test func aTerminalIsRedrawn() {
    func chosen(noColor: String?, width: Int?) -> ProgressStyle {
      .chosen(isTerminal: true, term: "xterm", noColor: noColor, width: width)
    }
    #expect(chosen(noColor: nil, width: 100) == .redrawn(width: 100, colored: true))
    #expect(chosen(noColor: "", width: 100) == .redrawn(width: 100, colored: true))
    #expect(chosen(noColor: "1", width: 100) == .redrawn(width: 100, colored: false))
    #expect(chosen(noColor: "1", width: nil) == .redrawn(width: 80, colored: false))
    #expect(chosen(noColor: "1", width: 0) == .redrawn(width: 80, colored: false))
  }
}
