import Tapestry

/// Facts held against what is expected; those that fail are told at the end.
struct Checks {
  private(set) var failures: [String] = []
  private(set) var count = 0

  mutating func expect(_ fact: Bool, _ what: @autoclosure () -> String) {
    count += 1
    if !fact { failures.append(what()) }
  }

  /// Holds two arrays to each other, relative to the largest element.
  mutating func expectNear(_ a: [Double], _ b: [Double], within bound: Double, _ what: String) {
    let scale = b.map { Swift.abs($0) }.max() ?? 0
    let worst = zip(a, b).map { Swift.abs($0 - $1) }.max() ?? 0
    let isNear = a.count == b.count && worst <= bound * Swift.max(scale, 1e-30)
    expect(isNear, "\(what): \(a.prefix(4)) against \(b.prefix(4)), apart by \(worst)")
  }

  /// Runs what must throw.
  mutating func expectError(_ code: TapestryError.Code, _ what: String, _ body: () throws(TapestryError) -> Void) {
    do throws(TapestryError) {
      try body()
      expect(false, "\(what): no error")
    } catch {
      expect(error.code == code && !error.remedy.isEmpty, "\(what): \(error)")
    }
  }
}
