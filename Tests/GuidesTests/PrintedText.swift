/// Whether two texts say the same: numbers with a point or an exponent may differ by the hundredth part or by a
/// millionth, since instruction sets round differently, all else may not.
func agree(_ a: String, _ b: String) -> Bool {
  let number = /-?\d+(\.\d+(e[-+]?\d+)?|e[-+]?\d+)/
  func values(_ text: String) -> [Double] { text.matches(of: number).compactMap { Double($0.0) } }
  let (x, y) = (values(a), values(b))
  guard a.replacing(number, with: "#") == b.replacing(number, with: "#"), x.count == y.count else { return false }
  return zip(x, y).allSatisfy { abs($0 - $1) <= max(1e-6, 0.01 * max(abs($0), abs($1))) }
}
