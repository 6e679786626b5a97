import TapestryCompiler
import TapestryCore
import TapestryGraph
import TapestryNN
import Testing

/// Ten examples of three classes, counted by hand.
@Suite struct ConfusionMatrixTests {
  private let labels: [Int32] = [0, 0, 0, 0, 1, 1, 1, 2, 2, 2]
  private let predicted: [Int32] = [0, 0, 0, 1, 1, 1, 0, 1, 1, 1]

  /// A metric of the matrix of the examples.
  private func metric(classes: Int = 3, _ body: @escaping @Sendable (Tensor) -> Tensor) throws -> [Double] {
    let out = Output("metric")
    let program = Program.traced { [labels, predicted] t in
      let matrix = confusionMatrix(
        t.graph.constant(NDArray(predicted)), t.graph.constant(NDArray(labels)), classes: classes)
      t.report(out, body(matrix))
    }
    return try program.evaluate(ModelState(), [:]).array(out).doubles
  }

  private func expect(_ values: [Double], _ wanted: [Double]) {
    #expect(values.count == wanted.count)
    #expect(zip(values, wanted).allSatisfy { Swift.abs($0 - $1) < 1e-6 }, "\(values) against \(wanted)")
  }

  @Test func rowsAreTrueAndColumnsPredicted() throws {
    #expect(try metric { $0 } == [3, 1, 0, 1, 2, 0, 0, 3, 0])
  }

  @Test func precisionIsOfWhatWasCalled() throws {
    // Class 2 was never called: a share of nothing is 0.
    expect(try metric { precision($0, average: .each) }, [3.0 / 4, 2.0 / 6, 0])
    expect(try metric { precision($0) }, [2.0 / 6])
    expect(try metric { precision($0, average: .macro) }, [(3.0 / 4 + 2.0 / 6) / 3])
    expect(try metric { precision($0, average: .micro) }, [0.5])
  }

  @Test func recallIsOfWhatIs() throws {
    expect(try metric { recall($0, average: .each) }, [3.0 / 4, 2.0 / 3, 0])
    expect(try metric { recall($0) }, [2.0 / 3])
    expect(try metric { recall($0, average: .macro) }, [(3.0 / 4 + 2.0 / 3) / 3])
    expect(try metric { recall($0, average: .micro) }, [0.5])
  }

  @Test func f1IsTheirHarmonicMean() throws {
    expect(try metric { f1Score($0, average: .each) }, [6.0 / 8, 4.0 / 9, 0])
    expect(try metric { f1Score($0) }, [4.0 / 9])
    expect(try metric { f1Score($0, average: .macro) }, [(6.0 / 8 + 4.0 / 9) / 3])
    expect(try metric { f1Score($0, average: .micro) }, [0.5])
  }

  @Test func aClassOutOfRangeIsAnErrorOfTheRun() {
    let error = #expect(throws: TapestryError.self) { try metric(classes: 2) { $0 } }
    #expect(error?.code == .indexOutOfRange)
  }

  @Test func whatDoesNotFitIsDiagnosedAtTheCallersLine() {
    let graph = Graph()
    let (a, b) = (graph.input("a", [3], .int32), graph.input("b", [4], .int32))
    _ = confusionMatrix(a, b, classes: 2, file: "App/Main.swift", line: 1)
    _ = recall(graph.input("m", [2, 3]), file: "App/Main.swift", line: 2)
    _ = topKAccuracy(graph.input("l", [4, 2]), a, 1, file: "App/Main.swift", line: 3)
    _ = topKAccuracy(graph.input("l", [4, 2]), b, 3, file: "App/Main.swift", line: 4)
    #expect(graph.diagnostics.map { $0.place?.line } == [1, 2, 3, 4])
  }
}
