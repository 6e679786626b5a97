package import TapestryCore

/// A variable of a program: a path of the state with type, start value and the value it holds at the present point of
/// the trace.
package struct Variable: Sendable {
  package var path: String
  package var type: TensorType
  package var initializer: Initializer
  package var isTrainable: Bool
  package var declared: SourcePlace?
  /// The current version: the variable itself, then whatever was assigned last.
  package var current: Value
  /// How many times it was assigned.
  package var version = 0
}

/// What a graph takes in and gives out: inputs, variables with their versions, reports. All in order of declaration.
package struct Effects: Sendable {
  package var inputs: [(name: String, value: Value)] = []
  package var variables: [Variable] = []
  package var variableIndex: [String: Int] = [:]
  package var reports: [(name: String, value: Value)] = []
  /// The names of inputs and reports, so that asking for one does not search the list.
  var inputIndex: [String: Value] = [:]
  var reportNames: Set<String> = []
  /// How many random streams each scope has drawn, by path.
  var streamCounts: [String: Int] = [:]
  /// Whether the program draws random numbers: then it advances the step when it ends (`Graph.advanceRandomStep`).
  package internal(set) var usesRandom = false
  /// In the body of a scan: the values of the surrounding graph it uses, in order, and the inputs they became.
  var captures: [(outer: Value, inner: Value)] = []
  var captureIndex: [Value: Value] = [:]
  /// In the body of a scan: the number of the step, once asked for, and how many there are.
  var stepIndex: Value?
  var stepCount = 1
  /// The scan body being traced at present.
  var tracedBody: Graph?
  var phase = Phase.forward
  var partner: Int32 = -1
  /// The scope nodes belong to whatever their operands are.
  var scope: String?
  /// The place of the outermost library function being recorded.
  var place: SourcePlace?
}

extension Effects {
  /// The values a program must compute: reports, then the last version of each variable that was assigned.
  package var roots: [Value] {
    reports.map(\.value) + variables.filter { $0.version > 0 }.map(\.current)
  }
}
