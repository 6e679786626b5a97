public import TapestryCore

// Random numbers are a pure function of a key and a counter (Philox4x32-10), so a draw is an elementwise op like any
// other: it takes the counter of each element, the seed and the step as int32 tensors and broadcasts them. The stream,
// an attribute, tells draws apart: it is made of the path of the scope that draws and an ordinal within it. Seed and step
// are the variable `random/key` of the state, [seed, step]; a program that drew advances the step once, when it ends, so
// the same state gives the same run and a resumed one goes on where it stopped. In the body of a scan the counters of the
// steps follow each other, so each step draws numbers of its own.

/// Uniform random numbers in [0, 1).
package struct RandomUniform: Op {
  package static let name = "randomUniform"
  package static let summary = "Uniform numbers in [0, 1), a function of int32 counter, seed, step and of the stream."
  package static let differentiability = Differentiability.zero
  package static let samples = [
    OpSample(
      RandomUniform(stream: 7, dtype: .float32),
      [SampleOperand([3, 4], .int32, in: 0...99), SampleOperand([], .int32), SampleOperand([], .int32, in: 0...9)]),
    OpSample(
      RandomUniform(stream: 1 << 40, dtype: .float64),
      [SampleOperand([0, 4], .int32), SampleOperand([], .int32), SampleOperand([], .int32)]),
  ]

  package let stream: UInt64
  package let dtype: DType

  package init(stream: UInt64, dtype: DType) {
    self.stream = stream
    self.dtype = dtype
  }

  package var attributes: String { "stream: \(String(stream, radix: 16))" }
  package var fusion: FusionClass { .elementwise }

  package func resultTypes(of operands: [TensorType]) throws(OpFault) -> [TensorType] {
    for operand in operands { try operand.requireIndices() }
    guard dtype.isFloat else {
      throw OpFault(.dtypeMismatch, "\(dtype) is not a type it makes", remedy: "draw a float type and cast it")
    }
    return [TensorType(dtype, try ScalarOp.add.resultType(of: operands).shape)]
  }

  package func evaluate(_ operands: [NDArray]) -> [NDArray] {
    let shape = operands.reduce(Shape([])) { $0.broadcast(with: $1.shape) ?? $0 }
    let places = operands.map { BroadcastPlaces(from: $0.shape, to: shape) }
    return [
      NDArray(shape, dtype) { place in
        let word = operands.indices.map { UInt32(bitPattern: Int32(operands[$0].double(at: places[$0][place]))) }
        let bits = RandomStream.bits(element: word[0], step: word[2], seed: word[1], stream: stream)
        return dtype == .float32 ? Double(bits >> 8) * 0x1p-24 : Double(bits) * 0x1p-32
      }
    ]
  }

  package func flops(_ operands: [TensorType], _ results: [TensorType]) -> Int { 40 * results[0].shape.count }

  package func tile(_ builder: inout TileBuilder, _ operands: [TileValue]) -> TileValue? {
    builder.random(element: operands[0], seed: operands[1], step: operands[2], stream: stream, dtype)
  }
}

extension OpCatalogue {
  static let random: [any Op.Type] = [RandomUniform.self]
}

extension Graph {
  /// The path of the variable that holds seed and step.
  package static let randomKeyPath = "random/key"

  /// Seed and step, as they are when a run begins.
  private var randomKey: Tensor {
    let scope = Scope(self, "random", nil)
    _ = scope.state(
      "key", [2],
      Initializer("seed and step") { type, stream in
        var key = NDArray(zeros: type.shape, type.dtype)
        key.setDouble(Double(Int32(bitPattern: stream.bits(at: 0))), at: 0)
        return key
      }, dtype: .int32)
    withStore { $0.effects.usesRandom = true }
    return record(VariableOp(path: Graph.randomKeyPath, type: TensorType(.int32, [2])), in: "random", at: nil)
  }

  /// Makes the next run draw other numbers, where this program draws any: the step is raised by one. Called once, when
  /// the tracing ends.
  package func advanceRandomStep() {
    guard withStore({ $0.effects.usesRandom }) else { return }
    assign(Graph.randomKeyPath, randomKey + iota([2]), at: nil)
  }

  /// Uniform numbers from the next stream of a scope. In the body of a scan each step has its own.
  func uniform(_ shape: Shape, _ dtype: DType, from scope: Scope) -> Tensor {
    let key = scope.graph.outermost.randomKey
    let stream = scope.nextStream()
    let counters = iota([shape.count]).reshape(shape)
    let element = stepNumber.map { counters + $0 * shape.count } ?? counters
    return record(
      RandomUniform(stream: stream, dtype: dtype),
      [element, slice(key, axis: 0, 0..<1).reshape([]), slice(key, axis: 0, 1..<2).reshape([])])[0]
  }
}

/// Uniform random numbers in a range (0 up to 1 by default). Float.
///
/// Each call draws from a stream of its own, told by the scope's path and an ordinal in it; the numbers depend on that,
/// on the seed of the state and on the step of the program, and on nothing else.
public func randomUniform(
  _ shape: Shape, in range: Range<Double> = 0..<1, _ dtype: DType = .float32, from scope: Scope,
  file: StaticString = #fileID, line: UInt = #line
) -> Tensor {
  let graph = scope.graph.innermost
  return graph.located(file, line) {
    let unit = graph.uniform(shape, dtype, from: scope)
    if range == 0..<1 { return unit }
    return unit * (range.upperBound - range.lowerBound) + range.lowerBound
  }
}

/// Random numbers of the normal distribution with mean 0 and variance 1. Float.
public func randomNormal(
  _ shape: Shape, _ dtype: DType = .float32, from scope: Scope, file: StaticString = #fileID, line: UInt = #line
) -> Tensor {
  let graph = scope.graph.innermost
  return graph.located(file, line) {
    // The method of Box and Muller. The first draw is turned to (0, 1], whose logarithm is finite.
    let radius = sqrt(log(1 - graph.uniform(shape, dtype, from: scope)) * -2)
    return radius * cos(graph.uniform(shape, dtype, from: scope) * (2 * Double.pi))
  }
}
