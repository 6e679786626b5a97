import TapestryCore
import TapestryData
import Testing

@Suite struct DataSetTests {
  @Test func columnsAreNamed() throws {
    let set = try DataSet([
      ("features", try NDArray([Float(1), 2, 3, 4, 5, 6], shape: [3, 2])), ("price", NDArray([10.0, 20, 30])),
    ])
    #expect(set.names == ["features", "price"])
    #expect(set.rowCount == 3)
    let chosen = set.selecting(rows: [2, 0, 2])
    #expect(try chosen["features"] == NDArray([Float(5), 6, 1, 2, 5, 6], shape: [3, 2]))
    #expect(try chosen["price"] == NDArray([30.0, 10, 30]))
    #expect(try set.selecting(rows: [])["features"].shape == [0, 2])
  }

  @Test func faultsAreNamed() throws {
    func fault(_ columns: [(name: String, array: NDArray)]) -> String {
      let error = #expect(throws: TapestryError.self) { try DataSet(columns) }
      return error.map { "\($0)" } ?? ""
    }
    let rows = NDArray(zeros: [3, 2])
    #expect(fault([]) == "a data set needs a column; give at least one named array")
    #expect(fault([("x", rows), ("x", rows)]) == "two columns of a data set are called 'x'; give each its own name")
    #expect(
      fault([("x", rows), ("y", NDArray(zeros: [2]))])
        == "column 'y' of shape [2] has not the rows of column 'x' of shape [3, 2]; "
        + "give columns of equal extent on the first axis")
    #expect(
      fault([("x", NDArray(Float(1)))])
        == "column 'x' of shape [] has not the rows of column 'x' of shape []; "
        + "give columns of equal extent on the first axis")
    let set = try DataSet([("features", rows), ("price", NDArray(zeros: [3]))])
    let error = #expect(throws: TapestryError.self) { try set["prices"] }
    #expect(error?.code == .unknownOutput)
    #expect(
      error.map { "\($0)" }
        == "the data set has no column 'prices'; did you mean 'price'? its columns are 'features', 'price'")
  }
}

@Suite struct LabelledImagesTests {
  @Test func keepImagesAndLabelsTogether() throws {
    let set = try LabelledImages(
      images: NDArray((0..<12).map(Float.init), shape: [3, 2, 2, 1]), labels: NDArray([Int32(7), 8, 9]),
      imageShape: [2, 2, 1])
    #expect(set.images.shape == [3, 4])
    #expect(set.grids.shape == [3, 2, 2, 1])
    let chosen = set.selecting(rows: [2, 0])
    #expect(chosen.images.doubles == [8, 9, 10, 11, 0, 1, 2, 3])
    #expect(chosen.labels == NDArray([Int32(9), 7]))
    #expect(chosen.imageShape == [2, 2, 1])
    for batch in set.batches(of: 2, seed: 1) {
      for (row, label) in batch.labels.doubles.enumerated() {
        #expect(batch.images.double(at: 4 * row) == (label - 7) * 4)
      }
    }
  }

  @Test func faultsAreNamed() {
    func fault(_ images: Shape, _ labels: Shape, _ dtype: DType, _ imageShape: Shape) -> String {
      let error = #expect(throws: TapestryError.self) {
        try LabelledImages(
          images: NDArray(zeros: images), labels: NDArray(zeros: labels, dtype), imageShape: imageShape)
      }
      return error.map { "\($0)" } ?? ""
    }
    #expect(
      fault([3, 4], [3], .float32, [2, 2, 1])
        == "labels are float32, not int32; give the number of each class as int32")
    #expect(
      fault([3, 4], [2], .int32, [2, 2, 1])
        == "images of shape [3, 4] do not go with labels of shape [2]; "
        + "put images on the first axis and give one label for each")
    #expect(fault([], [], .int32, [1]).hasPrefix("images of shape [] do not go with labels of shape []"))
    #expect(
      fault([3, 4], [3], .int32, [3, 3, 1])
        == "an image of shape [3, 3, 1] does not fit images of shape [3, 4]; "
        + "give an image shape with as many elements as an image has")
  }
}
