import TapestryGraph

extension PassPlan {
  /// The passes every program goes through. Rules after `canonicalize` leave canonical form behind, because they are
  /// run together with the rules that make it.
  package static let standard = PassPlan(
    [RerollPass()] + first + [MergeScansPass(), LoopsPass(step(BodyOptions.deepest))] + moving + simplifying
      + [ProductSumsPass()])

  /// The passes the step of a loop goes through, when so many loops may be nested in it.
  private static func step(_ depth: Int) -> PassPlan {
    PassPlan(first + [MergeScansPass()] + (depth > 1 ? [LoopsPass(step(depth - 1))] : []) + moving + simplifying)
  }

  /// What is moved out of simplified loops and dropped from them.
  private static let moving: [any Pass] = [LoopProductsPass(), TrimLoopsPass()]

  private static let first: [any Pass] = [
    RulePass("canonicalize", "Gives expressions of one meaning one form.", CanonicalRules.all)
  ]

  private static let simplifying: [any Pass] = [
    RulePass("fold", "Computes what is known already.", FoldRules.all + FoldRules.loops),
    RulePass(
      "stabilize", tags: ["simplify"], "Replaces forms that lose digits or overflow.",
      StabilityRules.all + CanonicalRules.all),
    RulePass(
      "algebra", tags: ["simplify"], "Does less arithmetic for the same value.",
      AlgebraRules.all + ConvolutionRules.all + CanonicalRules.all),
    RulePass(
      "pooling", tags: ["simplify"], about: [PoolScatter.self],
      "Works on what pooling keeps instead of the image it came from.",
      PoolingRules.all + CanonicalRules.all),
    RulePass(
      "crops", tags: ["simplify"], about: [MaxPool.self, SumPool.self, PoolScatter.self],
      "Leaves out places of images that no window of a pool reaches.",
      CropRules.all + CanonicalRules.all),
    RulePass(
      "lookups", tags: ["simplify"], about: [Gather.self, ScatterAdd.self],
      "Works on the rows of a table instead of the rows looked up in it.",
      LookupRules.all + CanonicalRules.all),
    RulePass(
      "views", tags: ["simplify"], "Moves transposes, reshapes and cuts to where they cost nothing.",
      ViewRules.all + CanonicalRules.all),
    RulePass("fold", "Computes what is known by now.", FoldRules.all + CanonicalRules.all),
    DeadCodePass(),
  ]
}
