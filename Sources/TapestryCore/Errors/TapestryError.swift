/// The one public error: what is wrong, where, and what to do about it.
public struct TapestryError: Error, Sendable, Equatable {
  /// The kind of fault, for programs; the message is for people.
  public struct Code: Hashable, Sendable, CustomStringConvertible {
    /// The code as a word.
    public let name: String
    /// A code of that name, for ops of a user's own.
    public init(_ name: String) { self.name = name }
    /// The name.
    public var description: String { name }

    /// A graph with diagnostics was compiled; `notes` holds them, one each.
    public static let invalidGraph = Code("invalidGraph")
    /// Shapes do not fit each other.
    public static let shapeMismatch = Code("shapeMismatch")
    /// Element types do not fit each other or the op.
    public static let dtypeMismatch = Code("dtypeMismatch")
    /// An axis a tensor does not have.
    public static let axisOutOfRange = Code("axisOutOfRange")
    /// An attribute of an op outside what it takes.
    public static let invalidAttribute = Code("invalidAttribute")
    /// A gradient that cannot be had: loss not scalar, parameter not reached, rule missing.
    public static let noGradient = Code("noGradient")
    /// One path declared twice with different shape or type.
    public static let conflictingParameter = Code("conflictingParameter")
    /// Tensors of two graphs in one op.
    public static let mixedGraphs = Code("mixedGraphs")
    /// A feed missing, unknown, or of another shape or type than the input.
    public static let invalidFeed = Code("invalidFeed")
    /// A state that lacks a path or holds it in another shape or type.
    public static let invalidState = Code("invalidState")
    /// An index outside its axis, found while running.
    public static let indexOutOfRange = Code("indexOutOfRange")
    /// Arena and state above the limit given.
    public static let memoryLimit = Code("memoryLimit")
    /// A file or text not in the format expected.
    public static let invalidFile = Code("invalidFile")
    /// A value asked for that the results do not hold.
    public static let unknownOutput = Code("unknownOutput")
    /// A training whose loss is infinite or not a number.
    public static let divergence = Code("divergence")
    /// A wrong option, model or stage on a command line.
    public static let usage = Code("usage")
    /// A fault of Tapestry itself.
    public static let internalFault = Code("internalFault")
  }

  /// The kind of fault.
  public let code: Code
  /// One phrase that names the thing and shows what differs.
  public let message: String
  /// What to do about it.
  public let remedy: String
  /// Where the user wrote it, where that is known.
  public let place: SourcePlace?
  /// The scope path of the tensor concerned, where there is one.
  public let scope: String?
  /// Further facts, one line each; for `invalidGraph` the diagnostics.
  public let notes: [String]

  /// An error; the remedy is a phrase that says what to do.
  public init(
    _ code: Code, _ message: String, remedy: String, at place: SourcePlace? = nil, scope: String? = nil,
    notes: [String] = []
  ) {
    self.code = code
    self.message = message
    self.remedy = remedy
    self.place = place
    self.scope = scope
    self.notes = notes
  }
}

extension TapestryError: CustomStringConvertible {
  /// `place: message (in scope 'path'); remedy`, then each note on a line of its own.
  public var description: String {
    var text = place.map { "\($0): " } ?? ""
    text += message
    if let scope, !scope.isEmpty { text += " (in scope '\(scope)')" }
    text += "; " + remedy
    for note in notes { text += "\n  " + note }
    return text
  }
}
