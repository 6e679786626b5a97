public import TapestryCore

/// Images and the class each belongs to.
///
/// A batch is of the same type, so `batch.images` and `batch.labels` feed a model as they are.
public struct LabelledImages: DataRows, Hashable {
  /// The pixels, an image flattened to a row: `float32[rows, pixels]`.
  public let images: NDArray
  /// The class of each image: `int32[rows]`.
  public let labels: NDArray
  /// The shape of one image as height, width and channels.
  public let imageShape: Shape

  /// A set of images with their labels.
  ///
  /// - Parameters:
  ///   - images: rows on the first axis; the other axes of any shape with as many elements as `imageShape`.
  ///   - labels: `int32`, one for each row.
  ///   - imageShape: the shape of one image as height, width and channels.
  /// - Throws: `dtypeMismatch` when labels are not int32; `shapeMismatch` when there are not as many labels as images,
  ///   or an image has not as many elements as `imageShape`.
  public init(images: NDArray, labels: NDArray, imageShape: Shape) throws(TapestryError) {
    guard labels.dtype == .int32 else {
      throw TapestryError(
        .dtypeMismatch, "labels are \(labels.dtype), not int32", remedy: "give the number of each class as int32")
    }
    guard images.shape.rank >= 1, labels.shape == [images.rowCount] else {
      throw TapestryError(
        .shapeMismatch, "images of shape \(images.shape) do not go with labels of shape \(labels.shape)",
        remedy: "put images on the first axis and give one label for each")
    }
    guard Shape(Array(images.shape.extents.dropFirst())).count == imageShape.count else {
      throw TapestryError(
        .shapeMismatch, "an image of shape \(imageShape) does not fit images of shape \(images.shape)",
        remedy: "give an image shape with as many elements as an image has")
    }
    self.images = try images.reshaped([images.rowCount, imageShape.count])
    self.labels = labels
    self.imageShape = imageShape
  }

  /// The pixels with each image in its own shape, as convolutions take them: `[rows, height, width, channels]`.
  /// It shares the memory of ``images``.
  public var grids: NDArray {
    NDArray(TensorType(images.dtype, Shape([rowCount] + imageShape.extents)), images.storage)
  }

  /// How many images there are.
  public var rowCount: Int { images.rowCount }

  /// The images and labels at these places. Each place must exist.
  public func selecting(rows: [Int]) -> LabelledImages {
    LabelledImages(
      selected: images.selecting(rows: rows), labels: labels.selecting(rows: rows), imageShape: imageShape)
  }

  private init(selected images: NDArray, labels: NDArray, imageShape: Shape) {
    self.images = images
    self.labels = labels
    self.imageShape = imageShape
  }
}
