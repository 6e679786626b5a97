package import TapestryCore
import TapestryGraph

// Sums of products that are one kernel.
//
//     x y + v w                 is one sum of products
//     (s + x y) + v w           is s + (x y + v w), and so for any sum of sums
//
// The kernel of products goes through one product after the other with the result in its registers and its scratch
// memory; added one by one, each would be stored to be read by the next. Such sums are what a step of a recurrent layer
// begins with, and the gradients of a weight that is used more than once. Nothing else may read the products. The steps of
// loops go through the pass, too. It comes after all others, which know a product by its two factors.

/// Makes sums of products one kernel.
package struct ProductSumsPass: Pass {
  package let name = "product-sums"
  package let summary = "Makes one kernel of products that are added up."

  package init() {}

  package func run(_ program: inout ProgramGraph, _ context: inout PassContext) throws(TapestryError) {
    guard program.store.hasOp(Dot.self) || program.store.hasOp(Scan.self) else { return }
    let steps = LoopsPass.rule("a step's products that are added are one", PassPlan([ProductSumsPass()]))
    try RulePass(name, summary, ProductSumRules.all + [steps]).run(&program, &context)
    program = program.cuttingProductsFirst(&context)
  }
}

enum ProductSumRules {
  static let all: [Rule] = [
    Rule("products that are added are one sum of products", on: Add.self, .reassociates) { m in
      guard let left = m.productTerm(0), let right = m.productTerm(1) else { return nil }
      let factors = left.factors + right.factors
      guard factors.count <= 2 * DotSum.mostProducts else { return nil }
      let products = m.result.graph.record(DotSum(), factors)[0]
      let rests = [left.rest, right.rest].compactMap { $0 }
      return rests.isEmpty ? products : rests.dropFirst().reduce(rests[0], +) + products
    }
  ]
}

extension Match<Add> {
  /// An operand as a sum of products, left and right factors in turn, and what is added to it.
  fileprivate func productTerm(_ place: Int) -> (factors: [Tensor], rest: Tensor?)? {
    guard isSoleUse(place), type(place) == type else { return nil }
    if let factors = node(place).productFactors { return (factors, nil) }
    guard let sum = node(place, Add.self) else { return nil }
    let terms = [(0, 1), (1, 0)].compactMap { product, rest -> (factors: [Tensor], rest: Tensor?)? in
      guard sum.isSoleUse(product), sum.type(product) == type else { return nil }
      return sum.node(product).productFactors.map { ($0, sum[rest]) }
    }
    // Of two sums of products that are one no more, the shorter may still grow.
    return terms.min { $0.factors.count < $1.factors.count }
  }
}

extension Match<any Op> {
  /// The factors of a product or a sum of products.
  fileprivate var productFactors: [Tensor]? { OpCatalogue.isProduct(Swift.type(of: op)) ? operands : nil }
}
