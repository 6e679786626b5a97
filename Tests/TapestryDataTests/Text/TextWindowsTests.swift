import TapestryCore
import TapestryData
import Testing

@Suite struct TextWindowsTests {
  /// A text whose every character is its own number.
  private func corpus(_ count: Int) throws -> TextCorpus {
    let letters = Array("abcdefghijklmnopqrstuvwxyz".prefix(count))
    return try TextCorpus(String(letters))
  }

  private func rows(_ windows: TextWindows) throws -> [[Int32]] {
    let values = try windows.inputs.values(as: Int32.self)
    return stride(from: 0, to: values.count, by: windows.steps).map { Array(values[$0..<$0 + windows.steps]) }
  }

  @Test func windowsTouchOrOverlap() throws {
    let touching = try corpus(10).windows(of: 3)
    #expect(try rows(touching) == [[0, 1, 2], [3, 4, 5], [6, 7, 8]])
    #expect(try touching.targets == NDArray([1, 2, 3, 4, 5, 6, 7, 8, 9] as [Int32], shape: [3, 3]))
    #expect(try corpus(9).windows(of: 3).rowCount == 2)
    #expect(try rows(corpus(6).windows(of: 3, every: 2)) == [[0, 1, 2], [2, 3, 4]])
    #expect(try rows(touching.selecting(rows: [2, 0])) == [[6, 7, 8], [0, 1, 2]])
    #expect(try corpus(4).windows(of: 3).rowCount == 1)
  }

  @Test func randomWindowsComeFromTheWholeTextAndFromTheSeed() throws {
    let corpus = try corpus(8)
    let windows = try corpus.randomWindows(400, of: 3, seed: 5)
    let starts = try rows(windows).map(\.[0])
    #expect(try rows(windows).allSatisfy { $0[1] == $0[0] + 1 && $0[2] == $0[0] + 2 })
    let counts = (0..<5).map { start in starts.count { $0 == start } }
    #expect(counts.reduce(0, +) == 400 && counts.allSatisfy { (50...110).contains($0) })
    #expect(try corpus.randomWindows(400, of: 3, seed: 5) == windows)
    #expect(try corpus.randomWindows(400, of: 3, seed: 6) != windows)
    #expect(try corpus.randomWindows(400, of: 3, seed: 5, epoch: 1) != windows)
  }

  @Test func streamsContinueEachOther() throws {
    let batches = Array(try corpus(15).streams(2, of: 3))
    #expect(try batches.map(rows) == [[[0, 1, 2], [7, 8, 9]], [[3, 4, 5], [10, 11, 12]]])
    for (batch, next) in zip(batches, batches.dropFirst()) {
      let (targets, inputs) = (batch.targets.doubles, next.inputs.doubles)
      for row in 0..<2 { #expect(targets[row * 3 + 2] == inputs[row * 3]) }
    }
    #expect(try corpus(7).streams(2, of: 3).count == 1)
  }

  @Test func aTextTooShortIsRefused() throws {
    let corpus = try corpus(6)
    let error = #expect(throws: TapestryError.self) { try corpus.windows(of: 6) }
    #expect(
      error.map { "\($0)" } == """
        'text': expected more than 6 characters for 1 × 6 steps, found 6; \
        give a longer text, fewer rows or shorter windows
        """)
    #expect(error?.code == .invalidFile)
    #expect(throws: TapestryError.self) { try corpus.randomWindows(1, of: 6, seed: 1) }
    #expect(throws: TapestryError.self) { try corpus.streams(2, of: 3) }
    #expect(throws: TapestryError.self) { try corpus.streams(.max, of: .max) }
    let part = #expect(throws: TapestryError.self) { try corpus.split(holdingOutEnd: 0.5).heldOut.windows(of: 3) }
    #expect(part?.message.hasPrefix("'the end of text': expected more than 3 characters") == true)
  }

  @Test func numbersBelowOneAreRefused() throws {
    let corpus = try corpus(6)
    let calls: [() throws -> Int] = [
      { try corpus.windows(of: 0).rowCount }, { try corpus.windows(of: 1, every: 0).rowCount },
      { try corpus.randomWindows(0, of: 2, seed: 1).rowCount }, { try corpus.streams(0, of: 2).count },
      { try corpus.streams(2, of: -1).count },
    ]
    for call in calls {
      let error = #expect(throws: TapestryError.self) { try call() }
      #expect(error?.code == .invalidAttribute)
    }
  }
}
