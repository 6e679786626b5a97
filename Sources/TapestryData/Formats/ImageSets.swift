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

  /// A set of one's own, in two parts.
  public init(training: LabelledImages, heldOut: LabelledImages) {
    self.training = training
    self.heldOut = heldOut
  }

  /// Reads MNIST or Fashion-MNIST from a folder: `train-images-idx3-ubyte`, `train-labels-idx1-ubyte` and the same
  /// with `t10k`, each plain or with `.gz`, in the folder or in `raw` or `MNIST/raw` or `FashionMNIST/raw` below it.
  /// Images are `float32[n, 784]` in 0...1, of shape [28, 28, 1].
  ///
  /// - Throws: `invalidFile` for a file that is missing, with all names that were tried, or broken, with file, offset,
  ///   what was expected and what was found.
  public static func mnist(folder: String) throws(TapestryError) -> ImageSets {
    func part(_ name: String) throws(TapestryError) -> LabelledImages {
      let places = ["", "raw/", "MNIST/raw/", "FashionMNIST/raw/"]
      // As the page of the set names the files, and as some unpackers do.
      func names(_ kind: String, _ format: String) -> [String] {
        ["\(name)-\(kind)-\(format)-ubyte", "\(name)-\(kind).\(format)-ubyte"]
      }
      return try LabelledImages(
        idxImages: try existing(names("images", "idx3"), in: folder, places),
        labels: try existing(names("labels", "idx1"), in: folder, places))
    }
    return ImageSets(training: try part("train"), heldOut: try part("t10k"))
  }

  /// Reads CIFAR-10 from a folder that holds `data_batch_1.bin` to `data_batch_5.bin` and `test_batch.bin`, each plain
  /// or with `.gz`, there or in `cifar-10-batches-bin` below it. Images are `float32[n, 3072]` in 0...1, of shape
  /// [32, 32, 3].
  ///
  /// - Throws: `invalidFile` for a file that is missing, with all names that were tried, or broken, with file, offset,
  ///   what was expected and what was found.
  public static func cifar10(folder: String) throws(TapestryError) -> ImageSets {
    let places = ["", "cifar-10-batches-bin/"]
    var batches: [String] = []
    for batch in 1...5 { batches.append(try existing(["data_batch_\(batch).bin"], in: folder, places)) }
    let test = try existing(["test_batch.bin"], in: folder, places)
    return ImageSets(training: try LabelledImages(cifar10: batches), heldOut: try LabelledImages(cifar10: [test]))
  }

  /// The path of the first file that is there, of those with one of the names, plain or packed, in one of the places.
  private static func existing(
    _ names: [String], in folder: String, _ places: [String]
  ) throws(TapestryError) -> String {
    let tried = places.flatMap { place in names.flatMap { [place + $0, place + $0 + ".gz"] } }
    var isFolder = ObjCBool(false)
    guard FileManager.default.fileExists(atPath: folder, isDirectory: &isFolder), isFolder.boolValue else {
      throw TapestryError(
        .invalidFile, "the folder '\(folder)' is not there", remedy: "name the folder the files of the set are in")
    }
    guard let found = tried.map({ folder + "/" + $0 }).first(where: FileManager.default.fileExists) else {
      throw TapestryError(
        .invalidFile, "the folder '\(folder)' has no file '\(names[0])'",
        remedy: "put the files of the set there, or name the folder they are in",
        notes: ["tried: " + tried.joined(separator: ", ")])
    }
    return found
  }
}
