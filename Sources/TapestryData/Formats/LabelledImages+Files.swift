public import TapestryCore

extension LabelledImages {
  /// Reads images and labels in the IDX format of MNIST, plain or packed by gzip.
  ///
  /// - Parameters:
  ///   - images: the path of bytes of shape [n, height, width]; they become 0...1.
  ///   - labels: the path of bytes of shape [n], each below `classes`.
  ///   - classes: how many classes there are.
  /// - Throws: `invalidFile` for a file that cannot be read or is broken, for labels out of range or not as many as
  ///   images, with file, offset (of the unpacked content), what was expected and what was found.
  public init(idxImages images: String, labels: String, classes: Int = 10) throws(TapestryError) {
    try self.init(idxImages: FileBytes(path: images), labels: FileBytes(path: labels), classes: classes)
  }

  package init(idxImages: FileBytes, labels: FileBytes, classes: Int = 10) throws(TapestryError) {
    let (images, labels) = (try IDXFile(unpacking: idxImages), try IDXFile(unpacking: labels))
    try images.require(.byte, rank: 3, "images as bytes with three axes")
    try labels.require(.byte, rank: 1, "labels as bytes with one axis")
    let (shape, count) = (images.shape, images.shape[0])
    guard labels.shape[0] == count else {
      throw labels.file.fault(
        at: 4, expected: "a label for each of the \(count) images of '\(images.file.name)'",
        found: "\(labels.shape[0])",
        remedy: "give the images and labels of one set")
    }
    let classOf = try labels.array()
    for image in 0..<count where classOf.double(at: image) >= Double(classes) {
      throw labels.file.fault(
        at: labels.start + image, expected: "a label below \(classes)", found: "\(Int(classOf.double(at: image)))")
    }
    let flat = Shape([count, Shape([shape[1], shape[2]]).count])
    try self.init(
      images: NDArray(elements: flat, Float.self) { Float(images.file.bytes[images.start + $0]) / 255 },
      labels: classOf, imageShape: [shape[1], shape[2], 1])
  }

  /// Reads images in the binary format of CIFAR-10, plain or packed by gzip; a packed file may hold up to 60,000 images,
  /// as many as the whole set has.
  ///
  /// A file is a row of images, each a byte of label (0 to 9) and 32 by 32 bytes of red, then of green, then of blue.
  /// Channels become the last axis, bytes 0...1. Source: A. Krizhevsky, Learning Multiple Layers of Features from Tiny
  /// Images, 2009.
  ///
  /// - Parameter paths: the files, whose images follow each other.
  /// - Throws: `invalidFile` for a file that cannot be read, is empty or no whole number of images, or has a label out
  ///   of range, with file, offset, what was expected and what was found.
  public init(cifar10 paths: [String]) throws(TapestryError) {
    var files: [FileBytes] = []
    for path in paths { files.append(try FileBytes(path: path)) }
    try self.init(cifar10: files)
  }

  package init(cifar10 packed: [FileBytes]) throws(TapestryError) {
    let (pixels, channels) = (32 * 32, 3)
    let record = 1 + pixels * channels
    var files: [FileBytes] = []
    var labels: [Int32] = []
    for file in packed {
      let file = try file.unpacked(ContentLimit(60_000 * record))
      files.append(file)
      guard file.count > 0, file.count % record == 0 else {
        throw file.fault(
          at: file.count / record * record, expected: "images of \(record) bytes each",
          found: file.count == 0 ? "an empty file" : "\(file.count % record) bytes after the last whole one")
      }
      for start in stride(from: 0, to: file.count, by: record) {
        guard file.bytes[start] < 10 else {
          throw file.fault(at: start, expected: "a label of 0 to 9", found: "\(file.bytes[start])")
        }
        labels.append(Int32(file.bytes[start]))
      }
    }
    var images = NDArray(zeros: [labels.count, pixels * channels])
    images.withUnsafeMutableBytes { target in
      let values = target.bindMemory(to: Float.self)
      var place = 0
      for file in files {
        for start in stride(from: 1, to: file.count, by: record) {
          for pixel in 0..<pixels {
            for channel in 0..<channels {
              values[place] = Float(file.bytes[start + channel * pixels + pixel]) / 255
              place += 1
            }
          }
        }
      }
    }
    try self.init(images: images, labels: NDArray(labels), imageShape: [32, 32, channels])
  }
}
