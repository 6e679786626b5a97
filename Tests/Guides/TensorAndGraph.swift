import Tapestry

extension GuideRun {
  func tensorAndGraph() throws {
    mark("graph")
    let graph = Graph()
    let x = graph.input("x", [2, 3])
    let w = graph.scope("layer").parameter("w", [3, 2], .ones)
    let y = sum(dot(x, w) * 2)
    print(graph)

    mark("same node")
    print(y == sum(dot(x, w) * 2), graph.nodeCount)

    mark("broadcasting")
    let row = graph.input("row", [3]), column = graph.input("column", [2, 1])
    print((x + row).shape, (row * column).shape, (x * 0.5).dtype)

    mark("masks")
    let positive = x .> 0
    print(positive.type, select(positive, x, x * 0.1).type)

    mark("views")
    print(x.transpose().shape, x.reshape([3, 2]).shape, slice(x, axis: 1, 0..<2).shape, sum(x, over: [0]).shape)

    mark("gradient graph")
    let other = Graph()
    let z = other.input("z", [2])
    let slope = gradient(of: sum(z * z * z), in: z)
    print(other)

    mark("curvature graph")
    let curvature = gradient(of: sum(slope), in: z)
    print(curvature.type, other.nodeCount)

    mark("poison")
    let wrong = x + graph.input("v", [4])
    print(wrong.isPoisoned, (wrong * 2).isPoisoned, graph.diagnostics.count)
    do { try graph.validate() } catch { print(error) }
  }

  func runningAGraph() throws {
    mark("values")
    let z = Input("z", [nil])
    let cube = Output("cube"), slope = Output("slope"), curvature = Output("curvature")
    let program = Program.traced { t in
      let y = sum(t[z] * t[z] * t[z])
      let first = gradient(of: y, in: t[z])
      t.report(cube, y)
      t.report(slope, first)
      t.report(curvature, gradient(of: sum(first), in: t[z]))
    }
    let out = try program.evaluate(ModelState(), [z: NDArray([1, 2] as [Float])])
    for name in [cube, slope, curvature] { print(name.name, try out.array(name).doubles) }

    mark("loop")
    let xs = Input("xs", [nil, 2]), sums = Output("sums")
    let running = Program.traced { t in
      let start = t.graph.constant(NDArray(zeros: [2]))
      let (_, outputs) = scan(over: [t[xs]], from: [start]) { step in
        let next = step.carries[0] + step.inputs[0]
        return (carries: [next], outputs: [next])
      }
      t.report(sums, outputs[0])
    }
    let three = try NDArray([1, 10, 2, 20, 3, 30] as [Float], shape: [3, 2])
    print(try running.evaluate(ModelState(), [xs: three]).array(sums).doubles)
  }
}
