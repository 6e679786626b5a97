import Tapestry

extension GuideRun {
  func debuggingShapes() {
    mark("debug shapes")
    let x = Input("x", [nil, 8]), y = Output("y")
    let wrong = Program.traced { t in
      let hidden = relu(dense(t[x], 16, in: t.scope("encoder")))
      let weight = t.scope("head").parameter("weight", [8, 4], .glorotUniform)
      t.report(y, softmax(dot(hidden, weight)))
      t.report(Output("mixed"), hidden + cast(hidden, to: .float64))
    }
    do { _ = try wrong.evaluate(ModelState(), [x: NDArray(zeros: [2, 8])]) } catch { print(error) }
  }

  func debuggingValues() throws {
    mark("debug values")
    let x = Input("x", [nil]), ratio = Output("ratio"), logarithm = Output("logarithm"), loss = Output("loss")
    let program = Program.traced { t in
      let part = t[x] / sum(t[x])
      t.report(ratio, part)
      t.report(logarithm, log(part))
      t.report(loss, sum(part * log(part)))
    }
    let out = try program.evaluate(ModelState(), [x: NDArray([0.5, 0, 1.5] as [Float])])
    for output in [ratio, logarithm] { print(output.name, try out.array(output).doubles) }
    print("a number:", try !out.scalar(loss).isNaN)

    mark("debug nan")
    let target = Input("target", [nil, 1]), inputs = Input("inputs", [nil, 4])
    let training = Program.traced { t in
      let cost = meanSquaredError(dense(t[inputs], 1, in: t.scope("line")), t[target])
      t.report(loss, cost)
      t.minimize(cost, with: .sgd(learningRate: 10))
    }
    let rows = try DataSet([
      (name: "inputs", array: NDArray(repeating: 3, [64, 4])), (name: "target", array: NDArray(repeating: 1, [64, 1])),
    ])
    let trainer = Trainer(training, loss: loss) { (rows: DataSet) in
      [inputs: try rows["inputs"], target: try rows["target"]]
    }
    var state = try training.initialState(seed: 1)
    do { _ = try trainer.fit(&state, rows, epochs: 20, batchSize: 16) } catch { print(error) }

    mark("debug first")
    let first = Input("first", [nil]), last = Output("last")
    let growth = Program.traced { t in
      let rate = t.scope("cell").parameter("rate", [], .constant(3))
      t.report(last, sum(scan(over: [], from: [t[first]], length: 9) { ([exp(rate + $0.carries[0])], []) }.carries[0]))
    }
    let feeds: Feeds = [first: NDArray([0, 1] as [Float])]
    if let found = try growth.firstNonFinite(growth.initialState(), feeds) { print(found) }
  }

  func debuggingGradients() {
    mark("debug gradients")
    let x = Input("x", [nil, 4]), loss = Output("loss")
    let unused = Program.traced { t in
      let weight = t.scope("used").parameter("weight", [4], .ones)
      let spare = t.scope("spare").parameter("weight", [4], .ones)
      let cost = sum(t[x] * weight)
      t.report(loss, cost)
      t.minimize(cost, over: [weight, spare], with: .sgd())
    }
    let cut = Program.traced { t in
      let weight = t.scope("cut").parameter("weight", [4], .ones)
      let cost = sum(stopGradient(t[x] * weight))
      t.report(loss, cost)
      t.minimize(cost, over: [weight], with: .sgd())
    }
    for program in [unused, cut] {
      do { _ = try program.evaluate(ModelState(), [x: NDArray(zeros: [2, 4])]) } catch { print(error) }
    }
  }

  func debuggingFeeds() throws {
    mark("debug feeds")
    let x = Input("images", [nil, 4]), y = Output("y")
    let program = Program.traced { t in t.report(y, dense(t[x], 2, in: t.scope("layer"))) }
    let state = try program.initialState()
    do { _ = try program.evaluate(state, [x: NDArray(zeros: [2, 5])]) } catch { print(error) }
    do { _ = try program.evaluate(ModelState(), [x: NDArray(zeros: [2, 4])]) } catch { print(error) }
    do { _ = try program.evaluate(state, [x: NDArray(zeros: [2, 4])]).array(Output("z")) } catch { print(error) }
  }
}
