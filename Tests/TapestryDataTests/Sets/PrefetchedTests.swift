import Synchronization
import TapestryCore
import TapestryData
import Testing

@Suite struct PrefetchedTests {
  private struct Broken: Error, Equatable { let place: Int }

  /// Counts calls and how many elements were never let go.
  private final class Census: Sendable {
    let made = Atomic<Int>(0)
    let alive = Atomic<Int>(0)
  }

  private final class Element: Sendable {
    let place: Int
    private let census: Census
    init(_ place: Int, _ census: Census) {
      self.place = place
      self.census = census
      census.made.wrappingAdd(1, ordering: .relaxed)
      census.alive.wrappingAdd(1, ordering: .relaxed)
    }
    deinit { census.alive.wrappingSubtract(1, ordering: .relaxed) }
  }

  @Test(arguments: [-1, 1, 2, 100]) func theBatchesAreTheSameInTheSameOrder(ahead: Int) throws {
    let rows = try DataSet([("row", NDArray(Array(Int32(0)..<103)))])
    let batches = rows.batches(of: 10, seed: 3)
    let prefetched = batches.prefetched(ahead)
    #expect(Array(prefetched) == Array(batches))
    #expect(Array(prefetched) == Array(batches), "a second walk is the same")
    #expect(Array(rows.selecting(rows: []).batches(of: 4).prefetched(ahead)).isEmpty)
  }

  @Test func nothingIsMadeFartherAheadThanAsked() {
    let census = Census()
    let iterator = Prefetched(0..<50, ahead: 3) { Element($0, census) }.makeIterator()
    for taken in 1...50 {
      #expect(iterator.next()?.place == taken - 1)
      let made = census.made.load(ordering: .relaxed)
      #expect(made >= taken && made <= taken + 3)
    }
    #expect(iterator.next() == nil)
    #expect(iterator.next() == nil)
    #expect(census.made.load(ordering: .relaxed) == 50)
  }

  @Test func anErrorComesAtItsPlaceAndEndsTheWalk() throws {
    let rows = try DataSet([("row", NDArray(Array(Int32(0)..<20)))])
    let prefetched = rows.batches(of: 2).prefetched { batch throws(Broken) -> Double in
      guard let first = try? batch["row"].double(at: 0), first < 6 else { throw Broken(place: 3) }
      return first
    }
    let iterator = prefetched.makeIterator()
    #expect([try iterator.next(), try iterator.next(), try iterator.next()] == [0, 2, 4])
    let error = #expect(throws: Broken.self) { try iterator.next() }
    #expect(error == Broken(place: 3))
    #expect(try iterator.next() == nil)
  }

  /// An iterator let go stops the making: its queue holds nothing that waits, and its elements are let go.
  @Test(.timeLimit(.minutes(1))) func anAbandonedWalkEnds() async throws {
    let census = Census()
    for _ in 0..<200 {
      let iterator = Prefetched(0..<1_000_000, ahead: 4) { Element($0, census) }.makeIterator()
      #expect(iterator.next()?.place == 0)
    }
    // What was begun when its iterator went is made to its end and dropped.
    while census.alive.load(ordering: .relaxed) > 0 { await Task.yield() }
    #expect(census.made.load(ordering: .relaxed) <= 200 * 5)
  }
}
