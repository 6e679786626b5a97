import TapestryCore
import Testing

/// The measure all comparisons with PyTorch rest on must itself be able to fail.
@Suite struct ReferenceArrayTests {
  private let reference = ReferenceArray(kind: "float", shape: [3], values: [3, 0, 4])

  @Test func equalArraysHaveNoError() { #expect(reference.error(of: NDArray([3, 0, 4] as [Double])) == 0) }

  @Test func anErrorIsMeasuredAgainstTheLargerOfElementAndTypicalSize() {
    let typical = (25.0 / 3).squareRoot()
    #expect(reference.error(of: NDArray([3, 0.5, 4] as [Double])) == 0.5 / typical)
    #expect(reference.error(of: NDArray([3, 0, 5] as [Double])) == 0.25)
  }

  @Test func aWrongShapeAndNotANumberAreInfinitelyWrong() {
    #expect(reference.error(of: NDArray([3, 0] as [Double])) == .infinity)
    #expect(reference.error(of: NDArray([3, .nan, 4] as [Double])) == .infinity)
  }

  @Test func zerosAreComparedByTheDifferenceItself() {
    let zeros = ReferenceArray(kind: "float", shape: [2], values: [0, 0])
    #expect(zeros.error(of: NDArray([0, 0.25] as [Double])) == 0.25)
  }

  @Test func aCaseNobodyWroteIsAnError() {
    #expect(throws: (any Error).self) { try ReferenceCase.named("no such case", in: "layers") }
  }
}
