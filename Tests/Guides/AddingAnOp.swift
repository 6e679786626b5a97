import Tapestry

// mark("cube op")
struct Cube: Op {
  static let name = "cube"
  static let summary = "x * x * x, element by element."
  static let differentiability = Differentiability.differentiable

  func resultTypes(of operands: [TensorType]) throws(OpFault) -> [TensorType] {
    guard operands.count == 1, operands[0].dtype.isFloat else {
      throw OpFault(.dtypeMismatch, "it takes one float tensor", remedy: "cast it: `cast(x, to: .float32)`")
    }
    return operands
  }

  func pullback(_ p: Pullback) -> [Tensor?] { [p.cotangent * 3 * square(p[0])] }

  func evaluate(_ operands: [NDArray]) throws(TapestryError) -> [NDArray] {
    let x = operands[0]
    return [
      NDArray(x.shape, x.dtype) { place in
        let value = x.double(at: place)
        return value * value * value
      }
    ]
  }
}

func cube(_ x: Tensor, file: StaticString = #fileID, line: UInt = #line) -> Tensor {
  Tensor.apply(Cube(), [x], file: file, line: line)[0]
}
// end

// mark("fused cube op")
struct FusedCube: Op {
  static let name = "fusedCube"
  static let summary = Cube.summary
  static let differentiability = Differentiability.differentiable
  var fusion: FusionClass { .elementwise }

  func resultTypes(of operands: [TensorType]) throws(OpFault) -> [TensorType] { try Cube().resultTypes(of: operands) }
  func pullback(_ p: Pullback) -> [Tensor?] { Cube().pullback(p) }
  func evaluate(_ operands: [NDArray]) throws(TapestryError) -> [NDArray] { try Cube().evaluate(operands) }

  func tile(_ builder: inout TileBuilder, _ operands: [TileValue]) -> TileValue? {
    let squared = builder.apply(.multiply, operands[0], operands[0])
    return builder.apply(.multiply, squared, operands[0])
  }
}
// end

extension GuideRun {
  func addingAnOp() throws {
    mark("cube use")
    let x = Input("x", [nil]), y = Output("y"), slope = Output("slope")
    let program = Program.traced { t in
      let value = cube(t[x] + 1)
      t.report(y, value)
      t.report(slope, gradient(of: sum(value), in: t[x]))
    }
    let out = try program.evaluate(ModelState(), [x: NDArray([0, 1, 2] as [Float])])
    print(try out.array(y).doubles, try out.array(slope).doubles)
    print(try program.report.instructions, "instructions")

    mark("fused cube use")
    let fused = Program.traced { t in
      let value = Tensor.apply(FusedCube(), [t[x] + 1])[0]
      t.report(y, value)
      t.report(slope, gradient(of: sum(value), in: t[x]))
    }
    let same = try fused.evaluate(ModelState(), [x: NDArray([0, 1, 2] as [Float])])
    print(try same.array(y).doubles, try same.array(slope).doubles)
    print(try fused.report.instructions, "instruction")

    mark("op check")
    let at = [0.3, -1.2, 2.0], reach = 1e-5
    let double = Input("x", [3], .float64)
    let checked = Program.traced { t in
      let value = sum(cube(t[double]))
      t.report(y, value)
      t.report(slope, gradient(of: value, in: t[double]))
    }
    let slopes = try checked.evaluate(ModelState(), [double: NDArray(at)]).array(slope).doubles
    for place in at.indices {
      func value(_ distance: Double) throws -> Double {
        var moved = at
        moved[place] += distance
        return try checked.evaluate(ModelState(), [double: NDArray(moved)]).scalar(y)
      }
      let difference = (try value(reach) - value(-reach)) / (2 * reach)
      print(decimal(slopes[place], 6), decimal(difference, 6))
    }

    mark("op misuse")
    let misused = Program.traced { t in t.report(y, cube(argMax(t[x]))) }
    do { _ = try misused.evaluate(ModelState(), [x: NDArray([1, 2] as [Float])]) } catch { print(error) }
  }
}
