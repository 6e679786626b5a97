import TapestryCore
import TapestryGraph
import Testing

@testable import TapestryCompiler

@Suite struct VerifierTests {
  private func program(_ build: (inout GraphStore) -> Value) -> ProgramGraph {
    var store = GraphStore()
    let value = build(&store)
    return ProgramGraph(store: store, roots: [.init(.output("y"), value)])
  }

  private func fault(_ program: ProgramGraph, canonical: Bool = false) -> TapestryError? {
    do throws(TapestryError) {
      try Verifier(program, isCanonical: canonical).check(after: "test")
      return nil
    } catch { return error }
  }

  private let leaf = Iota(shape: [2], axis: 0, dtype: .float32)

  @Test func acceptsAGraph() {
    let good = program { store in
      let x = store.addLeaf(leaf)
      return Value(store.add(Concatenate(axis: 0), [Value(x), Value(x)]) { [TensorType(.float32, [4])] }.node)
    }
    #expect(fault(good) == nil)
  }

  @Test func findsAWrongType() {
    let wrong = program { store in
      let x = store.addLeaf(leaf)
      return Value(store.add(Concatenate(axis: 0), [Value(x), Value(x)]) { [TensorType(.float32, [3])] }.node)
    }
    #expect(
      fault(wrong)?.description == """
        after pass 'test' the graph is wrong: %1 is stored as float32[3] but its op gives float32[4]; this is a fault of \
        Tapestry: leave the pass out and report it
            %0 = iota [2] along: 0 : float32[2]
          > %1 = concatenate(%0, %0) axis: 0 : float32[3]
        """)
  }

  @Test func findsOperandsThatDoNotFit() {
    let wrong = program { store in
      let x = store.addLeaf(leaf)
      return Value(store.add(Dot(), [Value(x), Value(x)]) { [TensorType(.float32, [2])] }.node)
    }
    #expect(fault(wrong)?.message.contains("%1 does not take its operands: ") == true)
  }

  @Test func findsAForwardReferenceAndAMissingResult() {
    let forward = program { store in
      _ = store.addLeaf(leaf)
      return Value(store.add(Reverse(axes: []), [Value(1)]) { [TensorType(.float32, [2])] }.node)
    }
    #expect(fault(forward)?.message.hasSuffix("%1 uses %1, which is not before it") == true)
    let missing = program { store in
      let x = store.addLeaf(leaf)
      return Value(store.add(Reverse(axes: []), [Value(x, 1)]) { [TensorType(.float32, [2])] }.node)
    }
    #expect(fault(missing)?.message.hasSuffix("%1 uses result 1 of %0, which it does not have") == true)
  }

  @Test func findsPoisonAndRootsThatDoNotExist() {
    let poisoned = program { store in
      _ = store.addLeaf(leaf)
      return Value(store.add(Reverse(axes: []), [.poison]) { [TensorType(.float32, [2])] }.node)
    }
    #expect(fault(poisoned)?.message.hasSuffix("%1 has a poisoned operand") == true)
    let rootless = program { store in
      _ = store.addLeaf(leaf)
      return Value(7)
    }
    #expect(fault(rootless)?.message.hasSuffix("output(\"y\") is %7, which does not exist") == true)
  }

  @Test func findsAnAssignmentInCanonicalForm() {
    let graph = Graph()
    let scope = graph.scope("m")
    scope.assign("w", scope.state("w", [2]) + 1)
    let assigned = ProgramGraph(
      store: graph.snapshot, roots: graph.snapshot.effects.roots.map { .init(.state("m/w"), $0) })
    #expect(fault(assigned) == nil)
    #expect(fault(assigned, canonical: true)?.message.contains("is an assignment") == true)
  }
}
