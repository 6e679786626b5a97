import CTapestryKernels
import Testing

/// The three convolution kernels against sums over every tap, exact on small whole numbers.
@Suite("Convolutions")
struct ConvolutionTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var n = 1, h = 5, w = 6, c = 3, oc = 4, kh = 3, kw = 3
    var stride = (1, 1), pad = (0, 0, 0, 0), dilation = (1, 1), groups = 1
    var oh: Int { (h + pad.0 + pad.2 - (kh - 1) * dilation.0 - 1) / stride.0 + 1 }
    var ow: Int { (w + pad.1 + pad.3 - (kw - 1) * dilation.1 - 1) / stride.1 + 1 }
    var parameters: [Int] {
      [n, h, w, c, oh, ow, oc, kh, kw, stride.0, stride.1, pad.0, pad.1, dilation.0, dilation.1, groups]
    }
    var testDescription: String { "\(parameters)" }

    var input: [Int] { [n, h, w, c] }
    var filter: [Int] { [kh, kw, c / groups, oc] }
    var output: [Int] { [n, oh, ow, oc] }

    /// Calls `body` with the places of input, filter and output for every product of the sum.
    func eachProduct(_ body: (_ input: Int, _ filter: Int, _ output: Int) -> Void) {
      let inner = c / groups
      for b in 0..<n {
        for oy in 0..<oh {
          for ox in 0..<ow {
            for ky in 0..<kh {
              for kx in 0..<kw {
                let y = oy * stride.0 - pad.0 + ky * dilation.0, x = ox * stride.1 - pad.1 + kx * dilation.1
                guard (0..<h).contains(y), (0..<w).contains(x) else { continue }
                for o in 0..<oc {
                  let group = o / (oc / groups)
                  for i in 0..<inner {
                    body(
                      ((b * h + y) * w + x) * c + group * inner + i, ((ky * kw + kx) * inner + i) * oc + o,
                      ((b * oh + oy) * ow + ox) * oc + o)
                  }
                }
              }
            }
          }
        }
      }
    }
  }

  static let cases = [
    Case(), Case(n: 2, pad: (1, 1, 1, 1)), Case(h: 9, w: 8, stride: (2, 3), pad: (2, 1, 0, 1)),
    Case(h: 9, w: 11, dilation: (2, 3)), Case(h: 9, w: 9, stride: (2, 2), pad: (1, 2, 2, 1), dilation: (2, 2)),
    Case(c: 6, oc: 4, pad: (1, 1, 1, 1), groups: 2), Case(c: 20, oc: 20, pad: (1, 1, 1, 1), groups: 20),
    Case(c: 4, oc: 8, groups: 4), Case(c: 17, oc: 33, kh: 1, kw: 1), Case(n: 3, h: 1, w: 1, c: 1, oc: 1, kh: 1, kw: 1),
    Case(h: 2, w: 30, c: 5, oc: 600, kh: 1, kw: 3), Case(h: 1, w: 700, c: 2, oc: 16, kh: 1, kw: 5, pad: (0, 2, 0, 2)),
    Case(n: 0), Case(h: 7, w: 7, stride: (3, 3)),
    // Columns that fill wide tiles, beside some that do not.
    Case(n: 2, h: 7, w: 8, c: 6, oc: 200, groups: 2), Case(n: 3, h: 6, w: 5, c: 20, oc: 130, stride: (2, 1)),
    Case(n: 2, h: 6, w: 12, c: 72, oc: 64, pad: (1, 1, 1, 1)),
    // Few channels of many images: vectors along the images, of one vector and of two, the last block of a few.
    Case(n: 35, h: 7, w: 6, c: 3, oc: 5, pad: (1, 1, 1, 1)), Case(n: 47, h: 5, w: 5, c: 2, oc: 1),
    Case(n: 16, h: 6, w: 9, c: 4, oc: 6, kh: 5, stride: (2, 3), pad: (2, 1, 0, 1), dilation: (1, 2)),
    Case(n: 32, h: 4, w: 4, c: 2, oc: 20), Case(n: 33, h: 13, w: 2, c: 2, oc: 2, kh: 11, kw: 1, pad: (9, 0, 3, 0)),
    // Filter gradients whose rows fill vectors better than their few columns do.
    Case(n: 5, h: 14, w: 13, c: 3, oc: 6, kh: 5, kw: 5), Case(n: 2, h: 9, w: 8, c: 70, oc: 3, pad: (1, 1, 1, 1)),
    Case(n: 3, h: 12, w: 40, c: 5, oc: 1, kh: 2, kw: 7, stride: (2, 3)), Case(h: 40, w: 90, c: 16, oc: 2, kh: 1, kw: 1),
    Case(n: 2, c: 5, oc: 100),
  ]

  /// Filter gradients whose images are cut in parts: turned, of groups, depthwise, of several blocks of columns, and of
  /// more channels than a block has.
  static let parts = [
    Case(n: 27, h: 14, w: 13, c: 3, oc: 6, kh: 5, kw: 5), Case(n: 5, h: 13, w: 12, c: 24, oc: 24, groups: 2),
    Case(n: 3, h: 40, w: 33, c: 33, oc: 33, groups: 33), Case(n: 7, h: 9, w: 8, c: 5, oc: 130),
    Case(n: 2, h: 30, w: 31, c: 70, oc: 17, kh: 1, kw: 1),
  ]

  @Test("The images of a filter's gradient are cut in parts where its operands are much larger than itself")
  func partsOfSums() {
    func hasParts(_ c: Case) -> Bool {
      var region = tap_region()
      return tap_shared_bytes(TAP_KERNEL_CONV_FILTER_GRADIENT, &region, c.parameters.map(Int64.init), TAP_F32) > 0
    }
    for c in Self.parts { #expect(hasParts(c), "\(c.parameters)") }
    // One image, operands smaller than six filters, and too little work.
    #expect(!hasParts(Case(h: 60, w: 60, c: 24, oc: 24)) && !hasParts(Case(n: 150, h: 5, w: 5, c: 64, oc: 128)))
    #expect(hasParts(Case(n: 170, h: 5, w: 5, c: 64, oc: 128)) && !hasParts(Case(n: 26, h: 14, w: 13, c: 3, kh: 5)))
  }

  /// Odd images, every kernel extent, stride and dilation, groups and channels of any number, drawn once and for all;
  /// what would take too long in a loop over every product is drawn again.
  static let drawn: [Case] = {
    var dice = Dice(4)
    let taps = [1, 2, 3, 5, 7, 11], images = [(13, 29), (29, 13), (7, 5), (5, 5), (17, 1), (1, 23)]
    var cases: [Case] = []
    while cases.count < 60 {
      var c = Case()
      c.n = [1, 2, 3, 9][dice.below(4)]
      (c.h, c.w) = images[dice.below(images.count)]
      (c.kh, c.kw) = (taps[dice.below(taps.count)], taps[dice.below(taps.count)])
      c.stride = (1 + dice.below(3), 1 + dice.below(3))
      c.dilation = (1 + dice.below(4), 1 + dice.below(4))
      c.pad = (dice.below(c.kh + 1), dice.below(c.kw + 1), dice.below(c.kh + 1), dice.below(c.kw + 1))
      c.groups = [1, 1, 1, 2, 3, 5, 16][dice.below(7)]
      // A third of the grouped ones are depthwise.
      let isDepthwise = c.groups > 1 && dice.below(3) == 0
      if isDepthwise { c.groups = 1 + dice.below(100) }
      c.c = c.groups * (isDepthwise ? 1 : 1 + dice.below(100 / c.groups))
      c.oc = c.groups * (isDepthwise ? 1 : 1 + dice.below(100 / c.groups))
      guard c.h + c.pad.0 + c.pad.2 > (c.kh - 1) * c.dilation.0, c.w + c.pad.1 + c.pad.3 > (c.kw - 1) * c.dilation.1,
        c.n * c.oh * c.ow * c.kh * c.kw * c.oc * c.c / c.groups < 400_000
      else { continue }
      cases.append(c)
    }
    return cases
  }()

  enum Form: CaseIterable { case output, inputGradient, filterGradient }

  @Test("All forms, at every level, with a program that follows", arguments: cases + drawn + parts, Form.allCases)
  func exact(c: Case, form: Form) throws {
    let (kernel, extent, left, right) =
      switch form {
      case .output: (TAP_KERNEL_CONV, c.output, c.input, c.filter)
      case .inputGradient: (TAP_KERNEL_CONV_INPUT_GRADIENT, c.input, c.output, c.filter)
      case .filterGradient: (TAP_KERNEL_CONV_FILTER_GRADIENT, c.filter, c.input, c.output)
      }
    guard extent.reduce(1, *) > 0 else { return }
    var dice = Dice(UInt64(c.h * 7 + c.w))
    let x = (0..<left.reduce(1, *)).map { _ in dice.below(17) - 8 }
    let y = (0..<right.reduce(1, *)).map { _ in dice.below(17) - 8 }
    let row = (0..<extent[3]).map { _ in dice.below(17) - 8 }
    var sums = [Int](repeating: 0, count: extent.reduce(1, *))
    c.eachProduct { input, filter, output in
      switch form {
      case .output: sums[output] += x[input] * y[filter]
      case .inputGradient: sums[input] += x[output] * y[filter]
      case .filterGradient: sums[filter] += x[input] * y[output]
      }
    }
    let want = sums.enumerated().map { max($1 + row[$0 % extent[3]], 0) }
    // Every split in one type, the type in turn.
    func check<E: Element>(_ type: E.Type, _ convert: (Int) -> E, splits: [Split]) throws {
      let a = GuardedBuffer(x.map(convert)), b = GuardedBuffer(y.map(convert)), bias = GuardedBuffer(row.map(convert))
      let program = Program(
        setup: [tile(TAP_CONST, E.dtype, 2, imm: 0)],
        [
          tile(TAP_RESULT, E.dtype, 0), tile(TAP_LOAD, E.dtype, 1, imm: 0), tile(TAP_ADD, E.dtype, 0, 0, 1),
          tile(TAP_MAX, E.dtype, 0, 0, 2), tile(TAP_STORE, E.dtype, 0, 0, imm: 1),
        ], immediates: [0])
      for level in levels {
        for split in splits {
          let result = GuardedBuffer(want.map { _ in E(small: -1) })
          try run(
            kernel, level: level, extent: extent, program: program,
            operands: [
              Operand(bias, E.self, strides: [0, 0, 0, 1]), Operand(result, E.self, rowMajor: extent),
            ], own: [a.address, b.address], parameters: c.parameters, dtype: E.dtype, split: split)
          #expect(result.values(as: E.self) == want.map(convert), "\(E.self) \(split)")
        }
      }
    }
    try check(Float.self, { Float($0) }, splits: Split.allCases)
    try check(Double.self, { Double($0) }, splits: [.pieces])
  }

  @Test("Any split has the same bits; levels differ by rounding alone", arguments: Form.allCases)
  func bits(form: Form) throws {
    let cases = [
      Case(n: 9, h: 13, w: 29, c: 20, oc: 33, pad: (1, 1, 1, 1)),
      Case(n: 33, h: 13, w: 14, c: 3, oc: 6, kh: 5, kw: 5), Case(n: 17, h: 5, w: 5, c: 64, oc: 40),
      Case(n: 2, h: 40, w: 41, c: 3, oc: 7, kh: 5, kw: 5, stride: (2, 2)),
      Case(n: 4, h: 20, w: 20, c: 33, oc: 33, pad: (1, 1, 1, 1), groups: 33),
    ]
    for c in cases {
      let (kernel, extent, left, right) =
        switch form {
        case .output: (TAP_KERNEL_CONV, c.output, c.input, c.filter)
        case .inputGradient: (TAP_KERNEL_CONV_INPUT_GRADIENT, c.input, c.output, c.filter)
        case .filterGradient: (TAP_KERNEL_CONV_FILTER_GRADIENT, c.filter, c.input, c.output)
        }
      var dice = Dice(5)
      let a = GuardedBuffer(dice.floats(left.reduce(1, *))), b = GuardedBuffer(dice.floats(right.reduce(1, *)))
      let program = Program(tile(TAP_RESULT, TAP_F32, 0), tile(TAP_STORE, TAP_F32, 0, 0, imm: 0))
      var plain: [Float]?
      for level in levels {
        var first: [UInt64]?
        for split in Split.allCases {
          let result = GuardedBuffer([Float](repeating: 0, count: extent.reduce(1, *)))
          try run(
            kernel, level: level, extent: extent, program: program,
            operands: [Operand(result, Float.self, rowMajor: extent)], own: [a.address, b.address],
            parameters: c.parameters, split: split)
          let got: [Float] = result.values()
          #expect(first == nil || first == patterns(got), "\(c) \(split)")
          first = patterns(got)
          plain = plain ?? got
          #expect(zip(got, plain ?? got).allSatisfy { abs($0 - $1) < 1e-4 }, "\(c)")
        }
      }
    }
  }

  @Test("What is not finite stays where it belongs, in groups too")
  func notFinite() throws {
    // The first group of the input holds an infinity; the second group of the filter's gradient is finite.
    let c = Case(h: 4, w: 4, c: 4, oc: 6, kh: 1, kw: 1, groups: 2)
    var values = [Float](repeating: 1, count: c.input.reduce(1, *))
    values[0] = .infinity
    let x = GuardedBuffer(values), dy = GuardedBuffer([Float](repeating: 1, count: c.output.reduce(1, *)))
    let program = Program(tile(TAP_RESULT, TAP_F32, 0), tile(TAP_STORE, TAP_F32, 0, 0, imm: 0))
    for level in levels {
      let result = GuardedBuffer([Float](repeating: 0, count: c.filter.reduce(1, *)))
      try run(
        TAP_KERNEL_CONV_FILTER_GRADIENT, level: level, extent: c.filter, program: program,
        operands: [Operand(result, Float.self, rowMajor: c.filter)], own: [x.address, dy.address],
        parameters: c.parameters)
      let inf = Float.infinity
      #expect(result.values() == [inf, inf, inf, 16, 16, 16] + [Float](repeating: 16, count: 6))
    }
  }
}
