import TapestryCompiler
import TapestryCore
import TapestryGraph
import Testing

/// Variables have versions: what is traced after an assignment reads what was assigned.
@Suite struct UpdateOrderTests {
  private func value(_ state: ModelState, _ path: String) -> [Double]? { state[path]?.doubles }

  @Test func twoVariablesExchanged() throws {
    let program = Program.traced { t in
      let s = t.scope("s")
      let a = s.parameter("a", [3], .constant(1))
      let b = s.parameter("b", [3], .constant(2))
      s.assign("a", b)
      s.assign("b", a)
    }
    var state = try program.initialState()
    _ = try program.run(&state, [:])
    #expect(value(state, "s/a") == [2, 2, 2])
    #expect(value(state, "s/b") == [1, 1, 1])
    _ = try program.run(&state, [:])
    #expect(value(state, "s/a") == [1, 1, 1])
  }

  @Test func threeVariablesTurnedWithWork() throws {
    let program = Program.traced { t in
      let s = t.scope("s")
      let (a, b, c) = (
        s.parameter("a", [40], .constant(1)), s.parameter("b", [40], .constant(2)), s.parameter("c", [40], .constant(3))
      )
      s.assign("a", b + c)
      s.assign("b", c * a)
      s.assign("c", a - b)
    }
    var state = try program.initialState()
    _ = try program.run(&state, [:])
    #expect([value(state, "s/a")![39], value(state, "s/b")![39], value(state, "s/c")![39]] == [5, 3, -1])
    _ = try program.run(&state, [:])
    #expect([value(state, "s/a")![39], value(state, "s/b")![39], value(state, "s/c")![39]] == [2, -5, 2])
  }

  @Test func aVariableReadAfterItsAssignment() throws {
    let program = Program.traced { t in
      let s = t.scope("s")
      let a = s.parameter("a", [2], .constant(1))
      t.report(Output("before"), a)
      s.assign("a", a * 10)
      t.report(Output("after"), s.parameter("a", [2], .zeros) + 0.5)
      s.assign("a", s.parameter("a", [2], .zeros) + 1)
      t.report(Output("last"), s.parameter("a", [2], .zeros))
    }
    var state = try program.initialState()
    var results = try program.run(&state, [:])
    #expect(results[Output("before")]?.doubles == [1, 1])
    #expect(results[Output("after")]?.doubles == [10.5, 10.5])
    #expect(results[Output("last")]?.doubles == [11, 11])
    #expect(value(state, "s/a") == [11, 11])
    results = try program.run(&state, [:])
    #expect(results[Output("before")]?.doubles == [11, 11])
    #expect(value(state, "s/a") == [111, 111])
  }

  /// The order of an adversarial pair: the second loss reads the variables of the first update.
  @Test func theLaterLossReadsTheEarlierUpdate() throws {
    let program = Program.traced { t in
      let s = t.scope("s")
      let critic = s.parameter("critic", [], .constant(2))
      let maker = s.parameter("maker", [], .constant(3))
      let criticLoss = critic * stopGradient(maker)
      s.assign("critic", critic - 0.5 * gradient(of: criticLoss, in: critic))
      let renewed = s.parameter("critic", [], .zeros)
      let makerLoss = renewed * maker
      s.assign("maker", maker - gradient(of: makerLoss, in: maker))
      t.report(Output("critic loss"), criticLoss)
      t.report(Output("maker loss"), makerLoss)
    }
    var state = try program.initialState()
    let results = try program.run(&state, [:])
    #expect(try results.scalar(Output("critic loss")) == 6)
    #expect(try results.scalar(Output("maker loss")) == 1.5)
    #expect(value(state, "s/critic") == [0.5])
    #expect(value(state, "s/maker") == [2.5])
  }

  @Test func anInputAssigned() throws {
    let x = Input("x", [2])
    let program = Program.traced { t in
      let s = t.scope("s")
      _ = s.state("last", [2])
      s.assign("last", t[x])
    }
    var state = try program.initialState()
    var fed = NDArray([Float(4), 5])
    _ = try program.run(&state, [x: fed])
    #expect(value(state, "s/last") == [4, 5])
    fed.setDouble(9, at: 0)
    #expect(value(state, "s/last") == [4, 5], "the state has memory of its own")
  }

