import CTapestryKernels
import Testing

/// The gradients of convolutions whose cotangent is made of that of a max pool, against the same by way of memory: the
/// same bits.
@Suite("Pooled cotangents")
struct PooledCotangentTests {
  private typealias Convolution = ConvolutionTests.Case
  private typealias Pool = PoolingTests.Case

  /// Windows side by side, with gaps between them, overlapping, in padding, and spread.
  private static let windows = [
    Pool(), Pool(kh: 2, kw: 1, stride: (3, 2)), Pool(kh: 3, kw: 3, stride: (1, 2), pad: (1, 1)),
    Pool(kh: 2, kw: 2, stride: (2, 1), dilation: (2, 1)), Pool(kh: 1, kw: 3, stride: (1, 3)),
  ]

  /// Each convolution with one of the windows its output has room for.
  static let cases: [(convolution: ConvolutionTests.Case, pool: PoolingTests.Case)] = {
    let all = ConvolutionTests.cases + ConvolutionTests.parts + ConvolutionTests.drawn.prefix(30)
    return all.filter { $0.n > 0 }.enumerated().compactMap { number, convolution in
      for shift in windows.indices {
        var pool = windows[(number + shift) % windows.count]
        (pool.n, pool.h, pool.w, pool.c) = (convolution.n, convolution.oh, convolution.ow, convolution.oc)
        let room = (pool.h + 2 * pool.pad.0, pool.w + 2 * pool.pad.1)
        if room.0 > (pool.kh - 1) * pool.dilation.0, room.1 > (pool.kw - 1) * pool.dilation.1 {
          return (convolution, pool)
        }
      }
      return nil
    }
  }()

  @Test("As by way of memory, at every level and split", arguments: cases.indices)
  func sameBits(number: Int) throws {
    let (c, pool) = Self.cases[number]
    try check(Float.self, c, pool, choiceBytes: 1, splits: Split.allCases)
    try check(Double.self, c, pool, choiceBytes: 4, splits: [.pieces])
  }

  private func check<E: Element>(
    _ type: E.Type, _ c: ConvolutionTests.Case, _ pool: PoolingTests.Case, choiceBytes: Int, splits: [Split]
  ) throws {
    var dice = Dice(UInt64(c.h * 7 + c.w))
    func numbers(_ count: Int) -> GuardedBuffer { GuardedBuffer((0..<count).map { _ in E(small: dice.below(17) - 8) }) }
    let image = numbers(pool.inputCount), values = numbers(pool.outputCount), dy = numbers(pool.outputCount)
    let scattered = numbers(pool.inputCount)
    let input = numbers(c.input.reduce(1, *)), filter = numbers(c.filter.reduce(1, *))
    let choice = GuardedBuffer([UInt8](repeating: 99, count: pool.outputCount * choiceBytes))
    let window = pool.parameters(choiceBytes: choiceBytes)
    for level in levels {
      func pooling(_ kernel: tap_kernel, _ own: GuardedBuffer...) throws {
        try run(kernel, level: level, own: own.map(\.address), parameters: window, dtype: E.dtype)
      }
      try pooling(TAP_KERNEL_MAX_POOL, image, values, choice)
      try pooling(TAP_KERNEL_POOL_SCATTER, dy, choice, scattered)
      func gradient(
        _ kernel: tap_kernel, _ extent: [Int], _ own: [GuardedBuffer], _ more: [Int], _ split: Split = .whole
      ) throws -> [UInt64] {
        let result = GuardedBuffer([E](repeating: E(small: 1), count: extent.reduce(1, *)))
        let program = Program(tile(TAP_RESULT, E.dtype, 0), tile(TAP_STORE, E.dtype, 0, 0, imm: 0))
        try run(
          kernel, level: level, extent: extent, program: program,
          operands: [Operand(result, E.self, rowMajor: extent)], own: own.map(\.address),
          parameters: c.parameters + more, dtype: E.dtype, split: split)
        #expect(intact(own + [result]))
        return patterns(result.values(as: E.self))
      }
      let dx = try gradient(TAP_KERNEL_CONV_INPUT_GRADIENT, c.input, [scattered, filter], [])
      let df = try gradient(TAP_KERNEL_CONV_FILTER_GRADIENT, c.filter, [input, scattered], [])
      for split in splits {
        let kernels = (TAP_KERNEL_CONV_POOL_INPUT_GRADIENT, TAP_KERNEL_CONV_POOL_FILTER_GRADIENT)
        let ownDX = try gradient(kernels.0, c.input, [dy, filter, choice], window + [0], split)
        let ownDF = try gradient(kernels.1, c.filter, [input, dy, choice], window + [0], split)
        #expect(ownDX == dx, "input, \(c) \(pool) \(split)")
        #expect(ownDF == df, "filter, \(c) \(pool) \(split)")
      }
    }
  }
}
