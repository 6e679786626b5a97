/// One of the products that `TAP_KERNEL_DOT` adds up: the fields of `tap_dot_pair`, as the kernel's parameters hold them.
package struct DotPair: Equatable {
  /// The terms of each sum.
  package var terms: Int
  /// Strides of the left operand, in elements: of the batch axes, of rows, of terms.
  package var left: [Int]
  /// Strides of the right operand, in elements: of the batch axes, of terms, of columns.
  package var right: [Int]
  /// Elements from one panel of the right operand to the next; 0 where it does not lie in panels.
  package var panel: Int

  package init(terms: Int, left: [Int], right: [Int], panel: Int = 0) {
    self.terms = terms
    self.left = left
    self.right = right
    self.panel = panel
  }

  /// The parameters of the kernel: how many products, then the fields of each.
  package static func parameters(of pairs: [DotPair]) -> [Int] {
    pairs.reduce(into: [pairs.count]) { parameters, pair in
      parameters.append(pair.terms)
      parameters += pair.left
      parameters += pair.right
      parameters.append(pair.panel)
    }
  }

  /// How many products parameters of the kernel stand for.
  package static func count(in parameters: [Int]) -> Int { parameters[0] }

  /// The products that parameters of the kernel stand for.
  ///
  /// - Parameter rank: the axes of the result, batch axes among them.
  package static func pairs(in parameters: [Int], rank: Int) -> [DotPair] {
    (0..<count(in: parameters)).map { place in
      let own = parameters[(1 + place * (2 * rank + 2))...].prefix(2 * rank + 2)
      let strides = own.dropFirst()
      return DotPair(
        terms: own.first!, left: Array(strides.prefix(rank)), right: Array(strides.dropFirst(rank).dropLast()),
        panel: own.last!)
    }
  }
}
