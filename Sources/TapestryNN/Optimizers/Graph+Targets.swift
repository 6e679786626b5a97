import TapestryCore
import TapestryGraph

extension Graph {
  /// The parameters to minimize over, in order of declaration, each with the version to differentiate by; diagnoses
  /// what cannot be.
  func targets(
    of loss: Tensor, _ choice: Minimized, _ frozen: ParameterPaths, _ place: SourcePlace
  ) -> [(path: String, tensor: Tensor)] {
    let store = snapshot
    let reach = LossReach(store, of: loss.value)
    if case .listed(let tensors) = choice { return listed(tensors, store, reach, place) }
    let chosen = store.effects.variables.filter { $0.isTrainable && choice.covers($0.path) }
    let candidates = chosen.filter { !frozen.contains($0.path) }
    let found = candidates.compactMap { variable in
      reach.differentiable[variable.path].map { (variable.path, Tensor(self, $0)) }
    }
    if found.isEmpty { diagnose(nothingReached(candidates.map(\.path), reach, choice, frozen, place)) }
    return found
  }

  private func listed(
    _ tensors: [Tensor], _ store: GraphStore, _ reach: LossReach, _ place: SourcePlace
  ) -> [(path: String, tensor: Tensor)] {
    guard !tensors.isEmpty else {
      diagnose(
        TapestryError(
          .noGradient, "an empty list of parameters is to be minimized over",
          remedy: "list parameters, or leave `over` out for all the loss reaches", at: place))
      return []
    }
    var found: [(path: String, tensor: Tensor)] = []
    var seen: Set<String> = []
    for tensor in tensors where !tensor.isPoisoned {
      guard tensor.graph === self, let path = store.variablePath(of: Int(tensor.value.node)) else {
        diagnose(
          TapestryError(
            .noGradient, "\(tensor) is minimized over, but is no parameter of this tracing",
            remedy: "list tensors that `scope.parameter` gave", at: place))
        continue
      }
      guard store.isTrainable(path) else {
        diagnose(
          TapestryError(
            .noGradient, "state '\(path)' is minimized over, but is not trainable",
            remedy: "declare it with `parameter` instead of `state`", at: place))
        continue
      }
      guard seen.insert(path).inserted else { continue }
      if let version = reach.differentiable[path] {
        found.append((path, Tensor(self, version)))
      } else {
        diagnose(unreached(path, reach, place))
      }
    }
    return found
  }

  private func unreached(_ path: String, _ reach: LossReach, _ place: SourcePlace) -> TapestryError {
    guard let cut = reach.cut(of: path) else {
      return TapestryError(
        .noGradient, "the loss does not reach parameter '\(path)'",
        remedy: "use it in the loss, or leave it out of the list", at: place)
    }
    let location = cut.place.map { " at \($0)" } ?? ""
    return TapestryError(
      .noGradient, "the loss reaches parameter '\(path)' only through '\(cut.op)'\(location), which no gradient passes",
      remedy: "let a path without it lead there, or leave the parameter out of the list", at: place)
  }

  private func nothingReached(
    _ paths: [String], _ reach: LossReach, _ choice: Minimized, _ frozen: ParameterPaths, _ place: SourcePlace
  ) -> TapestryError {
    var message = "the loss reaches no parameter"
    switch choice {
    case .within(let scope): message += " of scope '\(scope.path)'"
    case .matching(let paths): message += " of \(paths.patterns.map { "'\($0)'" }.joined(separator: " and "))"
    case .reached, .listed: break
    }
    if !frozen.patterns.isEmpty { message += " that is not frozen" }
    let cut = paths.lazy.compactMap { path in reach.cut(of: path).map { (path, $0) } }.first
    if let (path, cut) = cut {
      let location = cut.place.map { " at \($0)" } ?? ""
      message += " but through cuts: '\(path)' only through '\(cut.op)'\(location)"
      return TapestryError(
        .noGradient, message, remedy: "let a path without cuts lead from the loss to a parameter", at: place)
    }
    return TapestryError(
      .noGradient, message, remedy: "make parameters with `scope.parameter` and use them in the loss", at: place)
  }
}

extension Minimized {
  /// Whether a path is inside.
  fileprivate func covers(_ path: String) -> Bool {
    switch self {
    case .within(let scope): scope.path.isEmpty || path.hasPrefix(scope.path + "/")
    case .matching(let paths): paths.contains(path)
    case .reached, .listed: true
    }
  }
}

extension GraphStore {
  fileprivate func isTrainable(_ path: String) -> Bool {
    effects.variableIndex[path].map { effects.variables[$0].isTrainable } ?? false
  }
}
