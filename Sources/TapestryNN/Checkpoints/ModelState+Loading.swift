public import TapestryCompiler
public import TapestryCore

extension ModelState {
  /// Takes values over from another state, such as one read from a file.
  ///
  /// ```swift
  /// var state = try program.initialState(seed: 1)
  /// try state.load(from: ModelState(contentsOf: "model.safetensors"))              // everything
  /// try state.load(from: ModelState(contentsOf: "trunk.npz"), into: "trunk")       // one scope of it
  /// ```
  ///
  /// All or nothing: the paths to be loaded must be the same on both sides, in shape and element type, or the state stays
  /// as it was and the error lists each path that is missing, unexpected or misshapen, with "did you mean". What is
  /// outside of the paths given stays as it is and is not compared.
  ///
  /// - Parameters:
  ///   - other: the state to take values from.
  ///   - paths: what to load; a path the state holds means that value alone, any other path the scope of that name with
  ///     everything in it. None means everything.
  /// - Throws: `invalidState` when the paths to be loaded differ, or the state holds nothing at a path given.
  public mutating func load(from other: ModelState, into paths: String...) throws(TapestryError) {
    let difference = try difference(from: other, paths)
    guard difference.isEmpty else {
      throw TapestryError(
        .invalidState, "the state to load does not fit",
        remedy: "load a state of the same model, or name the paths to load", notes: difference.notes)
    }
    for path in try covered(paths) { self[path] = other[path] }
  }

  /// How this state differs from another at paths given as for ``load(from:into:)``, without loading anything.
  ///
  /// - Throws: `invalidState` when the state holds nothing at a path given.
  public func difference(from other: ModelState, in paths: String...) throws(TapestryError) -> StateDifference {
    try difference(from: other, paths)
  }

  private func difference(from other: ModelState, _ paths: [String]) throws(TapestryError) -> StateDifference {
    let own = try covered(paths)
    let misshapen = own.compactMap { path -> StateDifference.Misfit? in
      guard let expected = self[path]?.type, let found = other[path]?.type, expected != found else { return nil }
      return StateDifference.Misfit(path: path, expected: expected, found: found)
    }
    return StateDifference(
      missing: own.filter { other[$0] == nil },
      unexpected: other.paths.filter { path in
        self[path] == nil && (paths.isEmpty || paths.contains { path.hasPrefix($0 + "/") && self[$0] == nil })
      },
      misshapen: misshapen)
  }

  /// The paths of this state that paths and scopes name, sorted; all for none.
  func covered(_ names: [String]) throws(TapestryError) -> [String] {
    guard !names.isEmpty else { return paths }
    var covered: Set<String> = []
    for name in names {
      let inside = self[name] == nil ? paths.filter { $0.hasPrefix(name + "/") } : [name]
      guard !inside.isEmpty else {
        let near = nearest(to: name, in: scopes(of: paths) + paths).map { "did you mean '\($0)'?" }
        throw TapestryError(
          .invalidState, "the state holds nothing at '\(name)'", remedy: near ?? "give a path or scope it holds")
      }
      covered.formUnion(inside)
    }
    return covered.sorted()
  }
}
