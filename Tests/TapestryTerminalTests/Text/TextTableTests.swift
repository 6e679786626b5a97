import TapestryTerminal
import Testing

@Suite struct TextTableTests {
  @Test func alignsColumnsUnderAHeaderAndARule() {
    var table = TextTable([.left("model"), .right("nodes"), .left("note")])
    table.add("digits-mlp", 128, "")
    table.add("gan", 7, "two losses")
    #expect(
      table.description == """
        model       nodes  note
        ----------  -----  ----------
        digits-mlp    128
        gan             7  two losses
        """)
  }

  @Test func anEmptyTableIsItsHeader() {
    #expect(TextTable([.left("a"), .right("b")]).lines == ["a  b", "-  -"])
    #expect(TextTable([]).lines == ["", ""])
  }

  @Test func rowsMayBeShortOrLong() {
    var table = TextTable([.left("a"), .right("bb")])
    table.add(["x"])
    table.add(["x", "1", "more"])
    #expect(table.lines == ["a  bb", "-  --  ----", "x", "x   1  more"])
  }

  @Test func wideAndCombiningCharactersAlign() {
    var table = TextTable([.left("name"), .right("n")])
    table.add("織物", 1)
    table.add("cafe\u{301}", 2)
    #expect(table.lines == ["name  n", "----  -", "織物  1", "cafe\u{301}  2"])
  }

  @Test func controlCharactersCannotBreakARow() {
    var table = TextTable([.left("a\nb")])
    table.add("x\u{1B}[2Jy\tz")
    #expect(table.lines == ["a b", "--------", "x [2Jy z"])
  }
}

@Suite struct DisplayWidthTests {
  @Test func countsColumns() {
    #expect(displayWidth(of: "loss 0.3") == 8)
    #expect(displayWidth(of: "織物") == 4)
    #expect(displayWidth(of: "e\u{301}") == 1)
    #expect(displayWidth(of: "\u{1F9F5}") == 2)
    #expect(displayWidth(of: "\u{1B}\r") == 0)
  }

  @Test func truncatesAtColumns() {
    #expect(truncated("loss", to: 10) == "loss")
    #expect(truncated("loss", to: 2) == "lo")
    #expect(truncated("織物", to: 3) == "織")
    #expect(truncated("loss", to: 0).isEmpty)
    #expect(truncated("loss", to: -1).isEmpty)
  }
}
