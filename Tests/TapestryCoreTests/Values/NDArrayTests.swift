import TapestryCore
import Testing

@Suite struct NDArrayTests {
  @Test func scalarsVectorsAndShapes() throws {
    #expect(NDArray(Float(2)).type == TensorType(.float32, []))
    #expect(NDArray(Float(2)).doubles == [2])
    #expect(NDArray([Int32(1), 2]).type == TensorType(.int32, [2]))
    #expect(NDArray([Bool]()).type == TensorType(.bool, [0]))
    let matrix = try NDArray([1.0, 2, 3, 4, 5, 6], shape: [2, 3])
    #expect(matrix.type == TensorType(.float64, [2, 3]))
    #expect(try matrix.values(as: Double.self) == [1, 2, 3, 4, 5, 6])
    #expect(matrix.count == 6)
    #expect(matrix.double(at: 4) == 5)
  }

  @Test(arguments: DType.allCases)
  func startsAsZeros(dtype: DType) {
    let array = NDArray(zeros: [3, 7], dtype)
    #expect(array.doubles == [Double](repeating: 0, count: 21))
    #expect(array.withUnsafeBytes { $0.allSatisfy { $0 == 0 } })
  }

  /// Large blocks begin at a huge page, also where the memory was in use before.
  @Test(arguments: [1, (1 << 20) - 1, 1 << 20, (2 << 20) + 4096, 7 << 20])
  func memoryIsZeroedAndAligned(byteCount: Int) {
    let alignment = byteCount < 1 << 20 ? 64 : 2 << 20
    for _ in 0..<3 {
      let storage = ArrayStorage(byteCount: byteCount)
      #expect(Int(bitPattern: storage.base) % alignment == 0)
      #expect(UnsafeRawBufferPointer(start: storage.base, count: byteCount).allSatisfy { $0 == 0 })
      storage.base.initializeMemory(as: UInt8.self, repeating: 7, count: byteCount)
    }
  }

  @Test func repeatsTheNearestElement() throws {
    #expect(try NDArray(repeating: 0.1, [3]).values(as: Float.self) == [0.1, 0.1, 0.1])
    #expect(try NDArray(repeating: 0.1, [2, 1], .float64).values(as: Double.self) == [0.1, 0.1])
    #expect(try NDArray(repeating: -2.7, [2], .int32).values(as: Int32.self) == [-2, -2])
    #expect(try NDArray(repeating: 0.5, [2], .bool).values(as: Bool.self) == [true, true])
    #expect(NDArray(repeating: 3, [0, 5]).doubles.isEmpty)
    #expect(NDArray(repeating: 3, []).doubles == [3])
  }

