import TapestryCore
import TapestryGraph

extension FoldRules {
  /// What a loop is given as an operand lies in memory, each of its slices. A number repeated, such as the cotangent of
  /// each step's result where the loss is their mean, is nothing to store and nothing to read.
  static let loops: [Rule] = [
    Rule("a number given to every step of a loop is the step's own", on: Scan.self, .exact) { m in
      let (scan, store) = (m.op, m.op.body.store)
      let numbers = (scan.counts.carries..<m.operandCount).map { m.scalar($0) }
      guard numbers.contains(where: { $0 != nil }) else { return nil }
      func number(_ input: Int) -> Double? {
        input < scan.counts.carries ? nil : numbers[input - scan.counts.carries]
      }
      let roots = scan.body.outputs.enumerated().map { ProgramGraph.Root(.output("\($0)"), $1) }
      var step = ProgramReplay(ProgramGraph(store: store, roots: roots))
      for (place, input) in scan.body.inputs.enumerated() where number(place) == nil {
        step[input] = step.copy(Int(input.node), of: store, [])[0]
      }
      let places = Dictionary(uniqueKeysWithValues: zip(scan.body.inputs.map(\.node), scan.body.inputs.indices))
      let outputs = step.run { replay, node in
        guard let place = places[Int32(node)] else { return nil }
        guard let number = number(place) else { return replay.results(of: node) }
        let type = store.type(of: Value(node))
        return [replay.graph.constant(NDArray(repeating: number, [], type.dtype)).broadcast(to: type.shape)]
      }.roots.map(\.value)
      let rest = scan.body.inputs.indices.filter { number($0) == nil }
      let kinds = scan.parts(
        scan.body.inputs.indices.map { number($0) == nil ? [step[scan.body.inputs[$0]].value] : [] })
      let inputs = ScanParts(
        carries: kinds.carries.flatMap(\.self), slices: kinds.slices.flatMap(\.self),
        captures: kinds.captures.flatMap(\.self))
      let loop = Scan(
        cutting: step.graph.snapshot, inputs: inputs, outputs: outputs, length: scan.length, isReverse: scan.isReverse)
      return m.result.graph.record(loop, rest.map { m[$0] })
    }
  ]
}
