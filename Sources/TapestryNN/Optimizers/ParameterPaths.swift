import Foundation
import TapestryCore

// A pattern is compared with a path name by name. It fits when it fits the whole path or the beginning of it, so the path
// of a scope names everything in the scope. Within a name the shell's rules hold (`fnmatch`): `*` is any letters, `?`
// is one. `**` in place of a name is any number of names, none included.

/// Parameters named by their paths: all those that one of some patterns fits.
///
/// A pattern is the path of a parameter (`head/weight`) or of a scope, with everything in it (`head`). `*` stands for any
/// letters of one name and `**` for any number of names, so `block*/norm` is the normalisation of each block, and
/// `**/bias` is every bias.
///
/// ```swift
/// t.minimize(cost, with: .adamW(except: ["**/bias", "**/scale"]), freezing: ["trunk"])
/// ```
///
/// A pattern that fits no parameter of the program is a diagnostic, with the nearest path.
public struct ParameterPaths: Hashable, Sendable, ExpressibleByArrayLiteral, ExpressibleByStringLiteral {
  /// The patterns.
  public let patterns: [String]

  /// The parameters that one of the patterns fits.
  public init(_ patterns: [String]) { self.patterns = patterns }
  /// The parameters that one of the patterns fits.
  public init(arrayLiteral patterns: String...) { self.init(patterns) }
  /// The parameters that a pattern fits.
  public init(stringLiteral pattern: String) { self.init([pattern]) }

  /// Whether one of the patterns fits a path.
  public func contains(_ path: String) -> Bool { patterns.contains { Self.fits($0, path) } }

  /// The one scope or parameter that is named in full, without `*` and `?`; nil for several and for patterns.
  var plainPath: String? {
    guard patterns.count == 1, let path = patterns.first, !path.contains(where: { "*?[".contains($0) }) else {
      return nil
    }
    return path
  }

  /// A diagnostic for each pattern that fits none of the paths.
  ///
  /// - Parameter use: what the patterns are for, such as "to freeze".
  func faults(among paths: [String], _ use: String, at place: SourcePlace) -> [TapestryError] {
    patterns.filter { pattern in !paths.contains { Self.fits(pattern, $0) } }.map { pattern in
      let letters = pattern.hasPrefix("**/") ? String(pattern.dropFirst(3)) : pattern
      let names = paths.compactMap { $0.split(separator: "/").last.map(String.init) }
      let near = nearest(to: letters, in: letters == pattern ? paths + scopes(of: paths) : names)
      return TapestryError(
        .noGradient, "no parameter has the path '\(pattern)' \(use)",
        remedy: near.map { "did you mean '\(letters == pattern ? "" : "**/")\($0)'?" }
          ?? (paths.isEmpty ? "make parameters with `scope.parameter` first" : "give a path such as '\(paths[0])'"),
        at: place)
    }
  }

  private static func fits(_ pattern: String, _ path: String) -> Bool {
    let names = pattern.split(separator: "/")
    return !names.isEmpty && fits(names[...], path.split(separator: "/")[...])
  }

  private static func fits(_ pattern: ArraySlice<Substring>, _ path: ArraySlice<Substring>) -> Bool {
    guard let first = pattern.first else { return true }
    if first == "**" {
      return (path.startIndex...path.endIndex).contains { fits(pattern.dropFirst(), path[$0...]) }
    }
    guard let name = path.first, fnmatch(String(first), String(name), 0) == 0 else { return false }
    return fits(pattern.dropFirst(), path.dropFirst())
  }
}

/// The scopes that paths lie in, sorted.
func scopes(of paths: [String]) -> [String] {
  var scopes: Set<String> = []
  for path in paths {
    let parts = path.split(separator: "/")
    for length in 1..<Swift.max(parts.count, 1) { scopes.insert(parts.prefix(length).joined(separator: "/")) }
  }
  return scopes.sorted()
}
