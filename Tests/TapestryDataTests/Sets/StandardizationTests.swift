import TapestryCore
import TapestryData
import Testing

@Suite struct StandardizationTests {
  @Test func eachFeatureGetsMeanZeroAndDeviationOne() throws {
    let rows = try NDArray([1, 10, 3, 10, 5, 10] as [Double], shape: [3, 2])
    let scale = try Standardization(of: rows)
    #expect(scale.means == [3, 10])
    // The second feature never changes: it is moved to 0 and not divided by 0.
    let deviation: Double = (8.0 / 3).squareRoot()
    #expect(scale.deviations == [deviation, 1])
    let expected: [Double] = [-2 / deviation, 0, 0, 0, 2 / deviation, 0]
    #expect(try scale.applied(to: rows).doubles == expected)
    let other = try scale.applied(to: NDArray([3, 12] as [Float], shape: [1, 2]))
    #expect(other.type == TensorType(.float32, [1, 2]) && other.doubles == [0, 2])
  }

  @Test func wrongRowsAreErrors() throws {
    let whole = #expect(throws: TapestryError.self) { try Standardization(of: NDArray([1, 2] as [Int32])) }
    #expect(whole?.message == "features of int32 cannot be standardised")
    let none = #expect(throws: TapestryError.self) { try Standardization(of: NDArray(zeros: [0, 3])) }
    #expect(none?.message == "rows of shape [0, 3] have neither mean nor deviation")
    let scale = try Standardization(of: NDArray(zeros: [4, 3]))
    let narrow = #expect(throws: TapestryError.self) { try scale.applied(to: NDArray(zeros: [4, 2])) }
    #expect(narrow?.message == "rows of shape [4, 2] have not the 3 features that were measured")
    let set = try DataSet([("features", NDArray(zeros: [4, 3]))])
    let column = #expect(throws: TapestryError.self) { try set.standardizing("feature", by: scale) }
    #expect(column?.code == .unknownOutput)
  }
}
