import Tapestry

/// A landscape over the plane to walk down on.
nonisolated struct Surface: Sendable {
  let name: String
  let height: @Sendable (_ x: Tensor, _ y: Tensor) -> Tensor
  let start: [Float]
  let x: ClosedRange<Double>
  let y: ClosedRange<Double>
  /// The heights drawn as lines.
  let levels: [Double]

  /// A valley twenty times as steep across as along.
  static let valley = Surface(
    name: "valley", height: { x, y in 0.05 * square(x) + square(y) }, start: [-9, 1.5], x: -10...2, y: -2...2,
    levels: [0.02, 0.1, 0.3, 0.7, 1.3, 2.2, 3.5, 5])

  /// Rosenbrock's banana: into the valley is easy, along it is not. Lowest at (1, 1).
  static let banana = Surface(
    name: "banana", height: { x, y in square(1 - x) + 20 * square(y - square(x)) }, start: [-1.4, 1.5], x: -2...2,
    y: -1...3, levels: [0.1, 0.5, 1.5, 4, 10, 25, 60, 150])

  /// A saddle with a low place on either side, started almost on the ridge. Lowest at (0, 1) and (0, -1).
  static let saddle = Surface(
    name: "saddle", height: { x, y in square(x) + 0.25 * square(square(y)) - 0.5 * square(y) + 0.25 },
    start: [-1.2, 0.01], x: -1.5...1.5, y: -1.6...1.6, levels: [0.01, 0.05, 0.12, 0.25, 0.5, 1, 1.6])
}

/// A walk down a surface: where each step led, and how high that is.
nonisolated struct Walk {
  private(set) var x: [Double]
  private(set) var y: [Double]
  private(set) var heights: [Double] = []

  private static let height = Output("height")

  init(down surface: Surface, with optimizer: Optimizer, steps: Int) throws {
    (x, y) = ([Double(surface.start[0])], [Double(surface.start[1])])
    let program = Program.traced(ProgramOptions(threads: 1)) { t in
      let point = t.scope("walk").parameter("point", [2], .zeros)
      let height = surface.height(slice(point, axis: 0, 0..<1), slice(point, axis: 0, 1..<2))
      t.report(Walk.height, sum(height))
      t.minimize(sum(height), with: optimizer)
    }
    var state = try program.initialState()
    state["walk/point"] = NDArray(surface.start)
    for _ in 0..<steps {
      heights.append(try program.run(&state, [:]).scalar(Walk.height))
      let point = state["walk/point"]?.doubles ?? []
      x.append(point[0])
      y.append(point[1])
    }
  }

  /// The first step after which the height stays below a bound, or nil.
  func steps(to bound: Double) -> Int? {
    guard let last = heights.lastIndex(where: { !($0 < bound) }) else { return 0 }
    return last + 1 < heights.count ? last + 1 : nil
  }
}

nonisolated extension Surface {
  /// Heights on a grid, a row for each y.
  func grid(_ count: Int = 60) throws -> [[Double]] {
    let (xs, ys, height) = (Input("xs", [1, nil]), Input("ys", [nil, 1]), Output("height"))
    let program = Program.traced { t in t.report(height, self.height(t[xs], t[ys])) }
    func places(_ range: ClosedRange<Double>) -> [Float] {
      (0..<count).map { place in
        Float(range.lowerBound + (range.upperBound - range.lowerBound) * Double(place) / Double(count - 1))
      }
    }
    let feeds: Feeds = try [
      xs: NDArray(places(x), shape: [1, count]), ys: NDArray(places(y), shape: [count, 1]),
    ]
    let values = try program.evaluate(ModelState(), feeds).array(height).doubles
    return (0..<count).map { row in Array(values[row * count..<(row + 1) * count]) }
  }
}
