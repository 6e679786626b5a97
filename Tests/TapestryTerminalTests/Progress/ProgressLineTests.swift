import TapestryTerminal
import Testing

/// Runs progress lines against a clock of its own and keeps what they write.
private final class Stage {
  var seconds = 0.0
  var pieces: [String] = []

  func line(
    _ label: String = "epoch 1/2", total: Int? = 40, unit: String = "batches", as style: ProgressStyle
  ) -> ProgressLine {
    ProgressLine(
      label, total: total, unit: unit, style: style, now: { self.seconds }, write: { self.pieces.append($0) })
  }

  /// What was written since this was asked for last.
  func written() -> String {
    defer { pieces = [] }
    return pieces.joined()
  }
}

@Suite struct RedrawnProgressTests {
  private let stage = Stage()

  @Test func showsBarRateTimeAndMetrics() {
    let line = stage.line(as: .redrawn(width: 100, colored: false))
    stage.seconds = 2
    line.update(to: 10, metrics: "loss 0.31")
    #expect(
      stage.written() == "\repoch 1/2  [======                  ]   25%  5 batches/s  0:06 left  loss 0.31")
    stage.seconds = 8
    line.update(to: 40)
    line.finish(metrics: "loss 0.2")
    let last = stage.written()
    #expect(last.hasSuffix("\repoch 1/2  [========================]  100%  5 batches/s  in 0:08  loss 0.2\n"))
    line.finish()
    line.update(to: 3)
    #expect(stage.written().isEmpty)
  }

  @Test func colorsTheFilledPartOfTheBarOnly() {
    let line = stage.line(as: .redrawn(width: 100, colored: true))
    line.update(to: 0)
    #expect(!stage.written().contains("\u{1B}"))
    stage.seconds = 1
    line.update(to: 20)
    #expect(stage.written().contains("[\u{1B}[32m============\u{1B}[0m            ]"))
  }

  @Test func redrawsTenTimesASecondAtMost() {
    let line = stage.line(total: 1000, as: .redrawn(width: 80, colored: false))
    for step in 1...1000 {
      stage.seconds = Double(step) / 1000
      line.update(to: step)
    }
    #expect((10...11).contains(stage.pieces.count))
  }

  @Test func wipesWhatALongerLineLeft() {
    let line = stage.line("work", total: nil, unit: "", as: .redrawn(width: 40, colored: false))
    line.advance(metrics: "a long text of metrics")
    #expect(stage.written() == "\rwork  1  a long text of metrics")
    stage.seconds = 1
    line.advance(metrics: "short")
    #expect(stage.written() == "\rwork  2  2/s  short" + String(repeating: " ", count: 12))
  }

  @Test(arguments: [1, 2, 5, 9, 12, 20, 30, 40, 50, 60, 70, 80, 200])
  func neverReachesTheLastColumn(width: Int) {
    for label in ["epoch 1/2", "織物 を 織る", ""] {
      let line = stage.line(label, as: .redrawn(width: width, colored: false))
      for step in 0...4 {
        stage.seconds += 1
        line.update(to: 10 * step, metrics: "loss 0.31  accuracy 0.97")
      }
      line.finish()
      let rows = stage.written().split(separator: "\r").map { $0.filter { $0 != "\n" } }
      #expect(rows.allSatisfy { displayWidth(of: $0) < width })
    }
  }

  /// As the window narrows the bar shrinks and goes, then the rate, the time, and the end of the metrics.
  @Test func givesUpPiecesInOrder() {
    func row(_ width: Int) -> String {
      let stage = Stage()
      let line = stage.line(as: .redrawn(width: width, colored: false))
      stage.seconds = 2
      line.update(to: 10, metrics: "loss 0.31")
      return stage.written()
    }
    #expect(row(68) == "\repoch 1/2  [===          ]   25%  5 batches/s  0:06 left  loss 0.31")
    #expect(row(60) == "\repoch 1/2   25%  5 batches/s  0:06 left  loss 0.31")
    #expect(row(50) == "\repoch 1/2   25%  0:06 left  loss 0.31")
    #expect(row(30) == "\repoch 1/2   25%  loss 0.31")
    #expect(row(22) == "\repoch 1/2   25%  loss")
  }

  @Test func endsItsRowWhenAbandoned() {
    var line: ProgressLine? = stage.line(as: .redrawn(width: 80, colored: false))
    line?.update(to: 3)
    _ = stage.written()
    line = nil
    #expect(stage.written() == "\n")
    line = stage.line(as: .redrawn(width: 80, colored: false))
    line?.finish()
    _ = stage.written()
    line = nil
    #expect(stage.written().isEmpty)
  }
}

