import Foundation
package import TapestryCore

/// The bytes of a binary file, read with checks: whatever lies outside is an error that names file and offset.
///
/// Every number of a file is a claim. Nothing here allocates by a claim before it was compared with the bytes there are.
package struct FileBytes: Sendable {
  package let bytes: [UInt8]
  /// What errors call the file.
  package let name: String

  package init(_ bytes: [UInt8], name: String) {
    self.bytes = bytes
    self.name = name
  }

  /// Reads a file.
  ///
  /// - Throws: `invalidFile` when it cannot be read.
  package init(path: String) throws(TapestryError) {
    do {
      self.init([UInt8](try Foundation.Data(contentsOf: URL(fileURLWithPath: path))), name: path)
    } catch {
      throw TapestryError(
        .invalidFile, "'\(path)' cannot be read", remedy: "check that the file is there and may be read",
        notes: [error.localizedDescription])
    }
  }

  package var count: Int { bytes.count }

  /// The error for something else than expected at an offset.
  package func fault(
    at offset: Int, expected: String, found: String, remedy: String = "make or fetch the file again"
  ) -> TapestryError {
    TapestryError(.invalidFile, "'\(name)', byte \(offset): expected \(expected), found \(found)", remedy: remedy)
  }

  /// Checks that so many bytes follow an offset.
  package func require(_ count: Int, at offset: Int, _ what: String) throws(TapestryError) {
    let left = Swift.max(0, self.count - offset)
    guard offset >= 0, count >= 0, count <= left else {
      throw fault(at: offset, expected: "\(count) bytes of \(what)", found: "\(left)")
    }
  }

  /// Checks that the file has these bytes at an offset.
  package func requireMagic(_ magic: [UInt8], at offset: Int = 0, _ what: String) throws(TapestryError) {
    try require(magic.count, at: offset, what)
    let found = bytes[offset..<offset + magic.count]
    guard found.elementsEqual(magic) else {
      throw fault(at: offset, expected: "\(what) (\(hexadecimal(magic)))", found: hexadecimal(found))
    }
  }

  /// The whole number at an offset.
  package func integer<Number: FixedWidthInteger>(
    _: Number.Type, at offset: Int, bigEndian: Bool = false, _ what: String
  ) throws(TapestryError) -> Number {
    let size = Number.bitWidth / 8
    try require(size, at: offset, what)
    var number: Number = 0
    for place in 0..<size {
      number |= Number(truncatingIfNeeded: bytes[offset + place]) << (8 * (bigEndian ? size - 1 - place : place))
    }
    return number
  }

  /// The text in UTF-8 of a range inside the file.
  package func text(_ range: Range<Int>, _ what: String) throws(TapestryError) -> String {
    guard let text = String(validating: bytes[range], as: UTF8.self) else {
      let place = endOfText(range)
      throw fault(
        at: place, expected: "\(what) in UTF-8",
        found: "bytes that are not (\(hexadecimal(bytes[place..<range.upperBound].prefix(4))))",
        remedy: "convert the file to UTF-8, or make or fetch it again")
    }
    return text
  }

  /// Where in a range inside the file the first byte stands that is no part of text in UTF-8.
  private func endOfText(_ range: Range<Int>) -> Int {
    var rest = bytes[range].makeIterator()
    var parser = Unicode.UTF8.ForwardParser()
    var place = range.lowerBound
    while case .valid(let character) = parser.parseScalar(from: &rest) { place += character.count }
    return place
  }

  /// The array stored row by row from an offset on.
  package func array(
    _ type: TensorType, at offset: Int, bigEndian: Bool = false
  ) throws(TapestryError) -> NDArray {
    try require(type.byteCount, at: offset, "\(type)")
    if type.dtype == .bool, let odd = bytes[offset..<offset + type.byteCount].firstIndex(where: { $0 > 1 }) {
      throw fault(at: odd, expected: "a bool as 0 or 1", found: "\(bytes[odd])")
    }
    var array = NDArray(zeros: type.shape, type.dtype)
    array.withUnsafeMutableBytes { target in
      bytes.withUnsafeBytes { source in
        target.copyMemory(from: UnsafeRawBufferPointer(rebasing: source[offset..<offset + type.byteCount]))
      }
      let size = type.dtype.byteCount
      guard bigEndian, size > 1 else { return }
      for element in 0..<target.count / size { target[element * size..<(element + 1) * size].reverse() }
    }
    return array
  }
}

/// Bytes as `93 4e 55`.
func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
  bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined(separator: " ")
}

extension [UInt8] {
  /// Appends a whole number, its lowest byte first.
  mutating func append(littleEndian number: some FixedWidthInteger) {
    for place in 0..<number.bitWidth / 8 { append(UInt8(truncatingIfNeeded: number >> (8 * place))) }
  }
}

extension Shape {
  /// A shape read from a file, checked to be one an array may have.
  static func claimed(_ extents: [Int], in file: FileBytes, at offset: Int) throws(TapestryError) -> Shape {
    guard extents.count <= maximumRank else {
      throw file.fault(at: offset, expected: "at most \(maximumRank) axes", found: "\(extents.count)")
    }
    guard extents.allSatisfy({ $0 >= 0 }) else {
      throw file.fault(at: offset, expected: "extents of 0 or more", found: "\(Shape(extents))")
    }
    return Shape(extents)
  }
}
