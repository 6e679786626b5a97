public import TapestryCore
public import TapestryData
import Foundation

/// Images in rows, with a caption below each where wanted: samples of a generator, filters, wrong predictions.
///
/// ```swift
/// let grid = try ImageGrid("Samples", samples, of: [8, 8, 1], columns: 10)
/// notebook.show(grid)
/// try notebook.write("samples.png", grid.image(scale: 4))
/// ```
public struct ImageGrid: Sendable, Drawable {
  let title: String
  let images: [PixelImage]
  let columns: Int
  let captions: [String]

  /// A grid of images, row by row.
  ///
  /// - Parameters:
  ///   - title: what they are.
  ///   - images: one image on each place of the first axis.
  ///   - shape: the shape of one image: height, width and 1 or 3 channels.
  ///   - columns: images in a row.
  ///   - range: what is black and what is white; nil for each image from its least to its greatest value, as for
  ///     filters.
  ///   - captions: the text below each image; those missing are empty.
  /// - Throws: `shapeMismatch` when the array does not hold images of that shape.
  public init(
    _ title: String, _ images: NDArray, of shape: Shape, columns: Int, range: ClosedRange<Double>? = 0...1,
    captions: [String] = []
  ) throws(TapestryError) {
    let size = shape.count
    let count = images.shape.extents.first ?? 0
    guard count > 0, images.count == count * size else {
      throw TapestryError(
        .shapeMismatch, "an array of shape \(images.shape) does not hold images of shape \(shape)",
        remedy: "put one or more images on the first axis, each with \(size) elements")
    }
    let values = images.doubles
    var pixels: [PixelImage] = []
    for place in 0..<count {
      let own = Array(values[place * size..<(place + 1) * size])
      let finite = own.filter(\.isFinite)
      let shown = range ?? (finite.min() ?? 0)...(finite.max() ?? 1)
      pixels.append(try PixelImage(NDArray(own), shape: shape, range: shown))
    }
    self.title = title
    self.images = pixels
    self.columns = max(1, min(columns, count))
    self.captions = captions
  }

  private var rows: Int { (images.count + columns - 1) / columns }

  /// All images as one, a pixel of grey between neighbours, without captions.
  ///
  /// - Parameter scale: how many pixels across each pixel becomes.
  public func image(scale: Int = 1) -> PixelImage {
    let scale = max(scale, 1)
    let (width, height) = (images[0].width * scale + 1, images[0].height * scale + 1)
    var sheet = PixelImage(
      width: columns * width - 1, height: rows * height - 1, channels: images[0].channels, shade: 128)
    for (place, image) in images.enumerated() {
      sheet.place(image, x: place % columns * width, y: place / columns * height, scale: scale)
    }
    return sheet
  }

  /// The picture. Its images are embedded as PNG.
  public var figure: Figure {
    var canvas = SVGCanvas(height: 0)
    let top = canvas.heading(title) + 4
    let margin = 12.0
    // Images of few pixels would run into one another.
    let gap = images[0].width < 6 ? 12.0 : 4.0
    let room = canvas.width - 2 * margin + gap
    let shape = Double(images[0].height) / Double(images[0].width)
    let width = min(room / Double(columns) - gap, 72, 200 / shape)
    let height = width * shape
    let size = min(SVGCanvas.textSize, max(width / 3.4, 9))
    let row = height + gap + (captions.contains { !$0.isEmpty } ? size + 5 : 0)
    canvas.height = top + row * Double(rows) + margin - gap
    for (place, image) in images.enumerated() {
      let (x, y) = (margin + Double(place % columns) * (width + gap), top + Double(place / columns) * row)
      let area =
        "x=\"\(coordinate(x))\" y=\"\(coordinate(y))\" width=\"\(coordinate(width))\" height=\"\(coordinate(height))\""
      canvas.element(
        "<image \(area) preserveAspectRatio=\"none\" style=\"image-rendering: pixelated\" href=\"\(image.dataAddress)\"/>"
      )
      if place < captions.count, !captions[place].isEmpty {
        let caption = shortened(captions[place], to: width, size: size)
        canvas.text(caption, x + width / 2, y + height + size + 1, .middle, size: size, style: "tp-muted")
      }
    }
    return canvas.figure(title)
  }
}

extension PixelImage {
  /// The image as an address that holds it: its PNG file in base64.
  var dataAddress: String { "data:image/png;base64," + Foundation.Data(png).base64EncodedString() }
}
