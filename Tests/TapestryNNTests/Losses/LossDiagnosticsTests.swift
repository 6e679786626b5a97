import TapestryCore
import TapestryGraph
import TapestryNN
import Testing

/// What wrong use of losses is told.
@Suite struct LossDiagnosticsTests {
  /// The one diagnostic that building something records.
  private func fault(_ build: (Graph) -> Tensor) -> String {
    let graph = Graph()
    #expect(build(graph).isPoisoned)
    #expect(graph.diagnostics.count == 1)
    return graph.diagnostics.first?.description ?? ""
  }

  /// A loss of a prediction and a target, at line 3.
  typealias Pair = @Sendable (Tensor, Tensor, Tensor?) -> Tensor

  private static let pairs: [(String, Pair)] = [
    ("meanSquaredError", { meanSquaredError($0, $1, mask: $2, file: "App/Main.swift", line: 3) }),
    ("meanAbsoluteError", { meanAbsoluteError($0, $1, mask: $2, file: "App/Main.swift", line: 3) }),
    ("huberLoss", { huberLoss($0, $1, mask: $2, file: "App/Main.swift", line: 3) }),
    ("sigmoidCrossEntropy", { sigmoidCrossEntropy($0, $1, mask: $2, file: "App/Main.swift", line: 3) }),
    ("binaryCrossEntropy", { binaryCrossEntropy($0, $1, mask: $2, file: "App/Main.swift", line: 3) }),
  ]

  @Test(arguments: pairs.indices) func targetsThatDoNotGoWithThePrediction(row: Int) {
    let (name, loss) = Self.pairs[row]
    #expect(
      fault { loss($0.input("x", [4]), $0.input("t", [4, 1]), nil) }
        == "App/Main.swift:3: \(name) of float32[4] and float32[4, 1]: the target does not broadcast to [4]; reshape the "
        + "target: `x.reshape([4])`")
    #expect(
      fault { loss($0.input("x", [4]), $0.input("t", [4], .int32), nil) }
        == "App/Main.swift:3: \(name) of float32[4] and int32[4]: float32 and int32 do not mix; cast the target: "
        + "`cast(x, to: .float32)`")
    #expect(
      fault { loss($0.input("x", [4], .int32), $0.input("t", [4], .int32), nil) }
        == "App/Main.swift:3: \(name) of int32[4]: int32 is not a type it takes; cast to a float type: "
        + "`cast(x, to: .float32)`")
    #expect(
      fault { loss($0.input("x", [4]), $0.input("t", [4]), $0.input("m", [3], .bool)) }
        == "App/Main.swift:3: \(name) of float32[4]: the mask is bool[3], the losses have shape [4]; give a bool mask "
        + "that broadcasts to them, true where a loss counts")
  }

  /// A loss of scores, labels, class weights, smoothing and mask, at line 3.
  typealias Classes = @Sendable (Tensor, Tensor, Tensor?, Double, Tensor?) -> Tensor

  private static let classes: [(String, Classes)] = [
    (
      "softmaxCrossEntropy",
      {
        softmaxCrossEntropy(
          $0, $1, classWeights: $2, labelSmoothing: $3, mask: $4, file: "App/Main.swift", line: 3)
      }
    ),
    (
      "categoricalCrossEntropy",
      {
        categoricalCrossEntropy(
          $0, $1, classWeights: $2, labelSmoothing: $3, mask: $4, file: "App/Main.swift", line: 3)
      }
    ),
  ]

  @Test(arguments: classes.indices) func labelsThatDoNotGoWithTheClasses(row: Int) {
    let (name, loss) = Self.classes[row]
    let head = "App/Main.swift:3: \(name) of float32[4, 3]"
    #expect(
      fault { loss($0.input("x", [4, 3]), $0.input("t", [4, 1], .int32), nil, 0, nil) }
        == "\(head) and int32[4, 1]: the labels have shape [4, 1], not [4]; give one class for each example")
    #expect(
      fault { loss($0.input("x", [4, 3]), $0.input("t", [4, 3], .float64), nil, 0, nil) }
        == "\(head) and float64[4, 3]: the labels are float64; give classes as int32 [4] or probabilities as float32 "
        + "[4, 3]")
    #expect(
      fault { loss($0.input("x", [4, 3]), $0.input("t", [4], .int32), $0.input("w", [4]), 0, nil) }
        == "\(head) and int32[4]: the class weights are float32[4]; give one for each class: float32[3]")
    #expect(
      fault { loss($0.input("x", [4, 3]), $0.input("t", [4], .int32), nil, 2, nil) }
        == "\(head): the label smoothing is 2.0; give a share in 0 ... 1")
    #expect(
      fault { loss($0.input("x", [4, 3]), $0.input("t", [4], .int32), nil, 0, $0.input("m", [4, 3], .bool)) }
        == "\(head): the mask is bool[4, 3], the losses have shape [4]; give a bool mask that broadcasts to them, true "
        + "where a loss counts")
  }

  @Test func otherSettings() {
    #expect(
      fault { huberLoss($0.input("x", [4]), $0.input("t", [4]), delta: 0, file: "App/Main.swift", line: 3) }
        == "App/Main.swift:3: huberLoss of float32[4] and float32[4]: delta is 0.0; give a number above 0")
    #expect(
      fault {
        sigmoidCrossEntropy(
          $0.input("x", [4, 2]), $0.input("t", [4, 2]), positiveWeight: $0.input("w", [3]), file: "App/Main.swift",
          line: 3)
      }
        == "App/Main.swift:3: sigmoidCrossEntropy of float32[4, 2] and float32[3]: the positive weight does not "
        + "broadcast to [4, 2]; reshape the positive weight: `x.reshape([4, 2])`")
    #expect(
      fault { hingeLoss($0.input("x", [4]), $0.input("t", [5]), file: "App/Main.swift", line: 3) }
        == "App/Main.swift:3: hingeLoss of float32[4] and float32[5]: the tensor of signs does not broadcast to [4]; "
        + "reshape the tensor of signs: `x.reshape([4])`")
    #expect(
      fault { klDivergence($0.input("x", []), $0.input("t", []), file: "App/Main.swift", line: 3) }
        == "App/Main.swift:3: klDivergence of float32[]: axis -1 is outside the 0 axes of []; a scalar has no axes")
  }
}
