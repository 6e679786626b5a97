import Foundation
import TapestryCore

/// One case of a file of `Tests/References/NN`: what PyTorch computed. See `Tests/Scripts/reference_cases.py`.
struct ReferenceCase: Decodable {
  let name: String
  let inputs: [String: ReferenceArray]
  let parameters: [String: ReferenceArray]
  let outputs: [String: ReferenceArray]
  /// By output: what it is multiplied by in the sum that the gradients are of.
  let weights: [String: ReferenceArray]
  /// By input or parameter.
  let gradients: [String: ReferenceArray]
  /// Variables after the run, by path.
  let state: [String: ReferenceArray]
  /// How the case was trained; nil where it was not.
  let training: Training?

  /// What SGD with momentum 0.9 made of parameters and inputs.
  struct Training: Decodable {
    let rate: Double
    /// What is trained, by input or path, after one update.
    let after1: [String: ReferenceArray]
    /// That and the variables that are not trained, after 20 updates.
    let after20: [String: ReferenceArray]
  }

  /// The case of a name in a family's file.
  static func named(_ name: String, in family: String) throws -> ReferenceCase {
    let tests = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let text = try Data(contentsOf: tests.appending(path: "References/NN/\(family).json"))
    let file = try JSONDecoder().decode(File.self, from: text)
    guard let found = file.cases.first(where: { $0.name == name }) else { throw Missing(name: name, family: family) }
    return found
  }

  private struct File: Decodable { let cases: [ReferenceCase] }
  private struct Missing: Error { let name, family: String }
}
