import TapestryCompiler

extension ModelState {
  /// The learning rates of all optimizers, by the names they have in a history.
  var namedLearningRates: [(name: String, rate: Double)] {
    paths.filter { $0.hasSuffix("/rate") }.compactMap { path in
      let optimizer = path.dropLast("/rate".count)
      let parts = optimizer.split(separator: "/")
      guard let last = parts.last, last == "optimizer" || last.hasPrefix("optimizer-") else { return nil }
      let owner = last == "optimizer" ? parts.dropLast() : parts[...]
      return learningRate(of: String(optimizer)).map { ((owner + ["learning_rate"]).joined(separator: "/"), $0) }
    }
  }
}
