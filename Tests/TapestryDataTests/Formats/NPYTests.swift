import TapestryCore
import TapestryData
import Testing

@Suite struct NPYTests {
  @Test func filesOfNumPyAreRead() throws {
    let arrays = try FormatFixture.arrays()
    let ramp = try FormatFixture.ramp()
    #expect(try NPY.read(path: FormatFixture.path("float32.npy")) == arrays["layer/weight"])
    #expect(try NPY.read(path: FormatFixture.path("float64.npy")) == arrays["layer/bias"])
    #expect(try NPY.read(path: FormatFixture.path("bool.npy")) == arrays["mask"])
    #expect(try NPY.read(path: FormatFixture.path("scalar.npy")) == arrays["steps"])
    #expect(try NPY.read(path: FormatFixture.path("empty.npy")) == arrays["none"])
    for name in ["int32", "big_endian", "fortran", "version2", "version3"] {
      #expect(try NPY.read(path: FormatFixture.path(name + ".npy")) == ramp, "\(name)")
    }
  }

  @Test func filesAreWrittenAsNumPyWritesThem() throws {
    for name in ["float32", "float64", "bool", "scalar", "empty", "int32"] {
      let bytes = try FormatFixture.bytes(name + ".npy")
      #expect(NPY.bytes(of: try NPY.read(bytes)) == bytes, "\(name)")
    }
    let deep = NDArray(zeros: [1, 1000, 1, 1, 1, 1, 2, 1], .bool)
    #expect(try NPY.read(NPY.bytes(of: deep)) == deep)
    try FormatFixture.withFolder { folder in
      let path = folder + "/a.npy"
      try NPY.write(deep, to: path)
      #expect(try NPY.read(path: path) == deep)
    }
  }

  @Test func halfPrecisionBecomesFloat32() throws {
    let wide = NDArray([0, 1, -2.5, 65504, 0x1p-24, 0x1p-14, .infinity] as [Float])
    #expect(try NPY.read(path: FormatFixture.path("float16.npy")) == wide)
  }

  #if !(os(macOS) && arch(x86_64))
    @Test func everyPatternOfHalfPrecisionIsTheNumberItIs() throws {
      var header = "{'descr': '<f2', 'fortran_order': False, 'shape': (65536,), }"
      header += String(repeating: " ", count: 117 - header.utf8.count) + "\n"
      let patterns = (0...UInt16.max).flatMap { [UInt8(truncatingIfNeeded: $0), UInt8($0 >> 8)] }
      let bytes = NPY.bytes(of: NDArray(Float(0))).prefix(8) + [UInt8(header.utf8.count), 0] + header.utf8 + patterns
      let found = try NPY.read(Array(bytes)).values(as: Float.self)
      let wrong = (0...UInt16.max).filter { pattern in
        let (half, wide) = (Float(Float16(bitPattern: pattern)), found[Int(pattern)])
        return half.isNaN ? !wide.isNaN : half.bitPattern != wide.bitPattern
      }
      #expect(wrong.isEmpty && found.count == 65536)
    }
  #endif

  @Test func wholeNumbersOf64BitsAreReadWhereTheyFit() throws {
    var bytes = try FormatFixture.bytes("int64.npy")
    #expect(try NPY.read(bytes) == FormatFixture.ramp())
    let last = bytes.count - 8
    bytes[last + 4] = 1
    let error = #expect(throws: TapestryError.self) { try NPY.read(bytes, source: "a.npy") }
    #expect(
      error?.message == "'a.npy', byte \(last): expected a whole number of 32 bits, found \((1 << 32) + 11)")
  }

  @Test func anotherElementTypeIsRefusedWithARemedy() throws {
    var bytes = try FormatFixture.bytes("float64.npy")
    let kind = try #require(bytes.indices.first { bytes[$0...].starts(with: Array("<f8".utf8)) })
    bytes[kind + 1] = UInt8(ascii: "c")
    let error = #expect(throws: TapestryError.self) {
      try NPY.read(bytes, source: "a.npy")
    }
    #expect(
      error.map { "\($0)" } == """
        'a.npy', byte 20: expected elements of '<f4', '<f8', '<f2', '<i4', '<i8' or '|b1', found '<c8'; \
        convert the array with `astype` to float32, float64, int32 or bool before saving it
        """)
  }

  @Test(arguments: [
    ("{}", "expected descr, fortran_order and shape, found none"),
    ("{'descr': '<f4', 'shape': (1,), }", #"found ["descr", "shape"]"#),
    ("{'descr': '<f4', 'descr': '<f4'}", "found 'descr' again"),
    ("{'descr': '<f4', 'fortran_order': Perhaps}", "expected True or False, found 'Perhaps}'"),
    ("{'descr': '<f4', 'fortran_order': False, 'shape': (-1,)}", "found '-1,)}'"),
    ("{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,)}", "below two to the power of 63"),
    ("{'descr': '<f4', 'fortran_order': False, 'shape': (1099511627776,)}", "expected 4398046511104 bytes of float32"),
    (
      "{'descr': '<f4', 'fortran_order': False, 'shape': (4611686018427387904, 8)}",
      "expected 9223372036854775807 bytes of float32"
    ),
    ("{'descr': '<f4', 'fortran_order': False, 'shape': (1,1,1,1,1,1,1,1,1)}", "expected at most 8 axes, found 9"),
    ("{'descr': '<f4', 'fortran_order': False, 'shape': ((1,),)}", "found '(1,),)}'"),
    ("{'descr': '<f4', 'fortran_order': False, 'shape': (1,)} x", "expected the end of the header, found 'x'"),
    ("{'descr': '|f4', 'fortran_order': False, 'shape': (1,)}", "found '|f4'"),
    ("{'other': 1}", "found 'other'"),
    ("{'descr", "expected a string with its closing quote, found ''descr'"),
  ]) func hostileHeadersAreRefused(header: String, expected: String) {
    let bytes = [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(header.utf8.count), 0] + Array(header.utf8) + [0, 0, 0, 0]
    let error = #expect(throws: TapestryError.self) { try NPY.read(bytes) }
    #expect(error?.code == .invalidFile)
    #expect(error?.message.contains(expected) == true, "\(error?.message ?? "")")
  }

  @Test func aBoolIsZeroOrOne() throws {
    var bytes = try FormatFixture.bytes("bool.npy")
    bytes[130] = 2
    let error = #expect(throws: TapestryError.self) { try NPY.read(bytes) }
    #expect(error?.message == "'npy data', byte 130: expected a bool as 0 or 1, found 2")
  }

  @Test func damagedFilesAreRefusedOrRead() throws {
    for name in ["float32", "bool", "fortran", "version2", "scalar", "empty", "int64", "float16"] {
      let bytes = try FormatFixture.bytes(name + ".npy")
      Damage.prefixes(bytes) { try NPY.read($0) }
      Damage.changes(bytes, { try NPY.read($0) }, accepts: { $0.count <= bytes.count })
      #expect(throws: TapestryError.self) { try NPY.read(bytes + [0]) }
    }
  }
}
