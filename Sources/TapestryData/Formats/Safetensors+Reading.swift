import TapestryCore

extension Safetensors {
  /// What a header says of one tensor.
  private struct Entry {
    let name: String
    let element: StoredElement
    let shape: Shape
    let range: Range<Int>
    /// Where the header says so.
    let offset: Int
  }

  init(_ file: FileBytes) throws(TapestryError) {
    let claimed = try file.integer(UInt64.self, at: 0, "the length of the header")
    guard let length = Int(exactly: claimed), length <= file.count - 8 else {
      throw file.fault(at: 0, expected: "a header of at most \(file.count - 8) bytes", found: "\(claimed)")
    }
    var scanner = JSONScanner(file, 8..<8 + length)
    let header = try scanner.document()
    guard case .object(let members) = header.content else { throw header.fault(file, "an object") }
    var metadata: [String: String] = [:]
    var entries: [Entry] = []
    for member in members {
      if member.name == Safetensors.metadataKey {
        guard case .object(let texts) = member.value.content else { throw member.value.fault(file, "an object") }
        for text in texts {
          guard case .string(let value) = text.value.content else { throw text.value.fault(file, "a string") }
          metadata[text.name] = value
        }
      } else {
        entries.append(try Safetensors.entry(member, file))
      }
    }
    try Safetensors.requireRow(entries, file, from: 8 + length)
    var tensors: [String: NDArray] = [:]
    for entry in entries {
      tensors[entry.name] = try file.array(
        entry.element, entry.shape, at: 8 + length + entry.range.lowerBound)
    }
    self.init(tensors, metadata: metadata)
  }

  private static func entry(_ member: JSONValue.Member, _ file: FileBytes) throws(TapestryError) -> Entry {
    guard case .object(let facts) = member.value.content else { throw member.value.fault(file, "an object") }
    var values: [String: JSONValue] = [:]
    for fact in facts { values[fact.name] = fact.value }
    guard facts.count == 3, let dtypeValue = values["dtype"], let shapeValue = values["shape"],
      let rangeValue = values["data_offsets"]
    else {
      throw file.fault(
        at: member.value.offset, expected: "dtype, shape and data_offsets of '\(member.name)'",
        found: facts.map(\.name).joined(separator: ", "))
    }
    guard case .string(let code) = dtypeValue.content, let element = storedElement(code) else {
      throw dtypeValue.fault(
        file, "\"F32\", \"F64\", \"F16\", \"BF16\", \"I32\", \"I64\" or \"BOOL\" as the type of '\(member.name)'",
        remedy: "convert the tensor to one of these types before saving it")
    }
    let shape = try Shape.claimed(shapeValue.numbers(file), in: file, at: shapeValue.offset)
    let range = try rangeValue.numbers(file)
    let wanted = element.byteCount(of: shape)
    guard range.count == 2, range[0] <= range[1], range[1] - range[0] == wanted else {
      throw file.fault(
        at: rangeValue.offset, expected: "a range of \(wanted) bytes for \(element)\(shape) '\(member.name)'",
        found: "\(range)")
    }
    return Entry(
      name: member.name, element: element, shape: shape, range: range[0]..<range[1], offset: rangeValue.offset)
  }

  private static func storedElement(_ code: String) -> StoredElement? {
    switch code {
    case "I64": .int64
    case "F16": .float16
    case "BF16": .bfloat16
    default: DType.allCases.first { self.code(of: $0) == code }.map(StoredElement.same)
    }
  }

  /// Checks that the ranges follow each other from the first byte after the header to the last of the file.
  private static func requireRow(_ entries: [Entry], _ file: FileBytes, from start: Int) throws(TapestryError) {
    var next = 0
    let sorted = entries.sorted {
      ($0.range.lowerBound, $0.range.upperBound) < ($1.range.lowerBound, $1.range.upperBound)
    }
    for entry in sorted {
      guard entry.range.lowerBound == next else {
        throw file.fault(
          at: entry.offset, expected: "'\(entry.name)' to begin at \(next), where the tensor before it ends",
          found: "\(entry.range.lowerBound)")
      }
      next = entry.range.upperBound
    }
    guard next == file.count - start else {
      throw file.fault(at: start, expected: "\(next) bytes of tensors", found: "\(file.count - start)")
    }
  }
}

extension JSONValue {
  /// The numbers of an array of numbers.
  fileprivate func numbers(_ file: FileBytes) throws(TapestryError) -> [Int] {
    guard case .array(let items) = content else { throw fault(file, "an array of whole numbers") }
    var numbers: [Int] = []
    for item in items {
      guard case .number(let number) = item.content else { throw item.fault(file, "a whole number") }
      numbers.append(number)
    }
    return numbers
  }

  fileprivate func fault(
    _ file: FileBytes, _ expected: String, remedy: String = "make or fetch the file again"
  ) -> TapestryError {
    let found =
      switch content {
      case .object: "an object"
      case .array: "an array"
      case .string(let text): jsonString(String(text.prefix(40)))
      case .number(let number): "\(number)"
      }
    return file.fault(at: offset, expected: expected, found: found, remedy: remedy)
  }
}
