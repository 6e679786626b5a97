package import TapestryCore
import TapestryGraph

// Products that need not be made step by step.
//
// With X, Y the tensors whose slices are x, y (axis 0 and the rows as one axis), and W the same in every step:
//
//   dot(x, W) in the step                          is a slice of dot(X, W), made before the loop with what is added to it
//   a stack of dot(y, W), read by nothing else     is dot(Y, W), made after it from a stack of y
//   a carry g + dot(transpose(x), y)               ends as its start + dot(transpose(X), Y)
//   a carry g + sum(y), where y is stacked anyway  ends as its start + sum(Y)
//
// Where x is what another loop hands from step to step, and that starts from zeros, the first step is left out of X.
// The first and third are what a recurrent layer and its gradient consist of: one large product uses the machine better
// than one a step, and the loop is left with what depends on the step before. A piece of what is stacked counts as
// stacked. A carry is taken out only if all that the step adds to it can be. A product of few terms that the step adds to
// another stays there, and the two are one sum of products (`ProductSumsPass`). A loop around loops is left alone: its
// products are over many steps already, and its blocks are there so that not every step is kept. The scan is then cut
// anew from its body: hoisted products become slices, and what is read after the loop is stacked.

/// Moves products out of loops, where one product over all steps does for one in each.
package struct LoopProductsPass: Pass {
  package let name = "loop-products"
  package let summary = "Makes one product over all steps before or after a loop of one in each."

  package init() {}

  package func run(_ program: inout ProgramGraph, _ context: inout PassContext) throws(TapestryError) {
    guard program.store.hasOp(Scan.self) else { return }
    let rule = Rule("a product in every step is one over all steps", on: Scan.self, .skipsZeros) {
      (m: Match<Scan>) -> [Tensor]? in
      guard m.op.length > 0, !m.op.body.store.hasOp(Scan.self) else { return nil }
      var loop = LoopWithProducts(m)
      return loop.moved()
    }
    try RulePass(name, summary, [rule]).run(&program, &context)
  }
}
