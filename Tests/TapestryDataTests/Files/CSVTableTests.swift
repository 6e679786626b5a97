import Foundation
import TapestryCore
import TapestryData
import Testing

@Suite struct CSVTableTests {
  @Test func columnsAreReadByTheirType() throws {
    let table = try CSVTable(text: "name,x,y,n,b\none,1.5,-2e3,7,true\ntwo,0,.5,-8,0\n")
    #expect(table.names == ["name", "x", "y", "n", "b"])
    #expect(table.rowCount == 2)
    #expect(try table.text("name") == ["one", "two"])
    #expect(try table.columns(["x", "y"], as: .float32) == NDArray([Float(1.5), -2000, 0, 0.5], shape: [2, 2]))
    #expect(try table.column("y", as: .float64) == NDArray([-2000.0, 0.5]))
    #expect(try table.column("n", as: .int32) == NDArray([Int32(7), -8]))
    #expect(try table.column("b", as: .bool) == NDArray([true, false]))
  }

  @Test func namesAreReadAsClasses() throws {
    let table = try CSVTable(text: "kind,n\ndog,1\ncat,2\n,3\ndog,4\n")
    let (names, labels) = try table.classes("kind")
    #expect(names == ["", "cat", "dog"] && labels == NDArray([2, 1, 0, 2] as [Int32]))
    #expect(try CSVTable(text: "kind").classes("kind").labels == NDArray([] as [Int32]))
    #expect(throws: TapestryError.self) { try table.classes("knid") }
  }

  @Test func quotesGuardSeparatorsLinesAndQuotes() throws {
    let table = try CSVTable(text: "a,b\n\"x, y\",\"say \"\"so\"\"\"\n\"two\r\nlines\", 3 \n  \"q\"  ,\"\"\n")
    #expect(try table.text("a") == ["x, y", "two\r\nlines", "q"])
    #expect(try table.text("b") == ["say \"so\"", "3", ""])
  }

  @Test func lineEndsAndMarksOfEveryKind() throws {
    for text in ["a,b\n1,2\n3,4\n", "a,b\r\n1,2\r\n3,4", "a,b\r1,2\r3,4\r", "\u{FEFF}a,b\n\n1,2\n\n\n3,4\n\n"] {
      #expect(try CSVTable(text: text).columns(["a", "b"], as: .int32).doubles == [1, 2, 3, 4])
    }
  }

  @Test func separatorsAndHeadersAreChosen() throws {
    let table = try CSVTable(text: "1;2,5\n3;4,5", separator: ";", hasHeader: false)
    #expect(table.names == ["1", "2"])
    #expect(try table.text("2") == ["2,5", "4,5"])
    let tabs = try CSVTable(text: "a\tb\n\t2", separator: "\t")
    #expect(try tabs.text("a") == [""])
    #expect(try tabs.text("b") == ["2"])
  }

  @Test func aHeaderAloneHasNoRows() throws {
    let table = try CSVTable(text: "a,b")
    #expect(table.rowCount == 0)
    #expect(try table.columns(["a", "b"], as: .float32).shape == [0, 2])
  }

  @Test func filesAreRead() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "tapestry-csv-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let path = folder.appending(path: "t.csv").path
    try Foundation.Data("a\n1\nx\n".utf8).write(to: URL(fileURLWithPath: path))
    let error = #expect(throws: TapestryError.self) { try CSVTable(path: path).column("a", as: .int32) }
    #expect(error?.place == SourcePlace(file: path, line: 3))
    try Foundation.Data([0x61, 0x0A, 0xFF, 0x0A]).write(to: URL(fileURLWithPath: path))
    let broken = #expect(throws: TapestryError.self) { try CSVTable(path: path) }
    #expect(
      broken.map { "\($0)" }
        == "\(path):2: column 1: expected text in UTF-8, found bytes that are not; correct that line of the file")
    let missing = #expect(throws: TapestryError.self) { try CSVTable(path: path + ".gone") }
    #expect(missing?.code == .invalidFile)
    #expect(missing?.message == "'\(path).gone' cannot be read")
    #expect(missing?.notes.count == 1)
  }
}

