import TapestryCore

/// What the step of a scan is given.
public struct ScanStep: Sendable {
  /// What the step before handed on; at first the start values.
  public let carries: [Tensor]
  /// The step's slice of each tensor scanned over, without axis 0.
  public let inputs: [Tensor]
  let graph: Graph

  /// The place of the step's slices, an int32 scalar.
  public var index: Tensor { graph.stepIndex }
}

/// What a step of a scan gives, and what a scan gives: carries, and outputs that are stacked along a new axis 0.
public typealias ScanValues = (carries: [Tensor], outputs: [Tensor])

/// Runs `step` once for each slice along axis 0 of the tensors of `xs`, handing carries on, and stacks its outputs.
///
/// The step is traced once and stays a loop. It may use any tensor around it, and parameters of any scope. The result
/// holds the last carries and the outputs of all steps. A length of 0 is legal and gives the first carries.
///
/// Tensors of unequal length, a step that returns other carries than it was given (in number, shape or dtype), and a
/// scan over nothing without a length are diagnostics.
///
/// - Parameters:
///   - xs: what is scanned over, all of one extent along axis 0; may be empty where `length` is given.
///   - carries: start values.
///   - length: the number of steps; by default the extent of `xs`.
///   - reversed: runs from the last slice to the first; outputs stay beside the inputs they came from.
public func scan(
  over xs: [Tensor], from carries: [Tensor], length: Int? = nil, reversed: Bool = false,
  file: StaticString = #fileID, line: UInt = #line, _ step: (ScanStep) -> ScanValues
) -> ScanValues {
  guard !(xs + carries).isEmpty else { return ([], []) }
  let place = SourcePlace(file, line)
  guard let (graph, joined) = Graph.joined(xs + carries) else {
    for tensor in xs + carries {
      _ = tensor.graph.refuse("scan", .strangers, at: place)
    }
    return ((xs + carries)[0].graph.poisoned(carries.count), [])
  }
  let (xs, carries) = (Array(joined[..<xs.count]), Array(joined[xs.count...]))
  guard !joined.contains(where: \.isPoisoned) else { return (graph.poisoned(carries.count), []) }
  let lengths = xs.map { $0.rank == 0 ? nil : $0.extent(0) } + (length.map { [$0] } ?? [])
  guard let first = lengths.first, let steps = first, steps >= 0, lengths.allSatisfy({ $0 == steps }) else {
    _ = graph.refuse(
      "scan over \(xs.map { "\($0.type)" }.joined(separator: " and "))",
      OpFault(
        .shapeMismatch, lengths.isEmpty ? "no length" : "the lengths differ or there is no axis 0",
        remedy: "scan over tensors of one extent along axis 0, or give `length:`"), at: place)
    return (graph.poisoned(carries.count), [])
  }
  guard let traced = graph.traceScan(carries, xs, length: steps, isReverse: reversed, at: place, step) else {
    return (graph.poisoned(carries.count), [])
  }
  let results = graph.record(traced.op, traced.operands, at: place)
  return (Array(results[..<carries.count]), Array(results[carries.count...]))
}

extension OpFault {
  fileprivate static var strangers: OpFault {
    OpFault(.mixedGraphs, "it takes tensors of two graphs", remedy: "build all of them in one tracing")
  }
}

extension Graph {
  fileprivate func poisoned(_ count: Int) -> [Tensor] { [Tensor](repeating: Tensor(self, .poison), count: count) }

  /// Traces the step of a scan in this graph: the op and its operands, or nil where something was diagnosed.
  func traceScan(
    _ carries: [Tensor], _ xs: [Tensor], length: Int, isReverse: Bool, at place: SourcePlace? = nil,
    _ step: (ScanStep) -> ScanValues
  ) -> (op: Scan, operands: [Tensor])? {
    let body = Graph(bodyIn: self)
    body.withStore { store in
      store.effects.stepCount = length
      store.effects.phase = withStore { $0.effects.phase }
    }
    let first = carries.enumerated().map { body.bodyInput("carry \($0.offset)", of: $0.element, $0.element.type) }
    let slices = xs.enumerated().map { place, x in
      body.bodyInput("slice \(place)", of: x, TensorType(x.dtype, Shape(Array(x.shape.extents.dropFirst()))))
    }
    let outside = withStore { $0.effects.tracedBody }
    withStore { $0.effects.tracedBody = body }
    let given = step(ScanStep(carries: first, inputs: slices, graph: body))
    withStore { $0.effects.tracedBody = outside }

    let results = (given.carries + given.outputs).map { body.capturing($0) }
    for fault in body.diagnostics { diagnose(fault) }
    guard body.diagnostics.isEmpty, let results = results as? [Tensor], !results.contains(where: \.isPoisoned) else {
      if results.contains(nil) { _ = refuse("scan", .strangers, at: place ?? SourcePlace(#fileID, #line)) }
      return nil
    }
    guard areCarriesKept(first, Array(results[..<given.carries.count]), at: place) else { return nil }

    let effects = body.snapshot.effects
    let index = effects.stepIndex.map { [$0] } ?? []
    let inputs = ScanParts(
      carries: first.map(\.value), slices: slices.map(\.value) + index, captures: effects.captures.map(\.inner))
    let op = Scan(
      cutting: body.snapshot, inputs: inputs, outputs: results.map(\.value), length: length, isReverse: isReverse)
    let counters = index.map { _ in iota([length]) }
    return (op, carries + xs + counters + effects.captures.map { Tensor(self, $0.outer) })
  }

  /// An input of a body, which takes scope and place of the tensor it stands for.
  private func bodyInput(_ name: String, of outer: Tensor, _ type: TensorType) -> Tensor {
    let origin = outer.graph.withStore { $0.origins(of: Int(outer.value.node)).first }
    return record(InputOp(name: name, type: type), in: origin?.scope ?? "", at: origin?.place)
  }

  /// Diagnoses a step that returns other carries than it was given.
  private func areCarriesKept(_ before: [Tensor], _ after: [Tensor], at place: SourcePlace?) -> Bool {
    var message: String?
    if before.count != after.count {
      message = "the step takes \(before.count) carries and returns \(after.count)"
    } else if let changed = before.indices.first(where: { before[$0].type != after[$0].type }) {
      message = "carry \(changed) begins as \(before[changed].type), and the step returns \(after[changed].type)"
    }
    guard let message else { return true }
    diagnose(
      TapestryError(
        .shapeMismatch, "scan: \(message)", remedy: "return each carry in the shape and dtype it began with", at: place)
    )
    return false
  }
}
