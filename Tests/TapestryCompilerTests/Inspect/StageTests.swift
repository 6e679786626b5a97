import TapestryCompiler
import TapestryCore
import TapestryGraph
import TapestryTape
import Testing

/// A small program at every stage: one layer, a loss, a step down the gradient.
@Suite struct StageTests {
  private let compiled: CompiledProgram

  init() throws {
    let graph = Graph()
    let scope = graph.scope("layer")
    let x = graph.input("x", [3, 4])
    let weight = scope.parameter("weight", [4, 2], .ones)
    let loss = sum(tanh(dot(x, weight) * 2))
    graph.report("loss", loss)
    let gradient = gradients(of: loss, in: [weight])[0]
    scope.assign("weight", weight - 0.5 * gradient)
    compiled = try CompiledProgram(graph)
  }

  /// The lines of the forward graph, with which every graph on the way begins.
  private let forward = #"""
    %0 = input "x" : float32[3, 4]
    %1 = variable "layer/weight" : float32[4, 2]
    %2 = dot(%0, %1) : float32[3, 2]
    %3 = constant 2.0 : float32[]
    %4 = multiply(%2, %3) : float32[3, 2]
    %5 = tanh(%4) : float32[3, 2]
    %6 = sum(%5) over: [0, 1] : float32[]

    """#

  /// The text without what stands behind `#`: the places depend on the lines of this file.
  private func text(_ stage: Stage) -> String {
    compiled.text(of: stage).split(separator: "\n", omittingEmptySubsequences: false).map { line in
      guard stage != .memory, let mark = line.firstIndex(of: "#") else { return String(line) }
      return String(line[..<mark].reversed().drop { $0 == " " }.reversed())
    }.joined(separator: "\n")
  }

  @Test func theForwardGraph() {
    #expect(
      text(.graph) == forward + """
        return loss = %6

        """)
  }

  @Test func theWholeTrace() {
    #expect(
      text(.gradient) == forward + #"""
        %7 = constant 1.0 : float32[]
        %8 = reshape(%7) to: [1, 1] : float32[1, 1]
        %9 = broadcast(%8) to: [3, 2] : float32[3, 2]
        %10 = multiply(%5, %5) : float32[3, 2]
        %11 = subtract(%7, %10) : float32[3, 2]
        %12 = multiply(%9, %11) : float32[3, 2]
        %13 = multiply(%12, %3) : float32[3, 2]
        %14 = transpose(%0) by: [1, 0] : float32[4, 3]
        %15 = dot(%14, %13) : float32[4, 2]
        %16 = constant 0.5 : float32[]
        %17 = multiply(%16, %15) : float32[4, 2]
        %18 = subtract(%1, %17) : float32[4, 2]
        %19 = assign(%18) "layer/weight" version 1 : float32[4, 2]
        return loss = %6, state "layer/weight" = %19

        """#)
  }

  @Test func afterThePasses() {
    #expect(
      text(.optimized) == forward + #"""
        %7 = constant 1.0 : float32[]
        %8 = multiply(%5, %5) : float32[3, 2]
        %9 = subtract(%7, %8) : float32[3, 2]
        %10 = multiply(%9, %3) : float32[3, 2]
        %11 = transpose(%0) by: [1, 0] : float32[4, 3]
        %12 = dot(%11, %10) : float32[4, 2]
        %13 = constant 0.5 : float32[]
        %14 = multiply(%12, %13) : float32[4, 2]
        %15 = subtract(%1, %14) : float32[4, 2]
        return loss = %6, state "layer/weight" = %15

        """#)
  }

  @Test func theKernels() {
    #expect(
      text(.fused) == #"""
        3 kernels, 3 of them fused; 2 edges between fusable nodes left

        kernel 0: dot and 5 more in layer
          space [3, 2], tile program of 10 instructions
          %2 = dot(%0, %1) : float32[3, 2]
          %4 = multiply(%2, %3) : float32[3, 2]
          %5 = tanh(%4) : float32[3, 2]
          %8 = multiply(%5, %5) : float32[3, 2]
          %9 = subtract(%7, %8) : float32[3, 2]
          %10 = multiply(%9, %3) : float32[3, 2]
          apart: %6 (kernel 1) from %5: the epilogue of a product does not reduce
          apart: %12 (kernel 2) from %10: 'dot' is an instruction of its own

        kernel 1: sum in layer
          space [(3), (2)], tile program of 4 instructions
          %6 = sum(%5) over: [0, 1] : float32[]

        kernel 2: dot and 2 more in layer (gradient)
          space [4, 2], tile program of 6 instructions
          %12 = dot(%11, %10) : float32[4, 2]
          %14 = multiply(%12, %13) : float32[4, 2]
          %15 = subtract(%1, %14) : float32[4, 2]

        """#)
  }

  @Test func theTape() {
    #expect(
      text(.tape) == #"""
        arena 192 bytes, 3 instructions, 2 waves
        feed 0: "x" float32[3, 4]
        state 0: "layer/weight" float32[4, 2] written
        wave 0
          0: dot float32 [3, 2] 10 ops (arena+0, arena+64, feed[0]+0, state[0]+0)
        wave 1 commits
          1: region float32 [(6)] 4 ops (arena+0, arena+128)
          2: dot float32 [4, 2] 6 ops (state[0]+0, state[0]+0, feed[0]+0, arena+64)
        output "loss" float32[] <- arena+128

        """#)
  }

  @Test func theArena() {
    #expect(
      text(.memory) == #"""
        arena 192 bytes, 2 waves; 192 bytes alive in wave 1, the peak; 52 bytes in all values
        offset   bytes  waves  values
             0      24  ##     tanh in layer
            64      24  ##     multiply in layer (gradient)
           128       4  .#     sum in layer
        alive at the peak:
          24 bytes: tanh in layer
          24 bytes: multiply in layer (gradient)
          4 bytes: sum in layer

        """#)
  }

  @Test(arguments: Stage.allCases) func drawnTwiceIsTheSame(_ stage: Stage) {
    let drawing = compiled.drawing(of: stage)
    #expect(drawing.hasPrefix("digraph \"\(stage)\" {\n") && drawing == compiled.drawing(of: stage))
  }

  /// Instructions read what was written last at their place, and in-place updates are boxes of their own.
  @Test func theEdgesOfTheTape() {
    let lines = compiled.drawing(of: .tape).split(separator: "\n").filter { $0.contains(" -> ") }
    #expect(
      lines.joined()
        == "  m1 -> i0;  m2 -> i0;  i0 -> m3;  i0 -> m4;  m3 -> i1;  i1 -> m5;  m2 -> i2;  m1 -> i2;  m4 -> i2;  i2 -> m6;  m5 -> m7;"
    )
  }

  @Test func theArenaIsATableWithThePeakInRed() {
    let drawing = compiled.drawing(of: .memory)
    #expect(drawing.split(separator: "<tr>").count == 6 && drawing.split(separator: "#e53935").count == 4)
    #expect(drawing.contains("<td align=\"left\">multiply in layer (gradient)</td>"))
  }

  @Test func kernelsAreFramesWithTheirLength() {
    let drawing = compiled.drawing(of: .fused)
    #expect(drawing.contains("label=\"kernel 0: dot and 5 more in layer, 10 ops\""))
    #expect(!compiled.drawing(of: .optimized).contains("kernel 0"))
  }
}
