public import TapestryCore

// An idx file begins with two zero bytes, a code of the element type, and the number of axes; then the extents follow in
// four bytes each, and the elements row by row. All numbers stand with the highest byte first. The extents must multiply
// to exactly the bytes that follow before anything is allocated. Source: the description on the page of the MNIST
// database by Y. LeCun, C. Cortes and C. Burges.

/// Reading of IDX files, the format of MNIST and Fashion-MNIST, plain or packed by gzip.
///
/// ```swift
/// let images = try IDX.read(path: "train-images-idx3-ubyte.gz")            // int32[60000, 28, 28]
/// ```
public enum IDX {
  /// Reads the array of a file. Bytes and whole numbers of any width become int32, float and double stay what they are.
  ///
  /// - Throws: `invalidFile` for a file that cannot be read, is no idx file, is cut off or too long, with file, offset
  ///   (of the unpacked content), what was expected and what was found.
  public static func read(path: String) throws(TapestryError) -> NDArray {
    try IDXFile(unpacking: FileBytes(path: path)).array()
  }

  /// Reads the array of a file's bytes.
  ///
  /// - Parameters:
  ///   - bytes: the whole file, plain or packed.
  ///   - source: what errors call it.
  /// - Throws: `invalidFile` as ``read(path:)``.
  public static func read(_ bytes: [UInt8], source: String = "idx data") throws(TapestryError) -> NDArray {
    try IDXFile(unpacking: FileBytes(bytes, name: source)).array()
  }
}

/// An idx file whose header was checked.
struct IDXFile {
  /// The element types by their code.
  enum Element: UInt8 {
    case byte = 0x08
    case signedByte = 0x09
    case short = 0x0B
    case int = 0x0C
    case float = 0x0D
    case double = 0x0E

    var byteCount: Int {
      switch self {
      case .byte, .signedByte: 1
      case .short: 2
      case .int, .float: 4
      case .double: 8
      }
    }
  }

  let file: FileBytes
  let element: Element
  let shape: Shape
  /// Where the elements begin.
  let start: Int

  /// The longest header there is.
  private static let longestHeader = 4 + 4 * 255

  /// The bytes the header declares in all, `Int.max` for more than can be counted.
  private var declaredCount: Int {
    let (elements, overflow) = shape.count.multipliedReportingOverflow(by: element.byteCount)
    return overflow || elements > .max - start ? .max : start + elements
  }

  /// Reads a file, unpacked where it is packed by gzip: the header first, and then no more than it declares.
  init(unpacking file: FileBytes) throws(TapestryError) {
    let name = file.name
    let limit = ContentLimit(header: IDXFile.longestHeader, highest: Gzip.defaultLimit) {
      (beginning) throws(TapestryError) in
      try IDXFile(header: FileBytes(beginning, name: name)).declaredCount
    }
    try self.init(file.unpacked(limit))
  }

  private init(_ file: FileBytes) throws(TapestryError) {
    try self.init(header: file)
    guard declaredCount == file.count else {
      throw file.fault(
        at: start, expected: "\(shape.count) elements of shape \(shape), \(element.byteCount) bytes each",
        found: "\(file.count - start) bytes")
    }
  }

  /// Reads the header of a file, which may be cut off after it.
  private init(header file: FileBytes) throws(TapestryError) {
    try file.requireMagic([0, 0], "two zeros, with which idx files begin")
    let code = try file.integer(UInt8.self, at: 2, "an element type")
    guard let element = Element(rawValue: code) else {
      throw file.fault(at: 2, expected: "an element type of idx (08, 09, 0b to 0e)", found: hexadecimal([code]))
    }
    let rank = Int(try file.integer(UInt8.self, at: 3, "the number of axes"))
    try file.require(4 * rank, at: 4, "extents")
    var extents: [Int] = []
    for axis in 0..<rank {
      extents.append(Int(try file.integer(UInt32.self, at: 4 + 4 * axis, bigEndian: true, "an extent")))
    }
    (self.file, self.element, start) = (file, element, 4 + 4 * rank)
    shape = try Shape.claimed(extents, in: file, at: 3)
  }

  /// The elements, whole numbers as int32.
  func array() throws(TapestryError) -> NDArray {
    switch element {
    case .float: try file.array(TensorType(.float32, shape), at: start, bigEndian: true)
    case .double: try file.array(TensorType(.float64, shape), at: start, bigEndian: true)
    case .int: try file.array(TensorType(.int32, shape), at: start, bigEndian: true)
    case .byte: numbers { Int32(file.bytes[start + $0]) }
    case .signedByte: numbers { Int32(Int8(bitPattern: file.bytes[start + $0])) }
    case .short:
      numbers {
        let (high, low) = (file.bytes[start + 2 * $0], file.bytes[start + 2 * $0 + 1])
        return Int32(Int16(bitPattern: UInt16(high) << 8 | UInt16(low)))
      }
    }
  }

  private func numbers(_ number: (Int) -> Int32) -> NDArray {
    NDArray(elements: shape, Int32.self, number)
  }

  /// Checks element type and number of axes.
  func require(_ element: Element, rank: Int, _ what: String) throws(TapestryError) {
    guard self.element == element, shape.rank == rank else {
      throw file.fault(
        at: 2, expected: "\(what) (\(hexadecimal([element.rawValue, UInt8(rank)])))",
        found: hexadecimal([self.element.rawValue, UInt8(shape.rank)]))
    }
  }
}

extension NDArray {
  /// An array whose element at each row-major place is made by a function.
  init<Element: ArrayElement>(elements shape: Shape, _: Element.Type, _ element: (Int) -> Element) {
    self.init(zeros: shape, Element.dtype)
    withUnsafeMutableBytes { bytes in
      let elements = bytes.bindMemory(to: Element.self)
      for place in elements.indices { elements[place] = element(place) }
    }
  }
}

extension FileBytes {
  /// The content where the file is packed by gzip, otherwise itself.
  func unpacked(_ limit: ContentLimit) throws(TapestryError) -> FileBytes {
    guard Gzip.isGzip(bytes) else { return self }
    return FileBytes(try Gzip.unpacked(self, limit: limit), name: name)
  }
}
