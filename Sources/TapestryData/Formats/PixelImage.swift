public import TapestryCore

/// An image of whole pixels, grey or coloured, that can be written as a PNG file.
public struct PixelImage: Sendable, Hashable {
  /// Pixels in a row.
  public let width: Int
  /// Rows.
  public let height: Int
  /// 1 for grey, 3 for red, green and blue.
  public let channels: Int
  /// Row by row from the top, the channels of a pixel beside each other.
  package private(set) var bytes: [UInt8]

  /// An image of one shade.
  ///
  /// - Parameters:
  ///   - channels: 3 for colours; anything else is grey.
  ///   - shade: from 0, black, to 255, white.
  public init(width: Int, height: Int, channels: Int = 1, shade: UInt8 = 0) {
    self.width = max(width, 1)
    self.height = max(height, 1)
    self.channels = channels == 3 ? 3 : 1
    bytes = [UInt8](repeating: shade, count: self.width * self.height * self.channels)
  }

  /// An image of numbers.
  ///
  /// - Parameters:
  ///   - values: [height, width], [height, width, 1] or [height, width, 3], or as many numbers in another shape.
  ///   - shape: height, width and channels; that of the values by default.
  ///   - range: what is black and what is white; values outside are drawn as its ends, not-a-number as black.
  /// - Throws: `shapeMismatch` when the values are no image of that shape.
  public init(
    _ values: NDArray, shape: Shape? = nil, range: ClosedRange<Double> = 0...1
  ) throws(TapestryError) {
    let extents = (shape ?? values.shape).extents
    guard extents.count == 2 || (extents.count == 3 && [1, 3].contains(extents[2])), values.count > 0,
      extents.reduce(1, *) == values.count
    else {
      throw TapestryError(
        .shapeMismatch, "an array of shape \(values.shape) is no image of shape \(Shape(extents))",
        remedy: "give height, width and 1 or 3 channels with as many elements as the array has")
    }
    self.init(width: extents[1], height: extents[0], channels: extents.count == 3 ? extents[2] : 1)
    let width = max(range.upperBound - range.lowerBound, .leastNonzeroMagnitude)
    bytes = values.doubles.map { value in
      let part = (value - range.lowerBound) / width
      return part > 0 ? UInt8((min(part, 1) * 255).rounded()) : 0
    }
  }

  /// Puts another image into this one, its upper left corner at a place; what does not fit is cut off.
  ///
  /// - Parameter scale: how many pixels across each pixel of the other image becomes.
  public mutating func place(_ other: PixelImage, x: Int, y: Int, scale: Int = 1) {
    let scale = max(scale, 1)
    for row in max(y, 0)..<max(min(y + other.height * scale, height), max(y, 0)) {
      for column in max(x, 0)..<max(min(x + other.width * scale, width), max(x, 0)) {
        let source = ((row - y) / scale * other.width + (column - x) / scale) * other.channels
        for channel in 0..<channels {
          bytes[(row * width + column) * channels + channel] = other.bytes[source + channel % other.channels]
        }
      }
    }
  }

  /// The image as a PNG file: 8 bits a channel, the same bytes for the same pixels.
  public var png: [UInt8] {
    var header: [UInt8] = []
    header.append(bigEndian: UInt32(width))
    header.append(bigEndian: UInt32(height))
    // Eight bits, grey or colours, and the only compression, filters and order there are without interlacing.
    header += [8, channels == 3 ? 2 : 0, 0, 0, 0]
    var rows: [UInt8] = []
    let rowBytes = width * channels
    for row in 0..<height {
      rows.append(0)  // no filter
      rows += bytes[row * rowBytes..<(row + 1) * rowBytes]
    }
    let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
    return signature + chunk("IHDR", header) + chunk("IDAT", zlib(rows)) + chunk("IEND", [])
  }

  /// Writes the image as a PNG file.
  ///
  /// - Throws: `invalidFile` when it cannot be written.
  public func write(to path: String) throws(TapestryError) { try writeAtomically(png, to: path) }

  private func chunk(_ type: String, _ content: [UInt8]) -> [UInt8] {
    let named = Array(type.utf8) + content
    var bytes: [UInt8] = []
    bytes.append(bigEndian: UInt32(content.count))
    bytes += named
    bytes.append(bigEndian: crc32(named))
    return bytes
  }

  /// Packed bytes between the header and the check sum of zlib (RFC 1950).
  private func zlib(_ bytes: [UInt8]) -> [UInt8] {
    var (a, b): (UInt32, UInt32) = (1, 0)
    for byte in bytes {
      a = (a + UInt32(byte)) % 65521
      b = (b + a) % 65521
    }
    var stream: [UInt8] = [0x78, 0x01] + Deflate.encoded(bytes)
    stream.append(bigEndian: b << 16 | a)
    return stream
  }
}

extension [UInt8] {
  fileprivate mutating func append(bigEndian number: UInt32) {
    Swift.withUnsafeBytes(of: number.bigEndian) { append(contentsOf: $0) }
  }
}
