import TapestryCore
import Testing

@testable import TapestryGraph

/// The reference meanings whose values are not plain from their text, against values found independently.
@Suite struct ReferenceMeaningTests {
  private func evaluate(_ op: some Op, _ operands: NDArray...) throws -> [[Double]] {
    try op.evaluate(operands).map(\.doubles)
  }

  private func counting(_ shape: Shape) -> NDArray { NDArray(shape, .float32) { Double($0) } }

  @Test func wholeNumberArithmetic() throws {
    let (x, y) = (NDArray([Int32(7), -7, 7, -7, 5, .min]), NDArray([Int32(2), 2, -2, -2, 0, -1]))
    #expect(try evaluate(Divide(), x, y) == [[3, -4, -4, 3, 0, Double(Int32.min)]])
    #expect(try evaluate(Remainder(), x, y) == [[1, 1, -1, -1, 0, 0]])
    #expect(try evaluate(Add(), NDArray([Int32.max]), NDArray([Int32(1)])) == [[Double(Int32.min)]])
    #expect(try evaluate(Absolute(), NDArray([Int32.min, -3])) == [[Double(Int32.min), 3]])
  }

  @Test func specialValuesPass() throws {
    let (x, y) = (NDArray([Float.nan, 1, -0.0]), NDArray([Float(1), .nan, 0.0]))
    #expect(try evaluate(Maximum(), x, y)[0].prefix(2).allSatisfy(\.isNaN))
    #expect(try evaluate(Equal(), x, y) == [[0, 0, 1]] && evaluate(NotEqual(), x, y) == [[1, 1, 0]])
    #expect(try evaluate(Sign(), NDArray([Float(-2), 0, 3])) == [[-1, 0, 1]])
    #expect(try evaluate(Round(), NDArray([Float(0.5), 1.5, 2.5, -0.5])) == [[0, 2, 2, 0]])
    #expect(try evaluate(Max(axes: [0], keepsAxes: false), x)[0][0].isNaN)
    let floats = NDArray([Float(2.9), -2.9, .nan, .infinity, -.infinity, 0])
    #expect(
      try evaluate(Cast(dtype: .int32), floats) == [[2, -2, 0, Double(Int32.max), Double(Int32.min), 0]])
    #expect(try evaluate(Cast(dtype: .bool), floats) == [[1, 1, 1, 1, 1, 0]])
  }

  @Test func overNothing() throws {
    let empty = NDArray(zeros: [2, 0])
    #expect(try evaluate(Sum(axes: [1], keepsAxes: false), empty) == [[0, 0]])
    #expect(try evaluate(Product(axes: [1], keepsAxes: false), empty) == [[1, 1]])
    #expect(try evaluate(Max(axes: [1], keepsAxes: false), empty) == [[-.infinity, -.infinity]])
    #expect(throws: OpFault.self) { try ArgMax(axis: 1).resultTypes(of: [empty.type]) }
  }

  @Test func views() throws {
    let x = counting([2, 3])
    #expect(try evaluate(Slice(starts: [0, 0], ends: [2, 3], steps: [1, 2]), x) == [[0, 2, 3, 5]])
    #expect(try evaluate(Reverse(axes: [1]), x) == [[2, 1, 0, 5, 4, 3]])
    #expect(try evaluate(Pad(low: [0, 1], high: [1, 0], value: 9), x) == [[9, 0, 1, 2, 9, 3, 4, 5, 9, 9, 9, 9]])
    #expect(try evaluate(Concatenate(axis: 1), x, counting([2, 1])) == [[0, 1, 2, 0, 3, 4, 5, 1]])
    #expect(try evaluate(Transpose(permutation: [1, 0]), x) == [[0, 3, 1, 4, 2, 5]])
  }

  @Test func indexing() throws {
    let table = counting([2, 3, 2])
    #expect(
      try evaluate(Gather(axis: 1, batchDims: 0), table, NDArray([Int32(2), 0])) == [[4, 5, 0, 1, 10, 11, 6, 7]])
    #expect(try evaluate(Gather(axis: 1, batchDims: 1), table, NDArray([Int32(2), 0])) == [[4, 5, 6, 7]])
    let added = try evaluate(
      ScatterAdd(axis: 0, batchDims: 0), NDArray([Float(1), 1, 1]), NDArray([Float(2), 3, 4]),
      NDArray([Int32(2), 0, 2]))
    #expect(added == [[4, 1, 7]])
    #expect(throws: TapestryError.self) {
      try evaluate(Gather(axis: 0, batchDims: 0), NDArray([Float(1)]), NDArray([Int32(-1)]))
    }
    #expect(throws: TapestryError.self) {
      try evaluate(
        ScatterAdd(axis: 0, batchDims: 0), NDArray([Float(1)]), NDArray([Float(1)]), NDArray([Int32(1)]))
    }
  }

  @Test func order() throws {
    let x = NDArray([Float(2), .nan, 1, 2, -3])
    let rising = try evaluate(Sort(isDescending: false), x)
    #expect(rising[0].prefix(4) == [-3, 1, 2, 2] && rising[0][4].isNaN && rising[1] == [4, 2, 0, 3, 1])
    let falling = try evaluate(Sort(isDescending: true), x)
    #expect(falling[0][0].isNaN && falling[0].dropFirst() == [2, 2, 1, -3] && falling[1] == [1, 0, 3, 2, 4])
    let ties = NDArray([Float(1), 3, 3, 0, 0])
    #expect(try evaluate(ArgMax(axis: 0), ties) == [[1]] && evaluate(ArgMin(axis: 0), ties) == [[3]])
    #expect(try evaluate(ArgMax(axis: 0), x) == [[1]] && evaluate(ArgMin(axis: 0), x) == [[1]])
    let line = counting([4])
    func sums(_ reverse: Bool, _ exclusive: Bool) throws -> [Double] {
      try evaluate(CumulativeSum(axis: 0, isReverse: reverse, isExclusive: exclusive), line)[0]
    }
    #expect(try sums(false, false) == [0, 1, 3, 6] && sums(true, false) == [6, 6, 5, 3])
    #expect(try sums(false, true) == [0, 0, 1, 3] && sums(true, true) == [6, 5, 3, 0])
  }

  @Test func convolutionOfAnImage() throws {
    // 3 x 3 image 0 ... 8, filter [[1, 2], [3, 4]]: the first window is 0 + 2 + 9 + 16.
    let filter = try NDArray([Float(1), 2, 3, 4], shape: [2, 2, 1, 1])
    let plain = WindowGeometry(extents: [2, 2], strides: [1, 1], dilation: [1, 1], low: [0, 0], high: [0, 0])
    let image = counting([1, 3, 3, 1])
    #expect(try evaluate(Convolution(geometry: plain, groups: 1), image, filter) == [[27, 37, 57, 67]])
    let padded = WindowGeometry(extents: [2, 2], strides: [2, 2], dilation: [1, 1], low: [1, 1], high: [0, 0])
    #expect(try evaluate(Convolution(geometry: padded, groups: 1), image, filter) == [[0, 11, 30, 67]])
    // Two groups: each output channel sees one input channel.
    let grouped = try NDArray([Float(10), 100], shape: [1, 1, 1, 2])
    let point = WindowGeometry(extents: [1, 1], strides: [1, 1], dilation: [1, 1], low: [0, 0], high: [0, 0])
    #expect(
      try evaluate(Convolution(geometry: point, groups: 2), counting([1, 1, 2, 2]), grouped) == [[0, 100, 20, 300]])
  }

  @Test func pooling() throws {
    let geometry = WindowGeometry(extents: [2, 2], strides: [1, 2], dilation: [1, 1], low: [0, 0], high: [0, 1])
    let image = try NDArray([Float(1), 5, -1, 5, 5, -2], shape: [1, 2, 3, 1])
    #expect(try evaluate(MaxPool(geometry: geometry), image) == [[5, -1], [1, 0]])
    #expect(try evaluate(SumPool(geometry: geometry), image) == [[16, -3]])
    let choice = try NDArray([Int32(1), 0], shape: [1, 1, 2, 1])
    #expect(
      try evaluate(PoolScatter(geometry: geometry, image: [2, 3]), counting([1, 1, 2, 1]), choice)
        == [[0, 0, 1, 0, 0, 0]])
    #expect(throws: OpFault.self) {
      let far = WindowGeometry(extents: [1, 1], strides: [1, 1], dilation: [1, 1], low: [1, 0], high: [0, 0])
      return try MaxPool(geometry: far).resultTypes(of: [image.type])
    }
  }

  @Test func samePaddingGivesOneWindowAStride() {
    let graph = Graph()
    for (extent, stride) in [(7, 2), (8, 2), (5, 3), (4, 1), (1, 2)] {
      let x = graph.input("x \(extent) \(stride)", [1, extent, extent, 1])
      let pooled = maxPool(x, window: [3, 3], strides: [stride, stride], padding: .same)
      #expect(pooled.shape == [1, (extent + stride - 1) / stride, (extent + stride - 1) / stride, 1])
    }
    #expect(graph.diagnostics.isEmpty)
  }

  @Test func randomNumbersAreTheGeneratorsOwn() throws {
    let (element, seed, step) = (NDArray([Int32(0), 5]), NDArray(Int32(-3)), NDArray(Int32(9)))
    let words = [0, 5].map { element in
      philox(counter: [element, 9, 0xabcd, 0x12], key: [UInt32(bitPattern: -3), 0])[0]
    }
    let stream: UInt64 = 0x12_0000_abcd
    #expect(
      try evaluate(RandomUniform(stream: stream, dtype: .float32), element, seed, step)
        == [words.map { Double($0 >> 8) * 0x1p-24 }])
    #expect(
      try evaluate(RandomUniform(stream: stream, dtype: .float64), element, seed, step)
        == [words.map { Double($0) * 0x1p-32 }])
  }

  @Test func normalNumbersHaveTheirMoments() throws {
    let graph = Graph()
    let x = randomNormal([2000], .float64, from: graph.scope("n"))
    let moments = [mean(x), variance(x)]
    let found = try Interpreter(graph.snapshot).evaluate(
      moments.map(\.value), state: ["random/key": NDArray([Int32(3), 0])]
    ).map { $0.double(at: 0) }
    #expect(abs(found[0]) < 0.1 && abs(found[1] - 1) < 0.1)
  }
}
