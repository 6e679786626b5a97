import Dispatch
import Synchronization

// Each element has a slot. Slots are filled on a serial queue of their own, in order, and emptied by whoever walks:
//
//     queue      make 0, make 1, ...     each fills its slot and raises the slot's semaphore
//     walker     waits for the first slot, takes what it holds, and asks the queue for one element more
//
// No thread ever waits for room: what bounds the slots is that an element is only asked for when one was taken, after
// the first few. So an iteration that is abandoned has nothing to wake or to join. What was asked for and not begun
// finds the iterator gone and ends; an element being made is made to its end and dropped.
//
// The queue runs one piece of work at a time, so elements are made one after the other, in order, by the same code as
// without prefetching: they have the same bits.

/// Elements that are made on another thread, some ahead of the one in use, in their order.
///
/// ```swift
/// for batch in digits.training.batches(of: 32, seed: 7).prefetched() {
///   try training.run(&state, [images: batch.images, labels: batch.labels])
/// }
/// ```
///
/// Each iteration makes all elements anew. Where making one can fail, step through an iterator by hand:
///
/// ```swift
/// let iterator = batches.prefetched { try noisy($0) }.makeIterator()
/// while let batch = try iterator.next() { ... }
/// ```
public struct Prefetched<Element: Sendable, Failure: Error>: Sendable {
  /// The element of a place, or why there is none.
  typealias Outcome = Result<Element, Failure>

  private let places: Range<Int>
  private let ahead: Int
  private let make: @Sendable (Int) -> Outcome

  /// Elements by place.
  ///
  /// - Parameters:
  ///   - places: the places of the elements, in the order they are wanted.
  ///   - ahead: how many elements may be ready or being made before they are asked for; less than 1 counts as 1.
  ///   - make: makes the element of a place, on another thread.
  public init(
    _ places: Range<Int>, ahead: Int = 2, make: @escaping @Sendable (Int) throws(Failure) -> Element
  ) {
    self.places = places
    self.ahead = Swift.max(1, ahead)
    self.make = { (place) -> Outcome in
      do throws(Failure) { return .success(try make(place)) } catch { return .failure(error) }
    }
  }

  /// Begins to make elements, the first one first.
  public func makeIterator() -> Iterator { Iterator(places, ahead, make) }

  /// One walk through the elements. Letting it go stops the making.
  public final class Iterator: Sendable {
    /// Where an element is handed over.
    private final class Slot: Sendable {
      let isFull = DispatchSemaphore(value: 0)
      let outcome = Mutex<Outcome?>(nil)
    }

    private let make: @Sendable (Int) -> Outcome
    private let queue = DispatchQueue(label: "tapestry.prefetch")
    /// The slots of the elements asked for, in order, and the places of those that were not yet.
    private let work: Mutex<(slots: [Slot], places: Range<Int>)>

    init(_ places: Range<Int>, _ ahead: Int, _ make: @escaping @Sendable (Int) -> Outcome) {
      self.make = make
      work = Mutex(([], places))
      for _ in 0..<Swift.min(ahead, places.count) { request() }
    }

    /// The next element, nil after the last; waits until it is made.
    ///
    /// - Throws: what making it threw; there are no elements after that.
    public func next() throws(Failure) -> Element? { try take() }

    fileprivate func take() throws(Failure) -> Element? {
      guard let slot = work.withLock({ $0.slots.isEmpty ? nil : $0.slots.removeFirst() }) else { return nil }
      slot.isFull.wait()
      switch slot.outcome.withLock({ $0.take() }) {
      case .success(let element):
        request()
        return element
      case .failure(let error):
        work.withLock { $0 = ([], 0..<0) }
        throw error
      case nil: preconditionFailure("a slot is filled before its semaphore is raised")
      }
    }

    /// Has the queue make one element more, if there is one.
    private func request() {
      let slot = Slot()
      let place = work.withLock { work in
        let place = work.places.popFirst()
        if place != nil { work.slots.append(slot) }
        return place
      }
      guard let place else { return }
      queue.async { [weak self] in
        guard let outcome = self?.make(place) else { return }
        slot.outcome.withLock { $0 = outcome }
        slot.isFull.signal()
      }
    }
  }
}

extension Prefetched: Sequence where Failure == Never {}
extension Prefetched.Iterator: IteratorProtocol where Failure == Never {
  // Spelled out, since the compiler takes no method that throws `Never` as the witness.
  /// The next element, nil after the last; waits until it is made.
  public func next() -> Element? { take() }
}

extension Batches {
  /// The batches, made on another thread while those before them are in use.
  ///
  /// - Parameter ahead: how many may be ready before they are asked for.
  public func prefetched(_ ahead: Int = 2) -> Prefetched<Rows, Never> {
    Prefetched(startIndex..<endIndex, ahead: ahead) { self[$0] }
  }

  /// The batches as a function makes something of them, such as images turned a little, on another thread.
  ///
  /// - Parameters:
  ///   - ahead: how many may be ready before they are asked for.
  ///   - transform: is given one batch after another.
  public func prefetched<Element: Sendable, Failure: Error>(
    _ ahead: Int = 2, _ transform: @escaping @Sendable (Rows) throws(Failure) -> Element
  ) -> Prefetched<Element, Failure> {
    Prefetched(startIndex..<endIndex, ahead: ahead) { (place) throws(Failure) in try transform(self[place]) }
  }
}
