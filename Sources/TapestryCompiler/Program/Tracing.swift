import TapestryCore
public import TapestryGraph

/// What a traced program is for.
public enum TracingMode: String, Hashable, Sendable {
  /// Parameters are updated, dropout drops, statistics are gathered.
  case training
  /// State is only read.
  case evaluation
}

/// One tracing of a program: what its function builds the graph with.
public final class Tracing: Sendable {
  /// The graph being built.
  public let graph: Graph
  /// What the program is traced for: a model may differ in training and evaluation.
  public let mode: TracingMode
  /// The types of the feeds, or nil when none are known and open extents get a placeholder.
  private let feeds: [String: TensorType]?
  /// What open extents become without feeds.
  private let placeholder: Int

  init(mode: TracingMode, feeds: [String: TensorType]?, placeholder: Int = 1) {
    graph = Graph()
    self.mode = mode
    self.feeds = feeds
    self.placeholder = placeholder
  }

  /// Builds the graph; what it draws at random moves on at the end of each run.
  func trace(_ build: (Tracing) -> Void) {
    build(self)
    graph.advanceRandomStep()
  }

  /// The tensor of an input, of the shape fed.
  public subscript(input: Input, file: StaticString = #fileID, line: UInt = #line) -> Tensor {
    let open = Shape(input.extents.map { $0 ?? placeholder })
    guard let fed = feeds?[input.name] else {
      return graph.input(input.name, open, input.dtype, file: file, line: line)
    }
    if let fault = input.fault(of: fed) { graph.diagnose(fault) }
    return graph.input(input.name, fed.shape, input.dtype, file: file, line: line)
  }

  /// The scope of that name at the top.
  public func scope(_ name: String, file: StaticString = #fileID, line: UInt = #line) -> Scope {
    graph.scope(name, file: file, line: line)
  }

  /// Hands a value out at each run.
  public func report(_ output: Output, _ tensor: Tensor, file: StaticString = #fileID, line: UInt = #line) {
    graph.report(output.name, tensor, file: file, line: line)
  }
}
