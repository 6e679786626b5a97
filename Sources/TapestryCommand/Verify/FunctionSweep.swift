import CTapestryKernels
import Dispatch
import Synchronization
package import TapestryTape

// A sweep over the arguments of a function: all 2^32 patterns of bits, or every Nth.
//
// The patterns are cut into blocks, which run on all cores. For each block the true values are computed once in double
// precision, then every instruction set computes the block and is compared. Most results are the true value rounded to
// float32, which two comparisons show; only the others are measured. The distance is counted in units of the last
// place of the rounded true value; a result of another kind (a number for not-a-number, infinity for a finite value, a
// zero of the wrong sign) is infinitely far. Of equally bad arguments the one of the smallest pattern is kept, so the
// outcome does not depend on which block ends first.

/// The worst result of one function, range and instruction set.
package struct FunctionSweep: Sendable {
  package struct Worst: Sendable {
    package var ulps = 0.0
    package var argument: Float = 0
    package var got: Float = 0
    package var wanted = 0.0
  }

  package let range: String
  package let level: String
  package private(set) var worst = Worst()

  private static let blockSize = 1 << 15

  /// Measures a function on some instruction sets.
  ///
  /// - Parameter stride: the distance between the patterns measured.
  /// - Returns: one sweep for each range and instruction set.
  package static func measure(_ function: VectorFunction, _ kernels: [KernelTable], stride: Int) -> [FunctionSweep] {
    let sweeps = function.ranges.flatMap { range in
      kernels.map { FunctionSweep(range: range.name, level: $0.name) }
    }
    let found = Mutex(sweeps)
    let count = ((1 << 32) + stride - 1) / stride
    let blocks = (count + blockSize - 1) / blockSize
    DispatchQueue.concurrentPerform(iterations: blocks) { block in
      let places = block * blockSize..<min((block + 1) * blockSize, count)
      let worst = measure(function, kernels, places, stride)
      found.withLock { sweeps in
        for index in sweeps.indices { sweeps[index].take(worst[index]) }
      }
    }
    return found.withLock { $0 }
  }

  private mutating func take(_ other: Worst) {
    let isEarlier = other.ulps == worst.ulps && other.argument.bitPattern < worst.argument.bitPattern
    if other.ulps > worst.ulps || isEarlier && other.ulps > 0 { worst = other }
  }

  /// The worst of one block, for each range and instruction set.
  private static func measure(
    _ function: VectorFunction, _ kernels: [KernelTable], _ places: Range<Int>, _ stride: Int
  ) -> [Worst] {
    let arguments = places.map { Float(bitPattern: UInt32(truncatingIfNeeded: $0 * stride)) }
    let wanted = arguments.map { function.reference(Double($0)) }
    let rounded = wanted.map(Float.init)
    var worst = [Worst](repeating: Worst(), count: function.ranges.count * kernels.count)
    var got = [Float](repeating: 0, count: arguments.count)
    for (number, table) in kernels.enumerated() {
      table.table.pointee.apply_f32(function.op, arguments, &got, Int64(arguments.count))
      for place in arguments.indices where got[place].bitPattern != rounded[place].bitPattern {
        let ulps = distance(got[place], wanted[place], rounded[place])
        guard ulps > 0, let range = function.ranges.firstIndex(where: { $0.contains(arguments[place]) }) else {
          continue
        }
        let index = range * kernels.count + number
        if ulps > worst[index].ulps {
          worst[index] = Worst(ulps: ulps, argument: arguments[place], got: got[place], wanted: wanted[place])
        }
      }
    }
    return worst
  }

  /// How far a float that is not the rounded true value lies from the true value.
  private static func distance(_ got: Float, _ wanted: Double, _ rounded: Float) -> Double {
    if wanted.isNaN || got.isNaN { return wanted.isNaN && got.isNaN ? 0 : .infinity }
    if got.isInfinite || rounded.isInfinite || got == rounded { return .infinity }
    return abs(Double(got) - wanted) / Double(rounded.ulp)
  }
}