  @Test func integersTruncateAndSaturate() {
    let cases: [(Double, Int32)] = [
      (1.9, 1), (-1.9, -1), (3e9, .max), (-3e9, .min), (.infinity, .max), (-.infinity, .min), (.nan, 0),
      (2_147_483_647.5, .max),
    ]
    for (value, integer) in cases { #expect(Int32(nearest: value) == integer) }
    #expect(Bool(nearest: -0.0) == false)
    #expect(Bool(nearest: .nan))
  }

  @Test func setsElementsOfEachType() throws {
    var numbers = NDArray(zeros: [3])
    numbers.setDouble(2.5, at: 1)
    #expect(numbers.doubles == [0, 2.5, 0])
    var masks = NDArray(zeros: [2], .bool)
    masks.setDouble(7, at: 0)
    #expect(try masks.values(as: Bool.self) == [true, false])
  }

  @Test(arguments: [DType.float32, .float64, .int32, .bool]) func setsSomeElements(_ dtype: DType) {
    var array = NDArray(zeros: [4], dtype)
    let copy = array
    var values = [2.5, -3]
    values.withUnsafeMutableBufferPointer { array.setDoubles($0, from: 1) }
    let expected: [DType: [Double]] = [.int32: [0, 2, -3, 0], .bool: [0, 1, 1, 0]]
    #expect(array.doubles == expected[dtype] ?? [0, 2.5, -3, 0])
    #expect(copy.doubles == [0, 0, 0, 0])
  }

  @Test func isACopyOnWriteValue() {
    let original = NDArray([Float(1), 2, 3])
    var copy = original
    #expect(copy.storage === original.storage)
    copy.setDouble(9, at: 0)
    #expect(original.doubles == [1, 2, 3])
    #expect(copy.doubles == [9, 2, 3])
    let storage = copy.storage
    copy.withUnsafeMutableBytes { $0.storeBytes(of: Float(8), as: Float.self) }
    #expect(storage !== copy.storage, "the constant holds a second reference")
    #expect(copy.doubles == [8, 2, 3])
  }

  @Test func writesInPlaceWhileItIsTheOnlyOwner() {
    var array = NDArray(zeros: [4])
    let address = array.withUnsafeBytes { $0.baseAddress }
    array.setDouble(1, at: 2)
    #expect(array.withUnsafeBytes { $0.baseAddress } == address)
    #expect(address.map { Int(bitPattern: $0) % 64 } == 0)
  }

  @Test func reshapingSharesTheElements() throws {
    let vector = NDArray([Int32(1), 2, 3, 4, 5, 6])
    let matrix = try vector.reshaped([3, 2])
    #expect(matrix.shape == [3, 2])
    #expect(matrix.storage === vector.storage)
    #expect(try vector.reshaped([6]) == vector)
  }

  @Test func describesItself() throws {
    #expect("\(NDArray([Float(0.1), 2]))" == "float32[2] [0.1, 2.0]")
    #expect("\(NDArray([true, false]))" == "bool[2] [true, false]")
    #expect("\(NDArray(Array(Int32(0)..<9)))" == "int32[9] [0, 1, 2, 3, 4, 5, 6, 7, ...]")
    #expect("\(NDArray(zeros: [0, 2], .float64))" == "float64[0, 2] []")
  }
}

@Suite struct NDArrayEqualityTests {
  @Test func comparesBits() {
    #expect(NDArray([Double.nan]) == NDArray([Double.nan]))
    #expect(NDArray([Float(0)]) != NDArray([-Float(0)]))
    #expect(NDArray([Int32(1)]) != NDArray([Float(bitPattern: 1)]))
    #expect(NDArray(zeros: [2, 3]) != NDArray(zeros: [3, 2]))
    #expect(NDArray(zeros: [0]) == NDArray(zeros: [0]))
  }

  /// The comparison takes eight bytes at a time: a difference counts in every word and in the bytes after the last.
  @Test(arguments: [1, 7, 8, 9, 16, 23])
  func noticesADifferenceAnywhere(count: Int) {
    let array = NDArray(zeros: [count], .bool)
    for place in 0..<count {
      var other = array
      other.setDouble(1, at: place)
      #expect(array != other)
      other.setDouble(0, at: place)
      #expect(array == other)
      #expect(array.hashValue == other.hashValue)
    }
  }
}

@Suite struct NDArrayErrorTests {
  @Test func valuesThatDoNotFill() {
    let error = #expect(throws: TapestryError.self) { try NDArray([Float(1), 2, 3], shape: [2, 2]) }
    #expect(error?.code == .shapeMismatch)
    #expect(
      error.map { "\($0)" }
        == "3 values do not fill an array of shape [2, 2], which holds 4; give a shape whose extents multiply to 3")
  }

  @Test func negativeExtents() {
    let expected = "an array cannot have shape [-2, -3], which has a negative extent; give extents of 0 or more"
    let made = #expect(throws: TapestryError.self) { try NDArray([Float](repeating: 0, count: 6), shape: [-2, -3]) }
    #expect(made.map { "\($0)" } == expected)
    let reshaped = #expect(throws: TapestryError.self) { try NDArray(zeros: [6]).reshaped([-2, -3]) }
    #expect(reshaped.map { "\($0)" } == expected)
  }

  @Test func reshapingToAnotherCount() {
    let error = #expect(throws: TapestryError.self) { try NDArray(zeros: [2, 3]).reshaped([4]) }
    #expect(error?.code == .shapeMismatch)
    #expect(
      error.map { "\($0)" }
        == "an array of shape [2, 3] cannot take shape [4]: 6 elements against 4; keep the number of elements")
  }

  @Test func readingAsAnotherType() {
    let error = #expect(throws: TapestryError.self) { try NDArray([Int32(1)]).values(as: Float.self) }
    #expect(error?.code == .dtypeMismatch)
    #expect(
      error.map { "\($0)" }
        == "an array of int32 was read as float32; read it as int32, or use `doubles`, which converts")
  }
}
