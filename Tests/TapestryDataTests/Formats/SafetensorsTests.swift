import TapestryCore
import TapestryData
import Testing

@Suite struct SafetensorsTests {
  private let metadata = ["note": "a \"quoted\" é\n"]

  @Test func filesOfPythonAreReadAndWrittenTheSame() throws {
    let file = try Safetensors(path: FormatFixture.path("tensors.safetensors"))
    #expect(try file == Safetensors(FormatFixture.arrays(), metadata: metadata))
    #expect(try file.bytes() == FormatFixture.bytes("tensors.safetensors"))
    try FormatFixture.withFolder { folder in
      let path = folder + "/a.safetensors"
      try file.write(to: path)
      #expect(try Safetensors(path: path) == file)
    }
  }

  @Test func namesOfAnyCharactersAreKept() throws {
    let file = Safetensors(["a\"\\\u{1}/é\u{1F9F5}": NDArray(Float(1)), "": NDArray(true)], metadata: ["": "\0\r\t"])
    #expect(try Safetensors(file.bytes()) == file)
    #expect(try Safetensors(Safetensors([:]).bytes()) == Safetensors([:]))
    #expect(throws: TapestryError.self) { try Safetensors(["__metadata__": NDArray(true)]).bytes() }
  }

  @Test func anotherElementTypeIsRefusedWithARemedy() throws {
    let error = #expect(throws: TapestryError.self) {
      try Safetensors(FormatFixture.bytes("uint16.safetensors"), source: "a.safetensors")
    }
    #expect(
      error.map { "\($0)" } == """
        'a.safetensors', byte 26: expected "F32", "F64", "F16", "BF16", "I32", "I64" or "BOOL" as the type of 'short', found "U16"; \
        convert the tensor to one of these types before saving it
        """)
  }

  @Test(arguments: [
    ("", "expected an object, an array, a string or a whole number, found the end of the header"),
    ("[]", "expected an object, found an array"),
    ("{}", "expected 0 bytes of tensors, found 8"),
    (String(repeating: "[", count: 200), "expected at most 8 levels of nesting"),
    (String(repeating: #"{"a":"#, count: 200), "expected at most 8 levels of nesting"),
    (#"{"a":1,"a":1}"#, #"expected each name once, found "a" again"#),
    (#"{"a":{"dtype":"F32","shape":[2]}}"#, "expected dtype, shape and data_offsets of 'a', found dtype, shape"),
    (#"{"a":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}}"#, "found '-2],"),
    (#"{"a":{"dtype":"F32","shape":[2.5],"data_offsets":[0,8]}}"#, "expected ',' or ']', found '.5],"),
    (#"{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}"#, "expected a range of 12 bytes for float32[3] 'a'"),
    (#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}"#, "found [8, 0]"),
    (#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8,8]}}"#, "found [0, 8, 8]"),
    (
      #"{"a":{"dtype":"F32","shape":[1099511627776],"data_offsets":[0,4398046511104]}}"#,
      "expected 4398046511104 bytes of tensors, found 8"
    ),
    (
      #"{"a":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,9223372036854775807]}}"#,
      "expected 9223372036854775807 bytes of tensors, found 8"
    ),
    (
      #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"I32","shape":[1],"data_offsets":[4,8]}}"#,
      "expected 'b' to begin at 8, where the tensor before it ends, found 4"
    ),
    (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}"#, "expected 'a' to begin at 0"),
    (#"{"__metadata__":{"a":1}}"#, "expected a string, found 1"),
    (#"{"__metadata__":{"a":"\ud800"}}"#, "expected a character before"),
    (#"{"__metadata__":{"a":"\x"}}"#, "expected an escape"),
    (#"{"__metadata__":{"a":"\"#, "expected an escape, found the end of the header"),
    (#"{"a":007}"#, "expected a whole number"),
    (#"{"a":null}"#, "found 'null}'"),
    (#"{} x"#, "expected the end of the header, found 'x'"),
  ]) func hostileHeadersAreRefused(header: String, expected: String) {
    let bytes = [UInt8(header.utf8.count % 256), UInt8(header.utf8.count / 256), 0, 0, 0, 0, 0, 0]
    let error = #expect(throws: TapestryError.self) {
      try Safetensors(bytes + Array(header.utf8) + [UInt8](repeating: 0, count: 8))
    }
    #expect(error?.code == .invalidFile)
    #expect(error?.message.contains(expected) == true, "\(error?.message ?? "")")
  }

  @Test func anImpossibleHeaderLengthIsRefused() {
    for top: UInt8 in [0x7F, 0xFF] {
      let error = #expect(throws: TapestryError.self) {
        try Safetensors([255, 255, 255, 255, 255, 255, 255, top, 1])
      }
      #expect(error?.message.contains("byte 0: expected a header of at most 1 bytes") == true)
    }
  }

  @Test func damagedFilesAreRefusedOrRead() throws {
    let bytes = try FormatFixture.bytes("tensors.safetensors")
    Damage.prefixes(bytes) { try Safetensors($0) }
    Damage.changes(bytes, { try Safetensors($0) }, accepts: { $0.tensors.count <= 6 })
    #expect(throws: TapestryError.self) { try Safetensors(bytes + [0]) }
  }
}
