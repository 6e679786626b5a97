import TapestryCore
import TapestryData
import Testing

/// A set of rows 0 ..< count, each holding its own number.
private func numbered(_ count: Int) throws -> DataSet {
  try DataSet([("row", NDArray(Array(Int32(0)..<Int32(count))))])
}

extension DataSet {
  fileprivate var numbers: [Int] {
    get throws { try self["row"].doubles.map { Int($0) } }
  }
}

@Suite struct BatchesTests {
  @Test func holdEachRowOnceAndKeepTheShortLast() throws {
    let batches = try numbered(10).batches(of: 4, seed: 7)
    #expect(batches.count == 3)
    #expect(batches.map(\.rowCount) == [4, 4, 2])
    #expect(try batches.flatMap { try $0.numbers }.sorted() == Array(0..<10))
  }

  /// Pinned: a stored seed must give the same training run in every later version.
  @Test func followTheirSeedAndEpoch() throws {
    let rows = try numbered(10)
    func order(seed: Int, epoch: Int = 0) throws -> [Int] {
      try rows.batches(of: 3, seed: seed, epoch: epoch).flatMap { try $0.numbers }
    }
    #expect(try order(seed: 7) == [4, 5, 3, 7, 1, 0, 2, 6, 9, 8])
    #expect(try order(seed: 7) == order(seed: 7, epoch: 0))
    #expect(try order(seed: 7) != order(seed: 8))
    #expect(try order(seed: 7) != order(seed: 7, epoch: 1))
  }

  @Test func theOrderDoesNotDependOnTheSize() throws {
    let rows = try numbered(50)
    let whole = try rows.batches(of: 50, seed: 1).flatMap { try $0.numbers }
    #expect(try rows.batches(of: 7, seed: 1).flatMap { try $0.numbers } == whole)
  }

  @Test func canBeGoneThroughTwice() throws {
    let batches = try numbered(9).batches(of: 2, seed: 1)
    #expect(Array(batches) == Array(batches))
  }

  @Test func keepTheirOrderWithoutASeed() throws {
    let batches = try numbered(5).batches(of: 2)
    #expect(try batches.map { try $0.numbers } == [[0, 1], [2, 3], [4]])
  }

  @Test func takeSizesOutsideTheRows() throws {
    #expect(try numbered(3).batches(of: 100).map(\.rowCount) == [3])
    #expect(try numbered(3).batches(of: 0).map(\.rowCount) == [1, 1, 1])
    #expect(try numbered(3).batches(of: -5, seed: 1).count == 3)
    #expect(try numbered(3).batches(of: .max).count == 1)
    #expect(try numbered(0).batches(of: 4, seed: 1).map(\.rowCount) == [])
    #expect(try numbered(0).batches(of: 4).count == 0)
  }
}

@Suite struct SplitTests {
  @Test func partsKeepTheirOrder() throws {
    let parts = try numbered(7).split { $0 % 3 == 0 }
    #expect(try parts.heldOut.numbers == [0, 3, 6])
    #expect(try parts.training.numbers == [1, 2, 4, 5])
  }

  @Test func aRandomPartIsHeldOut() throws {
    let rows = try numbered(100)
    let parts = rows.split(holdingOut: 0.2, seed: 1)
    #expect(parts.heldOut.rowCount == 20)
    #expect(try (parts.training.numbers + parts.heldOut.numbers).sorted() == Array(0..<100))
    #expect(try parts.heldOut.numbers == parts.heldOut.numbers.sorted())
    #expect(rows.split(holdingOut: 0.2, seed: 1).heldOut == parts.heldOut)
    #expect(rows.split(holdingOut: 0.2, seed: 2).heldOut != parts.heldOut)
  }

  @Test func partsOutsideTheUnitIntervalCountAsItsEnds() throws {
    let rows = try numbered(5)
    let counts = [-1, 0, 1, 2, .infinity, .nan].map { rows.split(holdingOut: $0, seed: 1).heldOut.rowCount }
    #expect(counts == [0, 0, 5, 5, 5, 0])
  }
}