@Suite struct SparseProgressTests {
  private let stage = Stage()

  @Test func writesWholeLinesAtQuartersAndAtTheEnd() {
    let line = stage.line(as: .sparse(width: 80))
    for step in 1...40 {
      stage.seconds = Double(step)
      line.update(to: step, metrics: "loss 0.3")
    }
    line.finish()
    #expect(
      stage.written() == """
        epoch 1/2:   25%  10/40 batches  0:30 left  loss 0.3
        epoch 1/2:   50%  20/40 batches  0:20 left  loss 0.3
        epoch 1/2:   75%  30/40 batches  0:10 left  loss 0.3
        epoch 1/2:  100%  40/40 batches  in 0:40  loss 0.3

        """)
  }

  @Test func staysSilentUntilTheEndOfShortWork() {
    let line = stage.line(as: .sparse(width: 80))
    for step in 1...40 {
      stage.seconds = Double(step) / 100
      line.update(to: step)
    }
    #expect(stage.written().isEmpty)
    line.finish(metrics: "loss 0.3")
    #expect(stage.written() == "epoch 1/2:  100%  40/40 batches  in 0:00  loss 0.3\n")
  }

  @Test func workOfUnknownLengthSpeaksEveryTenSeconds() {
    let line = stage.line("reading", total: nil, unit: "rows", as: .sparse(width: 80))
    for second in 1...25 {
      stage.seconds = Double(second)
      line.advance()
    }
    #expect(stage.written() == "reading:  10 rows\nreading:  20 rows\n")
  }

  @Test func keepsWithinTheWindow() {
    let line = stage.line(as: .sparse(width: 20))
    line.finish(metrics: "loss 0.3")
    #expect(stage.written() == "epoch 1/2:    0%  0\n")
  }
}

@Suite struct PlainProgressTests {
  private let stage = Stage()

  @Test func writesOneLineWhenComplete() {
    let line = stage.line(as: .plain)
    for step in 1...40 {
      stage.seconds = Double(step)
      line.update(to: step, metrics: "loss 0.3")
    }
    #expect(stage.written().isEmpty)
    line.finish(metrics: "loss 0.2  accuracy 0.97")
    #expect(stage.written() == "epoch 1/2: 40/40 batches, loss 0.2  accuracy 0.97\n")
  }

  @Test func abandonedWorkLeavesNothing() {
    do {
      let line = stage.line(as: .plain)
      line.update(to: 3)
    }
    #expect(stage.written().isEmpty)
  }

  @Test(arguments: [ProgressStyle.plain, .sparse(width: 80)])
  func holdsNoControlCharacters(style: ProgressStyle) {
    let line = stage.line("a\nb\u{1B}[1m", unit: "x\ty", as: style)
    stage.seconds = 30
    line.update(to: 20, metrics: "\r\u{7}loss")
    line.finish()
    let text = stage.written()
    let controls = text.unicodeScalars.filter { $0.properties.generalCategory == .control }
    #expect(controls.allSatisfy { $0 == "\n" })
    #expect(text.hasPrefix("a b [1m:"))
    #expect(text.hasSuffix("\n"))
  }
}