  @Test func aConstantAssignedAndOneValueToTwo() throws {
    let program = Program.traced { t in
      let s = t.scope("s")
      let a = s.state("a", [2])
      _ = s.state("b", [2])
      _ = s.state("c", [2])
      s.assign("b", a + 1)
      s.assign("c", a + 1)
      s.assign("a", t.graph.constant(NDArray([Float(7), 8])))
    }
    var state = try program.initialState()
    _ = try program.run(&state, [:])
    #expect([value(state, "s/a"), value(state, "s/b"), value(state, "s/c")] == [[7, 8], [1, 1], [1, 1]])
    _ = try program.run(&state, [:])
    #expect([value(state, "s/a"), value(state, "s/b"), value(state, "s/c")] == [[7, 8], [8, 9], [8, 9]])
  }

  /// A view of a variable is another order of the same memory: no update in place may pass over it.
  @Test func aVariableTransposedIntoItself() throws {
    let program = Program.traced { t in
      let s = t.scope("s")
      let a = s.parameter(
        "a", [2, 2], Initializer("count") { type, _ in NDArray(type.shape, type.dtype, Double.init) })
      s.assign("a", a.transpose([1, 0]) + 1)
    }
    var state = try program.initialState()
    _ = try program.run(&state, [:])
    #expect(value(state, "s/a") == [1, 3, 2, 4])
    _ = try program.run(&state, [:])
    #expect(value(state, "s/a") == [2, 3, 4, 5])
  }

  @Test func theOldValueReportedBesideTheNew() throws {
    let program = Program.traced { t in
      let s = t.scope("s")
      let a = s.parameter("a", [2], .constant(1))
      s.assign("a", a + 1)
      t.report(Output("old"), a)
      t.report(Output("reversed"), reverse(a, axes: [0]))
    }
    var state = try program.initialState()
    for expected in 1...3 {
      let results = try program.run(&state, [:])
      #expect(results[Output("old")]?.doubles == [Double](repeating: Double(expected), count: 2))
      #expect(results[Output("reversed")]?.doubles == [Double](repeating: Double(expected), count: 2))
    }
  }

  /// A product reads the variable in another order than its epilogue does.
  @Test func aVariableMultipliedIntoItself() throws {
    let program = Program.traced { t in
      let s = t.scope("s")
      let a = s.parameter(
        "a", [2, 2], Initializer("count") { type, _ in NDArray(type.shape, type.dtype, Double.init) })
      s.assign("a", a + dot(a, a))
    }
    var state = try program.initialState()
    _ = try program.run(&state, [:])
    #expect(value(state, "s/a") == [2, 4, 8, 14])
    _ = try program.run(&state, [:])
    #expect(value(state, "s/a") == [38, 68, 136, 242])
  }

  @Test func aViewOfTheOldValueReported() throws {
    let program = Program.traced { t in
      let s = t.scope("s")
      let a = s.parameter("a", [2, 3], .constant(1))
      t.report(Output("flat"), a.reshape([6]))
      t.report(Output("old"), a)
      s.assign("a", a * 2)
    }
    var state = try program.initialState()
    for expected in [1.0, 2, 4] {
      let results = try program.run(&state, [:])
      #expect(results[Output("flat")]?.doubles == [Double](repeating: expected, count: 6))
      #expect(results[Output("old")]?.doubles == [Double](repeating: expected, count: 6))
    }
  }

  @Test func aVariableAssignedItself() throws {
    let program = Program.traced { t in
      let s = t.scope("s")
      s.assign("a", s.parameter("a", [2], .constant(1)))
      t.report(Output("a"), s.parameter("a", [2], .zeros))
    }
    var state = try program.initialState()
    let results = try program.run(&state, [:])
    #expect(value(state, "s/a") == [1, 1])
    #expect(results[Output("a")]?.doubles == [1, 1])
  }
}
