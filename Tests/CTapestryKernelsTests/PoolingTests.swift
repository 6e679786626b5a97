import CTapestryKernels
import Testing

/// The pooling kernels against loops over every window.
@Suite("Pooling")
struct PoolingTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var n = 2, h = 6, w = 7, c = 5, kh = 2, kw = 2, stride = (2, 2), pad = (0, 0), dilation = (1, 1)
    var oh: Int { (h + 2 * pad.0 - (kh - 1) * dilation.0 - 1) / stride.0 + 1 }
    var ow: Int { (w + 2 * pad.1 - (kw - 1) * dilation.1 - 1) / stride.1 + 1 }
    func parameters(choiceBytes: Int) -> [Int] {
      [n, h, w, c, oh, ow, kh, kw, stride.0, stride.1, pad.0, pad.1, dilation.0, dilation.1, choiceBytes]
    }
    var testDescription: String { "\(parameters(choiceBytes: 0).dropLast())" }
    var inputCount: Int { n * h * w * c }
    var outputCount: Int { n * oh * ow * c }

    /// For each output, the taps that lie in the input: place in the window and place in the input.
    var windows: [[(tap: Int, place: Int)]] {
      var windows: [[(tap: Int, place: Int)]] = []
      for index in MapTests.indices([n, oh, ow, c]) {
        var taps: [(tap: Int, place: Int)] = []
        for (tap, k) in MapTests.indices([kh, kw]).enumerated() {
          let y = index[1] * stride.0 - pad.0 + k[0] * dilation.0, x = index[2] * stride.1 - pad.1 + k[1] * dilation.1
          guard (0..<h).contains(y), (0..<w).contains(x) else { continue }
          taps.append((tap, ((index[0] * h + y) * w + x) * c + index[3]))
        }
        windows.append(taps)
      }
      return windows
    }
  }

  static let cases = [
    Case(), Case(kh: 3, kw: 3, stride: (1, 1), pad: (1, 1)),
    Case(kh: 3, kw: 2, stride: (2, 1), pad: (1, 0), dilation: (2, 3)),
    Case(n: 1, h: 1, w: 1, c: 1, kh: 1, kw: 1, stride: (1, 1)),
    Case(n: 1, h: 9, w: 9, c: 70, kh: 3, kw: 3, stride: (3, 3)),
    // Windows with nothing but padding.
    Case(h: 3, w: 3, kh: 2, kw: 2, stride: (3, 3), pad: (4, 4)),
  ]

  /// Odd images, windows of every extent, stride and dilation, channels of any number.
  static let drawn: [Case] = {
    var dice = Dice(6)
    let taps = [1, 2, 3, 5, 7], images = [(13, 29), (29, 13), (7, 5), (5, 5), (1, 23)]
    var cases: [Case] = []
    while cases.count < 25 {
      var c = Case()
      c.n = 1 + dice.below(2)
      (c.h, c.w) = images[dice.below(images.count)]
      c.c = 1 + dice.below([4, 20, 100][dice.below(3)])
      (c.kh, c.kw) = (taps[dice.below(taps.count)], taps[dice.below(taps.count)])
      c.stride = (1 + dice.below(3), 1 + dice.below(3))
      c.dilation = (1 + dice.below(4), 1 + dice.below(4))
      c.pad = (dice.below(c.kh), dice.below(c.kw))
      guard c.h + 2 * c.pad.0 > (c.kh - 1) * c.dilation.0, c.w + 2 * c.pad.1 > (c.kw - 1) * c.dilation.1,
        c.outputCount * c.kh * c.kw < 20_000
      else { continue }
      cases.append(c)
    }
    return cases
  }()

  static func check<E: Element>(_ c: Case, _ input: [E], _ cotangent: [E], add: (E, E) -> E) throws {
    let windows = c.windows, zero = E(small: 0)
    // The first of equals wins, NaN wins; -1 for a window of padding.
    let best = windows.map { window in
      window.reduce(nil as (tap: Int, place: Int)?) { best, next in
        guard let best else { return next }
        let x = input[next.place], y = input[best.place]
        return x > y || (x != x && y == y) ? next : best
      }
    }
    var scattered = [E](repeating: zero, count: c.inputCount), spread = scattered
    for (o, choice) in best.enumerated() {
      if let choice { scattered[choice.place] = add(scattered[choice.place], cotangent[o]) }
      for (_, place) in windows[o] { spread[place] = add(spread[place], cotangent[o]) }
    }
    let x = GuardedBuffer(input), dy = GuardedBuffer(cotangent)
    for level in levels {
      for (split, choiceBytes) in Split.allCases.flatMap({ [($0, 4), ($0, 1)] }) {
        let outputs = (0..<3).map { _ in GuardedBuffer(cotangent.map { _ in E(small: 1) }) }
        let inputs = (0..<2).map { _ in GuardedBuffer(input.map { _ in E(small: 1) }) }
        let choice =
          choiceBytes == 4
          ? GuardedBuffer([Int32](repeating: 99, count: c.outputCount))
          : GuardedBuffer([UInt8](repeating: 99, count: c.outputCount))
        func pool(_ kernel: tap_kernel, _ own: GuardedBuffer...) throws {
          try run(
            kernel, level: level, own: own.map(\.address), parameters: c.parameters(choiceBytes: choiceBytes),
            dtype: E.dtype, split: split)
          #expect(intact(own))
        }
        try pool(TAP_KERNEL_MAX_POOL, x, outputs[0], choice)
        try pool(TAP_KERNEL_POOL_GATHER, x, choice, outputs[1])
        try pool(TAP_KERNEL_POOL_SCATTER, dy, choice, inputs[0])
        try pool(TAP_KERNEL_SUM_POOL, x, outputs[2])
        try pool(TAP_KERNEL_SUM_POOL_GRADIENT, dy, inputs[1])
        let taps = best.map { $0?.tap ?? -1 }
        if choiceBytes == 4 {
          #expect(choice.values() == taps.map { Int32($0) })
        } else {
          #expect(choice.values() == taps.map { UInt8(truncatingIfNeeded: $0) })
        }
        let largest = patterns(best.map { $0.map { input[$0.place] } ?? zero })
        #expect(patterns(outputs[0].values(as: E.self)) == largest)
        #expect(patterns(outputs[1].values(as: E.self)) == largest)
        #expect(patterns(inputs[0].values(as: E.self)) == patterns(scattered))
        let sums = windows.map { $0.reduce(zero) { add($0, input[$1.place]) } }
        #expect(patterns(outputs[2].values(as: E.self)) == patterns(sums))
        #expect(patterns(inputs[1].values(as: E.self)) == patterns(spread))
      }
    }
  }

  @Test("Largest with its place, gather, scatter, sum and its gradient", arguments: cases + drawn)
  func pooling(c: Case) throws {
    var dice = Dice(13)
    // Small whole numbers repeat, so that windows hold equals.
    try Self.check(
      c, dice.small(c.inputCount, as: Float.self), dice.small(c.outputCount, as: Float.self), add: +)
    try Self.check(
      c, dice.small(c.inputCount, as: Double.self), dice.small(c.outputCount, as: Double.self), add: +)
    try Self.check(c, dice.small(c.inputCount, as: Int32.self), dice.small(c.outputCount, as: Int32.self), add: &+)
    var holes = dice.small(c.inputCount, as: Float.self)
    for place in stride(from: 0, to: holes.count, by: 3) { holes[place] = .nan }
    for place in stride(from: 1, to: holes.count, by: 5) { holes[place] = -.infinity }
    try Self.check(c, holes, dice.small(c.outputCount, as: Float.self), add: +)
  }
}
