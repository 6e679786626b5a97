import TapestryCore
import Testing

@Suite struct ShapeTests {
  @Test func countsElements() {
    #expect(Shape([]).count == 1)
    #expect(Shape([2, 3, 4]).count == 24)
    #expect(Shape([2, 0, 4]).count == 0)
    #expect(Shape([2, 3]).rank == 2)
    #expect(Shape([2, 3])[1] == 3)
  }

  @Test func anAbsurdShapeSaturatesInsteadOfTrapping() {
    #expect(Shape([.max, 2]).count == .max)
    #expect(Shape([.max, 0, .max]).count == 0)
    #expect(TensorType(.float64, [1 << 61]).byteCount == .max)
    #expect(Shape([2, .max, .max]).rowMajorStrides == [.max, .max, 1])
  }

  @Test func describesItself() {
    #expect("\(Shape([]))" == "[]")
    #expect("\(Shape([2, 3]))" == "[2, 3]")
    #expect("\(TensorType(.float32, [2, 3]))" == "float32[2, 3]")
    #expect(DType.allCases.map(\.description) == ["float32", "float64", "int32", "bool"])
  }

  @Test func stridesAreRowMajor() {
    #expect(Shape([2, 3, 4]).rowMajorStrides == [12, 4, 1])
    #expect(Shape([]).rowMajorStrides == [])
    #expect(Shape([5]).rowMajorStrides == [1])
  }

  @Test func axesCountFromEitherEnd() {
    let shape: Shape = [2, 3, 4]
    #expect((-4...3).map(shape.normalized(axis:)) == [nil, 0, 1, 2, 0, 1, 2, nil])
    #expect(Shape([]).normalized(axis: 0) == nil)
  }

  @Test func reducingKeepsOrDropsAxes() {
    let shape: Shape = [2, 3, 4]
    #expect(shape.reducing([0, 2], keepingAxes: false) == [3])
    #expect(shape.reducing([0, 2], keepingAxes: true) == [1, 3, 1])
    #expect(shape.reducing([], keepingAxes: false) == shape)
  }

  @Test func dtypesKnowTheirSize() {
    #expect(DType.allCases.map(\.byteCount) == [4, 8, 4, 1])
    #expect(DType.allCases.map(\.isFloat) == [true, true, false, false])
    #expect(TensorType(.int32, [2, 3]).byteCount == 24)
  }
}

@Suite struct BroadcastTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let a: Shape
    let b: Shape
    let result: Shape?
    var testDescription: String { "\(a) with \(b)" }
  }

  @Test(arguments: [
    Case(a: [], b: [], result: []),
    Case(a: [2, 3], b: [], result: [2, 3]),
    Case(a: [2, 3], b: [3], result: [2, 3]),
    Case(a: [2, 1], b: [1, 3], result: [2, 3]),
    Case(a: [4, 1, 3], b: [2, 1], result: [4, 2, 3]),
    Case(a: [0, 3], b: [1, 3], result: [0, 3]),
    Case(a: [0], b: [1], result: [0]),
    Case(a: [0], b: [2], result: nil),
    Case(a: [2, 3], b: [2], result: nil),
    Case(a: [2, 3], b: [3, 2], result: nil),
  ])
  func followsNumPyBothWays(_ one: Case) {
    #expect(one.a.broadcast(with: one.b) == one.result)
    #expect(one.b.broadcast(with: one.a) == one.result)
  }
}
