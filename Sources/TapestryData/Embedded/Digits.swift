import TapestryCore

/// 1,797 real images of handwritten digits, 8 by 8 pixels, that come with the library: no file, no download.
///
/// ```swift
/// let digits = Digits.load()
/// for batch in digits.training.batches(of: 32, seed: 7) {
///   print(batch.images.shape, batch.labels.shape)                  // [32, 64] [32]
/// }
/// ```
///
/// Source: the test part of "Optical Recognition of Handwritten Digits" by E. Alpaydin and C. Kaynak, UCI Machine
/// Learning Repository, licence CC BY 4.0.
public struct Digits: Sendable {
  /// All 1,797 images in the order of the source: pixels as `float32[1797, 64]` in 0...1, labels `int32[1797]`.
  public let all: LabelledImages
  /// The 1,437 images to train with.
  public let training: LabelledImages
  /// The 360 images to test with. They are spread over the whole set, since other people wrote its end than its
  /// beginning: row `i` is held out when `i * 1103 % 1797 < 360`.
  public let heldOut: LabelledImages

  /// Unpacks the images.
  public static func load() -> Digits {
    let all = unpacked(digitsText)
    let (training, heldOut) = all.split { $0 * 1103 % 1797 < 360 }
    return Digits(all: all, training: training, heldOut: heldOut)
  }

  private static func unpacked(_ text: StaticString) -> LabelledImages {
    var pixels: [Float] = []
    var labels: [Int32] = []
    for byte in UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount) {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "q"): pixels.append(Float(byte - UInt8(ascii: "a")) / 16)
      case UInt8(ascii: "0")...UInt8(ascii: "9"): labels.append(Int32(byte - UInt8(ascii: "0")))
      default: continue
      }
    }
    do {
      return try LabelledImages(
        images: NDArray(pixels, shape: [labels.count, 64]), labels: NDArray(labels), imageShape: [8, 8, 1])
    } catch {
      preconditionFailure("the embedded digits are damaged, a fault of Tapestry itself: \(error)")
    }
  }
}

extension ImageSets {
  /// The digits that come with the library, in their two parts: see ``Digits``.
  public static var digits: ImageSets {
    let digits = Digits.load()
    return ImageSets(training: digits.training, heldOut: digits.heldOut)
  }
}
