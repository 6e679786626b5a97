import TapestryCore
import TapestryGraph

// What is the same at every place a sum adds up leaves it:
//
//     sum(c x) = c sum(x)        sum(c x + d) = c sum(x) + n d
//
// Gradients of normalisations are such sums: of a cotangent times each of the factors and terms the normalisation is
// made of. Without those, most of them are one of two sums, of the cotangent and of its product with the distances from
// the mean, so the batch is read once where it was read for each. A term without such a factor keeps the whole
// sum as it is: differences from a mean, say, in whose sum nothing but what rounding has left is added up. What others
// read, too, is made anyway; it is summed as it is, unless the sums it is made of are there already.
extension AlgebraRules {
  static let linearSums: [Rule] = [
    Rule("what does not vary along a sum's axes leaves it", on: Sum.self, .distributes) { m in
      guard m.dtype.isFloat, m.type(0).shape.count > 0, !m.op.axes.isEmpty, let linear = LinearSum(m) else {
        return nil
      }
      return m.isSoleUse(0) || linear.addsNothingNew ? linear.result : nil
    }
  ]
}

/// A sum of terms, each of which does not vary along its axes or is a product with a factor that does not.
private struct LinearSum {
  /// A product: what varies, what does not, and a number.
  private struct Term {
    var varying: [Tensor] = []
    var steady: [Tensor] = []
    var number = 1.0
  }

  private let sum: Match<Sum>
  private var terms: [Term] = []

  /// The most terms that are told apart, and factors of one.
  private static let most = 8

  /// - Returns: nil where a term has no factor but constants that leaves the sum, or nothing stays in it.
  init?(_ sum: Match<Sum>) {
    self.sum = sum
    var open = [(tensor: sum[0], number: 1.0)]
    while let (tensor, number) = open.popLast() {
      let node = sum.reader.match(tensor)
      if let negated = node.typed(Negate.self) {
        open.append((negated[0], -number))
      } else if let added = node.typed(Add.self) {
        open += added.operands.reversed().map { ($0, number) }
      } else if let difference = node.typed(Subtract.self) {
        open += [(difference[1], -number), (difference[0], number)]
      } else {
        terms.append(term(tensor, number))
      }
      if open.count + terms.count > LinearSum.most { return nil }
    }
    guard terms.allSatisfy({ !$0.steady.isEmpty }), terms.contains(where: { !$0.varying.isEmpty }) else { return nil }
  }

  private func term(_ tensor: Tensor, _ number: Double) -> Term {
    var term = Term(number: number)
    var open = [tensor]
    while let next = open.popLast() {
      let product = sum.node(next, Multiply.self)
      if let value = sum.reader.uniformValue(of: next) {
        term.number *= value
      } else if isSteady(next) {
        term.steady.append(next)
      } else if let product, open.count + term.varying.count < LinearSum.most, hasSteadyFactor(product) {
        open += product.operands
      } else {
        term.varying.append(next)
      }
    }
    return term
  }

  /// Whether a tensor repeats along all axes of the sum.
  private func isSteady(_ tensor: Tensor) -> Bool {
    let shape = tensor.shape.padded(to: sum.type(0).shape.rank)
    return sum.op.axes.allSatisfy { shape[$0] == 1 }
  }

  /// Whether one of the factors of a product, or of those it multiplies, repeats.
  private func hasSteadyFactor(_ product: Match<Multiply>) -> Bool {
    product.operands.contains { operand in
      isSteady(operand) || sum.node(operand, Multiply.self)?.operands.contains { isSteady($0) } == true
    }
  }

  /// A tensor without the axes of the sum.
  private func dropped(_ tensor: Tensor) -> Tensor {
    let shape = tensor.shape.padded(to: sum.type(0).shape.rank)
    return tensor.reshape(shape.reducing(sum.op.axes, keepingAxes: false))
  }

  /// The sum of what varies in a term.
  private func varyingSum(_ term: Term) -> Tensor {
    let order = term.varying.sorted { ($0.value.node, $0.value.output) < ($1.value.node, $1.value.output) }
    let rest = order.dropFirst().reduce(order[0]) { $0 * $1 }
    let shape = rest.shape.padded(to: sum.type(0).shape.rank)
    return TapestryGraph.sum(rest.shape == shape ? rest : rest.reshape(shape), over: sum.op.axes)
  }

  /// Whether all that is summed is summed for others, too.
  var addsNothingNew: Bool {
    terms.allSatisfy { $0.varying.isEmpty || sum.reader.uses(of: varyingSum($0)) > 0 }
  }

  /// What a term adds to the result.
  private func total(_ term: Term) -> Tensor {
    var factors = term.steady.map(dropped)
    var number = term.number
    if term.varying.isEmpty {
      number *= Double(sum.op.axes.reduce(1) { $0 * sum.type(0).shape[$1] })
    } else {
      factors.insert(varyingSum(term), at: 0)
    }
    let product = factors.dropFirst().reduce(factors[0]) { $0 * $1 }
    return number == 1 ? product : product * number
  }

  var result: Tensor {
    let totals = terms.map(total)
    let shape = sum.type(0).shape.reducing(sum.op.axes, keepingAxes: false)
    return totals.dropFirst().reduce(totals[0]) { $0 + $1 }.broadcast(to: shape).reshape(sum.shape)
  }
}
