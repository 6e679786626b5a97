import TapestryCompiler
import TapestryCore
import TapestryGraph
import TapestryTape
import Testing

@Suite struct TapeListingTests {
  /// A step of gradient descent on a linear model: the listing shows the update written straight into the state.
  @Test func ofALinearModel() throws {
    let graph = Graph()
    let scope = graph.scope("line")
    let x = graph.input("x", [8, 3])
    let y = graph.input("y", [8, 1])
    let w = scope.parameter("w", [3, 1], .zeros)
    let loss = mean(square(dot(x, w) - y))
    scope.assign("w", w - 0.1 * gradient(of: loss, in: w))
    graph.report("loss", loss)
    let compiled = try CompiledProgram(graph)
    #expect(
      compiled.tape.listing == """
        arena 192 bytes, 3 instructions, 2 waves
        feed 0: "x" float32[8, 3]
        feed 1: "y" float32[8, 1]
        state 0: "line/w" float32[3, 1] written
        wave 0
          0: dot float32 [8, 1] 8 ops (feed[1]+0, arena+0, arena+64, feed[0]+0, state[0]+0)  # dot and 3 more in line
        wave 1 commits
          1: region float32 [(8)] 6 ops (arena+0, arena+128)  # sum and 1 more in line
          2: dot float32 [3, 1] 6 ops (state[0]+0, state[0]+0, feed[0]+0, arena+64)  # dot and 2 more in line (gradient)
        output "loss" float32[] <- arena+128

        """)
  }
}
