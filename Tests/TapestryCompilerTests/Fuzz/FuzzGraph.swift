import TapestryCore
import TapestryGraph

/// A random program: every kind of op over every dtype, odd shapes, shared parts, several outputs, variables assigned.
///
/// Values stay tame (through tanh and small factors) and comparisons and roundings are made against odd constants, so that a
/// rounding of the last place cannot grow into a difference a test would see.
struct FuzzGraph {
  let graph = Graph()
  let dtype: DType
  var draw: Draws
  var floats: [Tensor] = []
  var ints: [Tensor] = []
  var masks: [Tensor] = []

  /// The most elements of a tensor, and the most axes.
  static let mostElements = 7000
  static let mostAxes = 4

  init(seed: Int, dtype: DType, nodes: Int) {
    self.dtype = dtype
    draw = Draws(seed: seed)
    let extents = [1, 2, 3, 4, 5, 7, 13, 2, 3, 0, 519, 1, 3, 4]
    let m = draw.one(of: extents)
    let (n, k) = (draw.one(of: m > 100 ? [1, 2] : extents), draw.one(of: [1, 2, 3, 4]))
    floats = [
      graph.input("a", [m, n], dtype), graph.input("b", [n], dtype), graph.input("c", [m, 1], dtype),
      graph.input("d", [], dtype), graph.input("e", [k, 3], dtype), graph.input("f", [3, k], dtype),
    ]
    ints = [graph.input("i", [m], .int32), graph.input("j", [m, n], .int32)]
    masks = [graph.input("mask", [n], .bool)]
    let scope = graph.scope("s")
    for (name, shape) in [("p", Shape([m, n])), ("q", Shape([m, n])), ("r", Shape([n])), ("t", Shape([]))] {
      floats.append(scope.parameter(name, shape, .zeros, dtype: dtype))
    }
    let shapes = ["p": Shape([m, n]), "q": Shape([m, n]), "r": Shape([n]), "t": Shape([])]
    for step in 0..<nodes {
      let made = expression()
      if !made.isPoisoned { keep(made) }
      if step % 12 == 11 { assign(in: scope, shapes) }
    }
    report()
  }

  private mutating func keep(_ tensor: Tensor) {
    guard tensor.shape.count <= FuzzGraph.mostElements, tensor.rank <= FuzzGraph.mostAxes else { return }
    switch tensor.dtype {
    case .int32: ints.append(tensor)
    case .bool: masks.append(tensor)
    default: floats.append(tensor)
    }
  }

  /// Gives a variable its next value: computed, exchanged with another, or what some tensor of the right shape is.
  private mutating func assign(in scope: Scope, _ shapes: [String: Shape]) {
    let name = draw.one(of: ["p", "q", "r", "t"])
    let shape = shapes[name]!
    let read = scope.parameter(name, shape, .zeros, dtype: dtype)
    if draw.below(4) == 0 {
      let (p, q) = (
        scope.parameter("p", shapes["p"]!, .zeros, dtype: dtype),
        scope.parameter("q", shapes["q"]!, .zeros, dtype: dtype)
      )
      scope.assign("p", q)
      scope.assign("q", p)
    } else {
      let fitting = floats.filter { $0.shape == shape }
      scope.assign(name, draw.below(3) == 0 ? draw.one(of: fitting) : read - 0.1 * tanh(draw.one(of: fitting)))
    }
    floats.append(scope.parameter(name, shape, .zeros, dtype: dtype))
  }

  private mutating func report() {
    for (place, tensor) in (floats.suffix(3) + ints.suffix(1) + masks.suffix(1)).enumerated() {
      graph.report("last \(place)", tensor)
    }
    for place in 0..<3 { graph.report("some \(place)", draw.one(of: floats)) }
  }
}

/// Choices from a stream of random numbers.
struct Draws {
  private let stream: RandomStream
  private var drawn = 0

  init(seed: Int) { stream = RandomStream(seed: seed, name: "fuzz") }

  mutating func below(_ count: Int) -> Int {
    drawn += 1
    return Int(stream.bits(at: drawn)) % count
  }

  mutating func flag() -> Bool { below(2) == 0 }

  mutating func one<Element>(of all: [Element]) -> Element { all[below(all.count)] }

  /// One of some, the later ones more often.
  mutating func late<Element>(of all: [Element]) -> Element {
    flag() ? one(of: all) : one(of: Array(all.suffix(6)))
  }

  /// A subset of 0 ..< count.
  mutating func subset(of count: Int) -> [Int] { (0..<count).filter { _ in flag() } }

  mutating func permutation(of count: Int) -> [Int] {
    var order = Array(0..<count)
    for last in order.indices.dropFirst().reversed() { order.swapAt(last, below(last + 1)) }
    return order
  }
}
