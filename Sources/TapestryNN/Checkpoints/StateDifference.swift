public import TapestryCore

/// How the paths of a state differ from those of one it is to be loaded from.
public struct StateDifference: Sendable, Hashable {
  /// A path both hold in another shape or element type.
  public struct Misfit: Sendable, Hashable {
    /// The path.
    public let path: String
    /// What the state holds there.
    public let expected: TensorType
    /// What the other holds there.
    public let found: TensorType
  }

  /// Paths the other state lacks, sorted.
  public let missing: [String]
  /// Paths only the other state has, sorted.
  public let unexpected: [String]
  /// Paths both hold in another shape or element type, sorted by path.
  public let misshapen: [Misfit]

  /// Whether the states hold the same paths in the same shapes and types.
  public var isEmpty: Bool { missing.isEmpty && unexpected.isEmpty && misshapen.isEmpty }

  /// One line for each path, with the nearest path of the other kind where one is missing or unexpected.
  public var notes: [String] {
    let lacking = missing.map { path in
      let near = nearest(to: path, in: unexpected).map { "; did you mean '\($0)', which is unexpected?" } ?? ""
      return "'\(path)' is missing\(near)"
    }
    let extra = unexpected.map { path in
      let near = nearest(to: path, in: missing).map { "; did you mean '\($0)', which is missing?" } ?? ""
      return "'\(path)' is unexpected\(near)"
    }
    return lacking + extra + misshapen.map { "'\($0.path)' is \($0.found), the state wants \($0.expected)" }
  }
}
