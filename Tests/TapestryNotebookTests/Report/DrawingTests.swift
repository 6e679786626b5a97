import TapestryCompiler
import TapestryCore
import TapestryGraph
import TapestryNotebook
import Testing

@Suite struct DrawingTests {
  private let x = Input("x", [nil, 4])
  private let y = Output("y")

  private var feeds: Feeds { [x: NDArray(zeros: [3, 4])] }

  private var program: Program {
    Program.traced { [x, y] t in
      let weight = t.scope("layer").parameter("weight", [4, 2], .ones)
      t.report(y, sum(tanh(dot(t[x], weight) * 2 + 1)))
      t.scope("layer").assign("weight", weight * 0.5)
    }
  }

  @Test func everyStageIsDrawnTheSameEachTime() throws {
    for stage in DrawnStage.allCases {
      let drawing = try program.drawing(of: stage, for: feeds)
      #expect(drawing.hasPrefix("digraph \"\(stage == .traced ? "gradient" : "\(stage)")\" {\n"))
      #expect(drawing.contains("[label=\"y\", shape=doubleoctagon"))
      #expect(drawing == (try program.drawing(of: stage, for: feeds)))
    }
  }

  @Test func onlyTheFusedStageHasKernels() throws {
    #expect(try program.drawing(of: .fused, for: feeds).contains("label=\"kernel 0: "))
    #expect(!(try program.drawing(of: .optimized, for: feeds).contains("kernel 0")))
  }

  @Test func whatIsAssignedIsDrawnAtEveryStage() throws {
    for stage in DrawnStage.allCases {
      let drawing = try program.drawing(of: stage, for: feeds)
      #expect(drawing.contains("assign layer/weight\"") || drawing.contains("assign\\nlayer/weight\""))
    }
  }

  @Test func aFoldedDrawingIsShorter() throws {
    let whole = try program.drawing(of: .traced, for: feeds)
    let folded = try program.drawing(of: .traced, for: feeds, folded: true)
    #expect(folded.contains("3 elementwise") && folded.count < whole.count)
  }
}
