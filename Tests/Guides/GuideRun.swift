import Tapestry

/// Runs the code of the guides and keeps what it prints.
///
/// The examples are methods, so `print` in them is the one below. A line `mark("name")` begins a part: a page shows the
/// lines after it, up to the next mark, as code, and what was printed there as output. Parts outside of functions stand
/// between `// mark("name")` and `// end`.
public final class GuideRun {
  /// What each part printed, by name.
  public private(set) var printed: [String: String] = [:]
  /// A folder the examples may write into.
  let folder: String
  private var part = ""

  /// Runs every example.
  ///
  /// - Throws: what examples throw, after all have run.
  public init(writingInto folder: String) throws {
    self.folder = folder
    var faults: [String] = []
    for example in GuideRun.examples {
      do { try example(self)() } catch { faults.append("'\(part)': \(error)") }
    }
    guard faults.isEmpty else { throw TapestryError(.usage, faults.joined(separator: "; "), remedy: "mend the guides") }
  }

  private static var examples: [(GuideRun) -> () throws -> Void] {
    [
      firstModel, firstTraining, firstMistake, gettingStarted, tensorAndGraph, runningAGraph, whenCompiled, addingAnOp,
      debuggingShapes, debuggingValues, debuggingGradients, debuggingFeeds, memory, savingAndLoading, resuming,
      comingFromTorch, comingFromKeras, comingFromJAX, performance,
    ]
  }

  /// Begins a part.
  public func mark(_ name: String) {
    part = name
    printed[name] = ""
  }

  /// Prints into the part that runs.
  public func print(_ items: Any...) {
    printed[part, default: ""] += items.map { "\($0)" }.joined(separator: " ") + "\n"
  }
}
