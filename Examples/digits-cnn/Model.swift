import Foundation
import Tapestry

/// What the model takes, beside the images, and reports.
nonisolated enum Model {
  static let labels = Input("labels", [nil], .int32)
  static let loss = Output("loss")
  static let hits = Output("accuracy")
  static let logits = Output("logits")
}

/// Two convolutions with pooling between them, a hidden layer, ten classes.
nonisolated func classifier(_ images: Tensor, in scope: Scope, mode: TracingMode) -> Tensor {
  cnn(
    images, filters: [16, 32], kernel: 3, hidden: [64], classes: 10, in: scope, padding: .same,
    dropping: mode == .training ? 0.25 : 0, weights: .heUniform)
}

/// MNIST or Fashion-MNIST in a folder, or CIFAR-10 where that is what the folder holds.
func imageSets(in folder: String) throws -> ImageSets {
  let marks = ["cifar-10-batches-bin", "data_batch_1.bin", "data_batch_1.bin.gz"]
  let isCIFAR = marks.contains { FileManager.default.fileExists(atPath: folder + "/" + $0) }
  return try isCIFAR ? .cifar10(folder: folder) : .mnist(folder: folder)
}

/// The filters of a convolution as images: [height, width, channels, filters] as [filters, height, width, channels].
func imagesOfFilters(_ filter: NDArray) throws -> NDArray {
  let extents = filter.shape.extents
  let (places, count) = (extents[0] * extents[1] * extents[2], extents[3])
  let values = filter.doubles
  let turned = (0..<count).flatMap { number in (0..<places).map { Float(values[$0 * count + number]) } }
  return try NDArray(turned, shape: Shape([count] + extents[0..<3]))
}
