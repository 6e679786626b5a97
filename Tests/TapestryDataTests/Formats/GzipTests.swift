import TapestryCore
import TapestryData
import Testing

@Suite struct GzipTests {
  @Test func storedFixedAndDynamicBlocksAreUndone() throws {
    #expect(try Gzip.unpacked(FormatFixture.bytes("long0.gz")) == Array(FormatFixture.longContent.prefix(600)))
    #expect(try Gzip.unpacked(FormatFixture.bytes("long1.gz")) == FormatFixture.longContent)
    #expect(try Gzip.unpacked(FormatFixture.bytes("long9.gz")) == FormatFixture.longContent)
    #expect(try Gzip.unpacked(FormatFixture.bytes("short.gz")) == Array("tapestry tapestry".utf8))
    #expect(try Gzip.unpacked(FormatFixture.bytes("named.gz")) == Array("tapestry".utf8))
  }

  @Test func membersFollowEachOther() throws {
    let both = try FormatFixture.bytes("named.gz") + FormatFixture.bytes("short.gz")
    #expect(try Gzip.unpacked(both) == Array("tapestrytapestry tapestry".utf8))
  }

  @Test func theLimitIsKept() throws {
    let bytes = try FormatFixture.bytes("long9.gz")
    #expect(try Gzip.unpacked(bytes, limit: 40000).count == 40000)
    let error = #expect(throws: TapestryError.self) { try Gzip.unpacked(bytes, source: "x.gz", limit: 39999) }
    #expect(error?.message.hasPrefix("'x.gz', byte ") == true)
    #expect(error?.message.hasSuffix("expected at most 39999 bytes of content, found more") == true)
  }

  @Test func aWrongSumIsToldWithItsPlace() throws {
    var bytes = try FormatFixture.bytes("short.gz")
    let place = bytes.count - 8
    bytes[place] ^= 1
    let error = #expect(throws: TapestryError.self) { try Gzip.unpacked(bytes, source: "x.gz") }
    #expect(error?.message.hasPrefix("'x.gz', byte \(place): expected the check sum ") == true)
  }

  @Test func damagedFilesAreRefusedOrReadTheSame() throws {
    for name in ["short.gz", "named.gz", "long0.gz"] {
      let bytes = try FormatFixture.bytes(name)
      let content = try Gzip.unpacked(bytes)
      Damage.prefixes(bytes) { try Gzip.unpacked($0) }
      Damage.changes(bytes, { try Gzip.unpacked($0) }, accepts: { $0 == content })
    }
  }

  @Test func damagedCodesAreRefused() throws {
    // The beginning of the dynamic block, where the codes themselves stand.
    let bytes = Array(try FormatFixture.bytes("long9.gz").prefix(260))
    Damage.changes(bytes) { try Gzip.unpacked($0) }
    #expect(throws: TapestryError.self) { try Gzip.unpacked([]) }
  }

  @Test(arguments: [
    ([7], "a block of type 0, 1 or 2"),
    ([1, 2, 0, 0, 0], "the complement 65533 of a stored length"),
    ([1, 9, 0, 0xF6, 0xFF, 1], "9 stored bytes"),
    // A fixed block whose first symbol is a length: it looks back to where nothing is.
    ([3, 2, 0, 0], "a distance within the 0 bytes before"),
  ]) func brokenBlocksAreNamed(data: [UInt8], expected: String) {
    let header: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3]
    let error = #expect(throws: TapestryError.self) { try Gzip.unpacked(header + data) }
    #expect(error?.message.contains("expected " + expected) == true, "\(error?.message ?? "")")
  }
}
