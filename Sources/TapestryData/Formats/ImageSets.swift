import Foundation
public import TapestryCore

/// The images of a known data set, read from files: those to train with and those to test with.
///
/// ```swift
/// let mnist = try ImageSets.mnist(folder: "data/fashion-mnist")
/// for batch in mnist.training.batches(of: 32, seed: 7) { ... }
/// ```
public struct ImageSets: Sendable, Hashable {
  /// The images to train with.
  public let training: LabelledImages
  /// The images to test with.
  public let heldOut: LabelledImages

  /// Reads MNIST or Fashion-MNIST from a folder: `train-images-idx3-ubyte`, `train-labels-idx1-ubyte` and the same
  /// with `t10k`, each plain or with `.gz`. Images are `float32[n, 784]` in 0...1, of shape [28, 28, 1].
  ///
  /// - Throws: `invalidFile` for a file that is missing or broken, with file, offset, what was expected and what was
  ///   found.
  public static func mnist(folder: String) throws(TapestryError) -> ImageSets {
    func part(_ name: String) throws(TapestryError) -> LabelledImages {
      try LabelledImages(
        idxImages: existing("\(name)-images-idx3-ubyte", in: folder),
        labels: existing("\(name)-labels-idx1-ubyte", in: folder))
    }
    return ImageSets(training: try part("train"), heldOut: try part("t10k"))
  }

  /// Reads CIFAR-10 from a folder that holds `data_batch_1.bin` to `data_batch_5.bin` and `test_batch.bin`, each plain
  /// or with `.gz`. Images are `float32[n, 3072]` in 0...1, of shape [32, 32, 3].
  ///
  /// - Throws: `invalidFile` for a file that is missing or broken, with file, offset, what was expected and what was
  ///   found.
  public static func cifar10(folder: String) throws(TapestryError) -> ImageSets {
    let training = try LabelledImages(
      cifar10: (1...5).map { existing("data_batch_\($0).bin", in: folder) })
    return ImageSets(
      training: training, heldOut: try LabelledImages(cifar10: [existing("test_batch.bin", in: folder)]))
  }

  /// The path of a file, of the packed one where only that is there.
  private static func existing(_ name: String, in folder: String) -> String {
    let plain = folder + "/" + name
    let packed = plain + ".gz"
    let files = FileManager.default
    return !files.fileExists(atPath: plain) && files.fileExists(atPath: packed) ? packed : plain
  }
}
