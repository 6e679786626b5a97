public import TapestryCompiler
public import TapestryCore
import TapestryGraph

extension ModelState {
  /// Takes values over from the weights of another library, such as a state dictionary of PyTorch.
  ///
  /// ```swift
  /// var state = try program.initialState(seed: 1)
  /// try state.load(from: ModelState(contentsOf: "mlp.safetensors"), through: [.dense("fc1", as: "mlp/hidden")])
  /// ```
  ///
  /// All or nothing: each array the map names must be there and become a value of the type the state holds at its path,
  /// each array that is there must be named, and each weight of the state must be made; or the state stays as it was and
  /// the error lists what is missing, unexpected or misshapen, with "did you mean". What is no weight stays as it is:
  /// values below the path of another, which optimizers keep there, scopes called `optimizer`, and the random key.
  ///
  /// - Parameters:
  ///   - weights: arrays by the names of the other library.
  ///   - map: what becomes of them.
  ///   - paths: what to load, as for ``load(from:into:)``; none means all weights.
  /// - Throws: `invalidState` when weights, map and state do not fit each other, or the state holds nothing at a path
  ///   given.
  public mutating func load(
    from weights: ModelState, through map: WeightMap, into paths: String...
  ) throws(TapestryError) {
    let wanted = try covered(paths).filter { !isKeptByOptimizer($0) }
    let known = Set(map.entries.flatMap(\.names))
    let names = StateDifference(
      missing: known.filter { weights[$0] == nil }.sorted(),
      unexpected: weights.paths.filter { !known.contains($0) && !map.leavesOut($0) }, misshapen: [])
    var made: [String: NDArray] = [:]
    var faults: [String] = []
    for entry in map.entries {
      let arrays = entry.names.compactMap { weights[$0] }
      guard arrays.count == entry.names.count else { continue }
      do {
        let array = try entry.transform.apply(arrays)
        if made.updateValue(array, forKey: entry.path) != nil { faults.append("'\(entry.path)' is made twice") }
        if let own = self[entry.path]?.type, own != array.type {
          faults.append("\(entry.shown) is \(array.type), the state wants \(own)")
        }
      } catch let error as TapestryError {
        faults.append("\(entry.shown) cannot be made: \(error.message)")
      } catch {
        faults.append("\(entry.shown) cannot be made: \(error)")
      }
    }
    let targets = Set(map.entries.map(\.path))
    let difference = StateDifference(
      missing: wanted.filter { !targets.contains($0) }, unexpected: targets.subtracting(wanted).sorted(),
      misshapen: [])
    let notes = names.notes.map { "weights: " + $0 } + difference.notes.map { "map: " + $0 } + faults
    guard notes.isEmpty else {
      throw TapestryError(
        .invalidState, "the weights do not fit", remedy: "correct the map, or name the paths to load", notes: notes)
    }
    for (path, array) in made { self[path] = array }
  }

  /// Whether a path holds what optimizers or random numbers keep, not a weight.
  private func isKeptByOptimizer(_ path: String) -> Bool {
    let parts = path.split(separator: "/")
    let isBelowAValue = parts.indices.dropFirst().contains { self[parts[..<$0].joined(separator: "/")] != nil }
    return isBelowAValue || parts.dropLast().last == "optimizer" || path == Graph.randomKeyPath
  }
}

extension WeightMap.Entry {
  /// The parameter and what it is made of, as messages show it.
  fileprivate var shown: String { "'\(path)' of " + names.map { "'\($0)'" }.joined(separator: " and ") }
}
