import CTapestryKernels
import Dispatch
import Synchronization
package import TapestryTape

// A sweep over the arguments of a function: all 2^32 patterns of bits, or every Nth of each sign.
//
// The patterns are cut into blocks, which run on all cores. For each block the true values are computed once in double
// precision (those of the negative arguments of an odd or even function are taken from the positive ones), then every
// instruction set computes the block and is compared. Most results are the true value rounded to
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
  package static func measure(
    _ function: VectorFunction, _ kernels: [KernelTable], stride: Int
  ) -> [FunctionSweep] {
    let sweeps = function.ranges.flatMap { range in
      kernels.map { FunctionSweep(range: range.name, level: $0.name) }
    }
    let found = Mutex(sweeps)
    let count = ((1 << 31) + stride - 1) / stride
    let blocks = (count + blockSize - 1) / blockSize
    DispatchQueue.concurrentPerform(iterations: blocks) { block in
      let places = block * blockSize..<min((block + 1) * blockSize, count)
      let positive = places.map { Float(bitPattern: UInt32(truncatingIfNeeded: $0 * stride)) }
      let negative = positive.map { -$0 }
      let wanted = positive.map { function.reference(Double($0)) }
      let mirrored =
        switch function.symmetry {
        case .none: negative.map { function.reference(Double($0)) }
        case .odd: wanted.map { -$0 }
        case .even: wanted
        }
      let worst = [(positive, wanted), (negative, mirrored)].map { measure(function, kernels, $0, $1) }
      found.withLock { sweeps in
        for index in sweeps.indices { for half in worst { sweeps[index].take(half[index]) } }
      }
    }
    return found.withLock { $0 }
  }

  private mutating func take(_ other: Worst) {
    let isEarlier = other.ulps == worst.ulps && other.argument.bitPattern < worst.argument.bitPattern
    if other.ulps > worst.ulps || isEarlier && other.ulps > 0 { worst = other }
  }

  /// The worst of some arguments, for each range and instruction set.
  private static func measure(
    _ function: VectorFunction, _ kernels: [KernelTable], _ arguments: [Float], _ wanted: [Double]
  ) -> [Worst] {
    let rounded = wanted.map { Float($0) }
    var worst = [Worst](repeating: Worst(), count: function.ranges.count * kernels.count)
    var got = [Float](repeating: 0, count: arguments.count)
    for (number, table) in kernels.enumerated() {
      table.table.pointee.apply_f32(function.op, arguments, &got, Int64(arguments.count))
      // Below this nothing can be the worst of any range.
      var least = 0.0
      for place in arguments.indices where got[place].bitPattern != rounded[place].bitPattern {
        let ulps = distance(got[place], wanted[place], rounded[place])
        guard ulps > least, let range = function.ranges.firstIndex(where: { $0.contains(arguments[place]) }) else {
          continue
        }
        let index = range * kernels.count + number
        if ulps > worst[index].ulps {
          worst[index] = Worst(ulps: ulps, argument: arguments[place], got: got[place], wanted: wanted[place])
          least = function.ranges.indices.reduce(ulps) { min($0, worst[$1 * kernels.count + number].ulps) }
        }
      }
    }
    return worst
  }

  /// How far a float that is not the rounded true value lies from the true value.
  private static func distance(_ got: Float, _ wanted: Double, _ rounded: Float) -> Double {
    if got.isFinite, rounded.isFinite, got != rounded {
      // The last place of a float of exponent e counts 2^(e - 23), below the normal numbers 2^-149.
      let exponent = max(Int(rounded.bitPattern >> 23 & 0xff), 1) - 127
      return abs(Double(got) - wanted) * Double(bitPattern: UInt64(1023 + 23 - exponent) << 52)
    }
    return wanted.isNaN && got.isNaN ? 0 : .infinity
  }
}
