import Foundation
import TapestryCompiler
import TapestryNN
import TapestryNotebook
import Testing

@Suite struct InspectTests {
  private static let names = CatalogueModel.all.map(\.name)
  private static let stages = Stage.allCases.map(\.rawValue)

  /// Each model is compiled once for all stages; the command itself is held to the same texts by one.
  @Test(arguments: names) func everyStagePrints(_ name: String) throws {
    let program = try CatalogueModel.named(name).compiled()
    for stage in Stage.allCases {
      #expect(program.text(of: stage).hasSuffix("\n"), "\(stage)")
      let drawing = program.drawing(of: stage)
      #expect(drawing.hasPrefix("digraph \"\(stage)\" {\n") && drawing.hasSuffix("}\n"), "\(stage)")
    }
  }

  /// The pictures of the library need no Graphviz; nothing in them lies over anything else.
  @Test(arguments: names) func everyStageIsLaidOut(_ name: String) throws {
    let program = try CatalogueModel.named(name).compiled()
    for stage in Stage.allCases {
      for folded in [false, true] {
        guard let diagram = program.diagram(of: stage, folded: folded) else { continue }
        #expect(DiagramLayout(diagram).fault(in: diagram) == nil, "\(stage)\(folded ? ", folded" : "")")
      }
    }
  }

  @Test func theCommandPrintsEveryStage() throws {
    let program = try CatalogueModel.named("gelu").compiled()
    for stage in Stage.allCases {
      let text = Transcript("inspect", "gelu", "--stage", stage.rawValue)
      #expect(text.status == 0 && text.errors.isEmpty && text.output == program.text(of: stage))
      let drawing = Transcript("inspect", "gelu", "--stage", stage.rawValue, "--format", "dot")
      #expect(drawing.status == 0 && drawing.output == program.drawing(of: stage))
    }
  }

  @Test func stagesAreWhatTheySay() {
    func text(_ stage: String) -> String { Transcript("inspect", "gelu", "--stage", stage).output }
    #expect(!text("graph").contains("gradient") && !text("graph").contains("update"))
    #expect(text("gradient").contains("gradient") && text("gradient").contains("state \"dense/weight\" ="))
    #expect(text("optimized").split(separator: "\n").count < text("gradient").split(separator: "\n").count)
    #expect(text("fused").hasPrefix("4 kernels, 4 of them fused"))
    #expect(text("fused").contains("apart: ") && text("fused").contains("the epilogue of a product does not reduce"))
    #expect(text("tape").contains("wave 0\n") && text("tape").contains("output \"loss\""))
    #expect(text("memory").contains("the peak") && text("memory").contains("alive at the peak:\n"))
  }

  @Test func passesAreStages() throws {
    let inspection = try CatalogueModel.named("gelu").program().inspection(for: CatalogueModel.named("gelu").feeds)
    for pass in inspection.passes {
      #expect(Transcript("inspect", "gelu", "--stage", pass).output == (try inspection.text(of: pass)))
    }
    let picture = Transcript("inspect", "gelu", "--stage", "fold.2", "--format", "svg")
    #expect(picture.output == (try inspection.svg(of: "fold.2")))
    #expect(Transcript("inspect", "gelu", "--memory", "svg").output == inspection.arenaSVG)
    let wrong = Transcript("inspect", "gelu", "--stage", "algabra")
    #expect(wrong.status == 2 && wrong.errors.contains("did you mean 'algebra'?"))
  }

  @Test func questionsAreAnswered() throws {
    func answer(_ question: String...) -> String { Transcript(["inspect", "gelu"] + question).output }
    #expect(answer("--diff", "gradient", "dead-code").hasPrefix("gradient -> dead-code: 57 nodes, then 47; "))
    #expect(answer("--explain", "loss").contains("\nkernel: 1: ") && answer("--explain", "loss").contains("\ntime: "))
    #expect(answer("--explain", "%3", "--stage", "canonicalize").contains("\nstage: canonicalize\n"))
    #expect(answer("--why-not-fused", "%9", "loss").contains("is in kernel 0, %18 in 1: "))
    #expect(answer("--peak").contains("16640 bytes alive in wave 1, the peak"))
    #expect(answer("--memory", "text") == answer("--stage", "memory"))
    let layers = Transcript("inspect", "mlp-digits", "--summary").output
    #expect(layers.contains("mlp/layer0  float32[32, 128]        8320  536576"))
  }

  @Test func questionsThatCannotBeAnswered() {
    func error(_ question: String...) -> String {
      let asked = Transcript(["inspect", "gelu"] + question)
      #expect(asked.status == 2 && asked.output.isEmpty)
      return asked.errors
    }
    #expect(error("--diff", "gradient").contains("has one value and takes two"))
    #expect(error("--diff", "gradient", "tape").contains("stage 'tape' is no graph"))
    #expect(error("--explain", "dense/wieght").contains("did you mean 'dense/weight'?"))
    #expect(error("--explain", "%1000").contains("they go from %0 to %46"))
    #expect(error("--why-not-fused", "%1", "lose").contains("did you mean 'loss'?"))
    #expect(error("--peak", "--summary").contains("two questions"))
    #expect(error("--memory", "png").contains("one of text, dot, svg"))
  }

  @Test func aLoopIsPrintedAndDrawn() {
    #expect(Transcript("inspect", "rnn", "--stage", "tape").output.contains("loop 6 times"))
    let drawing = Transcript("inspect", "rnn", "--stage", "tape", "--format", "dot").output
    #expect(drawing.contains("label=\"loop 6 times\"") && drawing.contains("shape=doubleoctagon"))
  }

  @Test func foldingMakesADrawingShorter() {
    for stage in ["gradient", "fused"] {
      let whole = Transcript("inspect", "gan", "--stage", stage, "--format", "dot").output
      let folded = Transcript("inspect", "gan", "--stage", stage, "--format", "dot", "--fold").output
      #expect(folded.count < whole.count && folded.contains("shape=folder"))
    }
  }

  @Test func passesCanBeLeftOut() {
    func instructions(_ options: String...) -> Int {
      Transcript(["inspect", "gelu", "--stage", "fused"] + options).output.split(separator: "\n").count {
        $0.hasPrefix("kernel ")
      }
    }
    let fused = instructions()
    #expect(instructions("--passes-without", "fusion") > 5 * fused)
    let plain = Transcript("inspect", "gelu", "--passes-without", "algebra,views").output
    #expect(plain != Transcript("inspect", "gelu").output)
    #expect(plain != Transcript("inspect", "gelu", "--stop-after", "canonicalize").output)
  }

  #if os(Linux)
    /// Sets and dictionaries are ordered anew in each process: only another process can show that no order comes from one.
    @Test(arguments: ["cnn", "gan"]) func anotherProcessPrintsTheSameBytes(_ name: String) throws {
      let tool = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent().appendingPathComponent(
        "tapestry")
      for stage in InspectTests.stages {
        for format in ["text", "dot"] {
          let arguments = ["inspect", name, "--stage", stage, "--format", format]
          let process = Process()
          let pipe = Pipe()
          process.executableURL = tool
          process.arguments = arguments
          process.standardOutput = pipe
          try process.run()
          let printed = try pipe.fileHandleForReading.readToEnd()
          process.waitUntilExit()
          let ownBytes = Data(Transcript(arguments).output.utf8)
          #expect(process.terminationStatus == 0 && printed == ownBytes, "\(arguments)")
        }
      }
    }
  #endif
}