@Suite struct CSVFaultTests {
  private func fault(_ text: String, hasHeader: Bool = true, _ use: (CSVTable) throws -> Void = { _ in }) -> String {
    let error = #expect(throws: TapestryError.self) {
      try use(CSVTable(text: text, source: "t.csv", hasHeader: hasHeader))
    }
    #expect(error?.code == .invalidFile)
    return error.map { "\($0)" } ?? ""
  }

  @Test func brokenText() {
    let remedy = "; correct that line of the file"
    #expect(fault("a,b\n1,2\n1,2,3\n") == "t.csv:3: column 3: expected 2 fields as on line 1, found 3" + remedy)
    #expect(fault("a,b\n\n1\n") == "t.csv:3: column 2: expected 2 fields as on line 1, found 1" + remedy)
    #expect(
      fault("a,b\n1,\"x\n\n") == "t.csv:2: column 2: expected a closing quote, found the end of the file" + remedy)
    #expect(
      fault("a\n\"x\ny\"z,3\n")
        == "t.csv:3: column 1: expected a separator after the closing quote, found 'z'" + remedy)
  }

  @Test func nothingToRead() {
    #expect(fault("") == "t.csv:1: expected a header, found nothing; give a file with content")
    #expect(
      fault("\n\n", hasHeader: false) == "t.csv:1: expected rows, found nothing; give a file with content")
  }

  @Test func twoColumnsOfOneName() {
    #expect(
      fault("a,b,a\n")
        == "t.csv:1: column 3 ('a'): expected a name no other column has, found 'a'; correct that field of the file")
  }

  @Test func fieldsOfAnotherType() {
    func fault(_ field: String, as dtype: DType) -> String {
      self.fault("x,y\n0,0\n\"0\",\(field)\n") { _ = try $0.column("y", as: dtype) }
    }
    let (place, remedy) = ("t.csv:3: column 2 ('y'): expected ", "; correct that field of the file")
    #expect(fault("", as: .float32) == place + "a finite float32 number, found nothing" + remedy)
    #expect(fault("1,", as: .float32).contains("expected 2 fields"))
    for field in ["one", "nan", "inf", "1e39", "1.2.3"] {
      #expect(fault(field, as: .float32) == place + "a finite float32 number, found '\(field)'" + remedy)
    }
    #expect(fault("1e309", as: .float64) == place + "a finite float64 number, found '1e309'" + remedy)
    for field in ["1.0", "2147483648", "x"] {
      #expect(fault(field, as: .int32) == place + "a whole number of 32 bits, found '\(field)'" + remedy)
    }
    #expect(fault("yes", as: .bool) == place + "0, 1, false or true, found 'yes'" + remedy)
  }

  @Test func columnsThatAreNotThere() throws {
    let table = try CSVTable(text: "label,p0\n1,2", source: "t.csv")
    let error = #expect(throws: TapestryError.self) { try table.columns(["p0", "lable"], as: .int32) }
    #expect(error?.code == .unknownOutput)
    #expect(
      error.map { "\($0)" } == "'t.csv' has no column 'lable'; did you mean 'label'? its columns are 'label', 'p0'")
  }

  @Test(arguments: ["\"", "\n", "é"] as [Character])
  func separatorsThatCannotSeparate(separator: Character) {
    let error = #expect(throws: TapestryError.self) { try CSVTable(text: "a", separator: separator) }
    #expect(error?.code == .invalidAttribute)
  }

  /// Any bytes at all are a table or an error, never a trap.
  @Test func everyShortTextIsATableOrAnError() throws {
    let letters: [Character] = ["a", ",", "\"", "\n", "\r", " "]
    var outcomes = (tables: 0, errors: 0)
    for code in 0..<46_656 {
      var rest = code
      var text = ""
      for _ in 0..<6 {
        text.append(letters[rest % 6])
        rest /= 6
      }
      do throws(TapestryError) {
        let table = try CSVTable(text: text, hasHeader: false)
        #expect(table.rowCount > 0)
        outcomes.tables += 1
      } catch {
        #expect(error.code == .invalidFile)
        outcomes.errors += 1
      }
    }
    #expect(outcomes.tables > 1000)
    #expect(outcomes.errors > 1000)
  }

  @Test func damagedFilesAreRefusedOrRead() {
    let bytes = Array("a,\u{E9},\"c, d\"\n1,x,\"2\"\"\r\n\"\n-3.5,,7\n".utf8)
    func read(_ bytes: [UInt8]) throws -> CSVTable { try CSVTable(FileBytes(bytes, name: "a.csv")) }
    Damage.changes(
      bytes, ways: 40, noticed: 200, read,
      accepts: { table in
        // What is read can be asked for by column, as text and as numbers.
        table.names.allSatisfy { name in
          (try? table.text(name).count) == table.rowCount
            && DType.allCases.allSatisfy {
              ((try? table.column(name, as: $0).count) ?? table.rowCount) == table.rowCount
            }
        }
      })
    for count in bytes.indices {
      do {
        #expect(try read(Array(bytes[..<count])).names.count <= 3)
      } catch let error {
        #expect((error as? TapestryError)?.code == .invalidFile, "the first \(count) bytes")
      }
    }
  }
}
