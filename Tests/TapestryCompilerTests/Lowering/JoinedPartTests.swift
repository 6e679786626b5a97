import TapestryCore
import TapestryGraph
import TapestryTape
import Testing

@testable import TapestryCompiler

/// Concatenations whose parts are computed in their places.
@Suite struct JoinedPartTests {
  /// How many parts are copied to their places, where the program computes what the reference does.
  private func copies(_ build: (Graph) -> [Tensor]) throws -> Int {
    let graph = Graph()
    for (place, result) in build(graph).enumerated() { graph.report("y\(place)", result) }
    return try expectCompiledEqualsReference(graph).tape.labels.count { $0 == "concatenate" }
  }

  @Test(arguments: [0, 1, 2]) func whatAKernelComputesIsNotCopied(axis: Int) throws {
    let count = try copies { graph in
      let (a, b) = (graph.input("a", [3, 4, 5]), graph.input("b", [3, 4, 5]))
      return [concatenate([exp(a), a * b, tanh(b)], axis: axis)]
    }
    #expect(count == 0)
  }

  @Test func partsOfSeveralKernelsAreOfOneWhole() throws {
    let count = try copies { graph in
      let (a, b) = (graph.input("a", [3, 4]), graph.input("b", [4, 6]))
      return [concatenate([tanh(dot(a, b)), exp(a), sum(b, over: [1]).broadcast(to: [3, 4]) * a], axis: 1)]
    }
    #expect(count == 0)
  }

  @Test func aStackIsWrittenThroughItsNewAxis() throws {
    let count = try copies { graph in
      let (a, b) = (graph.input("a", [3, 4]), graph.input("b", [3, 4]))
      return [stack([exp(a), a * b], axis: 1)]
    }
    #expect(count == 0)
  }

  @Test func whatIsReadElsewhereOrGivenIsCopied() throws {
    let count = try copies { graph in
      let (a, b) = (graph.input("a", [3, 4]), graph.input("b", [4, 4]))
      let read = exp(a)
      return [concatenate([read, a, tanh(a)], axis: 0), dot(read, b)]
    }
    #expect(count == 2)
  }

  @Test func whatSeveralJoinIsWrittenToEachOfItsPlaces() throws {
    let count = try copies { graph in
      let (a, b) = (graph.input("a", [3, 4]), graph.input("b", [3, 4]))
      let (x, y) = (exp(a), tanh(a * b))
      return [concatenate([x, y, x], axis: 0), concatenate([y, a + b, x], axis: 1), stack([y, a - b], axis: 1)]
    }
    #expect(count == 0)
  }

  @Test(arguments: [false, true]) func aStepOfALoopWritesItsGates(reversed: Bool) throws {
    let count = try copies { graph in
      let w = graph.input("w", [6, 6])
      let values = scan(over: [graph.input("x", [5, 2, 6])], from: [graph.input("h", [2, 6])], reversed: reversed) {
        step in
        let gates = split(dot(step.carries[0], w) + step.inputs[0], parts: 2)
        let next = concatenate([tanh(gates[0]), sigmoid(gates[1])], axis: 1)
        return (carries: [next], outputs: [next * next])
      }
      return [values.carries[0], values.outputs[0]]
    }
    #expect(count == 0)
  }
}
