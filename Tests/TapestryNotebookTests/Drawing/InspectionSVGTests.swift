import Foundation
import TapestryCompiler
import TapestryCore
import TapestryGraph
import TapestryNotebook
import Testing

#if canImport(FoundationXML)
  import FoundationXML
#endif

@Suite struct InspectionSVGTests {
  private func inspection() throws -> Inspection {
    let x = Input("<x>\"&\u{1}", [nil, 4])
    let program = Program.traced { t in
      let scope = t.scope("layer & co")
      let weight = scope.parameter("weight", [4, 2], .ones)
      let cost = sum(tanh(dot(t[x], weight) * 2))
      t.report(Output("y"), cost)
      scope.assign("weight", weight - gradient(of: cost, in: weight) * 0.5)
    }
    return try program.inspection(for: [x: NDArray(zeros: [3, 4])])
  }

  /// Whatever a user names things, the picture is XML.
  @Test func everyStageIsAWellFormedPicture() throws {
    let inspection = try inspection()
    for stage in inspection.stages {
      let svg = try inspection.svg(of: stage)
      let parser = XMLParser(data: Data(svg.utf8))
      #expect(parser.parse() && svg.hasPrefix("<svg xmlns=") && svg.hasSuffix("</svg>\n"), "\(stage)")
      #expect(svg == (try inspection.svg(of: stage)))
      #expect(!svg.contains("NaN") && svg.contains("prefers-color-scheme:dark"))
    }
  }

  @Test func boxesShowShapesAndPhases() throws {
    let svg = try inspection().svg(of: "gradient")
    #expect(svg.contains(">[3, 2]</text>") && svg.contains("fill=\"var(--tapestry-gradient)\""))
    #expect(svg.contains(">forward</text>") && svg.contains(">gradient</text>"))
  }

  @Test func kernelsAreFramed() throws {
    let inspection = try inspection()
    #expect(try inspection.svg(of: "fused").contains(">kernel 0: "))
    #expect(!(try inspection.svg(of: "optimized").contains(">kernel 0: ")))
  }

  @Test func theArenaHasABlockForEachAndAFrameAroundThePeak() throws {
    let inspection = try inspection()
    let svg = inspection.arenaSVG
    #expect(svg.split(separator: "<g><title>").count - 1 == inspection.arena.count)
    #expect(svg.contains("bytes at 0, waves 0 to") && svg.contains(">the peak</text>"))
  }

  @Test func anUnknownStageSuggestsOne() throws {
    let inspection = try inspection()
    let error = #expect(throws: TapestryError.self) { try inspection.svg(of: "optimised") }
    #expect(error?.code == .usage && error?.remedy.hasPrefix("did you mean 'optimized'?") == true)
  }

  @Test func aPictureNobodyCanReadIsRefused() {
    var diagram = Diagram("large")
    for number in 0...DiagramSVG.mostBoxes {
      _ = diagram.add(Diagram.Box(name: "n\(number)", kind: .operation, lines: []))
    }
    #expect(throws: TapestryError.self) { try DiagramSVG.text(diagram) }
  }
}
