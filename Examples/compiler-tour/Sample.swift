import Tapestry

extension NDArray {
  /// Numbers spread over [-1, 1), a function of the seed.
  nonisolated init(_ extents: [Int], seed: Int) {
    let stream = RandomStream(seed: seed, name: "compiler-tour")
    self.init(Shape(extents), .float32) { 2 * stream.uniform(at: $0) - 1 }
  }
}
