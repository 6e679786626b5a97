import TapestryCore
import TapestryGraph

/// The expressions a random program is made of.
extension FuzzGraph {
  mutating func expression() -> Tensor {
    let x = draw.late(of: floats)
    switch draw.below(30) {
    case 0...3: return unary(x)
    case 4...9: return binary(x)
    case 10, 11: return choice(x)
    case 12, 13: return integer()
    case 14...17: return reduction(x)
    case 18...22: return view(draw.flag() ? x : (x.dtype.isFloat && draw.below(3) == 0 ? draw.one(of: ints) : x))
    case 23, 24: return product(x)
    case 25: return indexing(x)
    case 26: return joining(x)
    case 27: return counting()
    case 28: return composite(x)
    default: return draw.below(3) == 0 ? loop(x) : ordering(x)
    }
  }

  private mutating func unary(_ x: Tensor) -> Tensor {
    switch draw.below(14) {
    case 0: tanh(x)
    case 1: exp(tanh(x))
    case 2: sigmoid(x)
    case 3: abs(x)
    case 4: -x
    case 5: sqrt(abs(x) + 0.1)
    case 6: sin(x)
    case 7: gelu(x)
    case 8: log(abs(x) + 0.5)
    case 9: relu(x)
    case 10: x * 0.37
    case 11: 1.5 - x
    case 12: reciprocal(abs(x) + 1)
    default: power(tanh(x), draw.below(4))
    }
  }

  /// A float tensor that broadcasts with another.
  private mutating func partner(_ x: Tensor) -> Tensor {
    let fitting = floats.filter { y in
      x.shape.broadcast(with: y.shape).map { $0.count <= FuzzGraph.mostElements && $0.rank <= FuzzGraph.mostAxes }
        ?? false
    }
    return draw.late(of: fitting)
  }

  private mutating func binary(_ x: Tensor) -> Tensor {
    let y = partner(x)
    return switch draw.below(8) {
    case 0, 1: x + y
    case 2, 3: x - y
    case 4: tanh(x) * tanh(y)
    case 5: x / (abs(y) + 1)
    case 6: maximum(x, y)
    default: minimum(x, y)
    }
  }

  private mutating func choice(_ x: Tensor) -> Tensor {
    let y = partner(x)
    switch draw.below(5) {
    case 0: return select(x .< 0.123_456, x, y)
    case 1: return x .> 0.234_567
    case 2: return select(y .>= -0.345_678, y, x)
    case 3:
      let mask = draw.late(of: masks)
      let other = draw.late(of: masks)
      guard let shape = mask.shape.broadcast(with: other.shape), shape.count <= FuzzGraph.mostElements else {
        return mask
      }
      return draw.flag() ? mask .& other : (mask .| other) .^ mask
    default:
      let mask = draw.late(of: masks)
      guard let shape = mask.shape.broadcast(with: x.shape), shape.count <= FuzzGraph.mostElements else {
        return cast(mask, to: dtype)
      }
      return select(mask, x, 0.5)
    }
  }

  private mutating func integer() -> Tensor {
    let i = draw.late(of: ints)
    let fitting = ints.filter { j in
      i.shape.broadcast(with: j.shape).map { $0.count <= FuzzGraph.mostElements && $0.rank <= FuzzGraph.mostAxes }
        ?? false
    }
    let j = draw.late(of: fitting)
    return switch draw.below(8) {
    case 0: i + j
    case 1: (i - j) % 7
    case 2: (i % 5) * (j % 5)
    case 3: maximum(i, j)
    case 4: i .< j
    case 5: cast(i % 11, to: dtype) * 0.1
    case 6: abs(i) % 3
    default: cast(tanh(draw.late(of: floats)) * 3.7 + 0.123_456, to: .int32)
    }
  }

  private mutating func reduction(_ x: Tensor) -> Tensor {
    let axes = draw.subset(of: x.rank)
    let keeps = draw.flag()
    let count = Double(max(axes.reduce(1) { $0 * x.extent($1) }, 1))
    let isEmpty = axes.contains { x.extent($0) == 0 }
    switch draw.below(7) {
    case 0, 1: return sum(x, over: axes, keepingAxes: keeps) * (1 / count)
    case 2: return isEmpty ? tanh(x) : max(x, over: axes, keepingAxes: keeps)
    case 3: return isEmpty ? tanh(x) : min(x, over: axes, keepingAxes: keeps)
    case 4: return sum(x * 0.5, over: axes, keepingAxes: true) * (1 / count) + x
    case 5: return isEmpty ? -x : x - max(x, over: axes, keepingAxes: true)
    default:
      let i = draw.late(of: ints)
      return sum(i % 3, over: draw.subset(of: i.rank), keepingAxes: keeps) % 101
    }
  }

  private mutating func view(_ x: Tensor) -> Tensor {
    let extents = x.shape.extents
    switch draw.below(8) {
    case 0: return x.reshape([x.shape.count])
    case 1:
      let odd = extents.filter { $0 != 1 }
      return draw.flag() ? x.reshape(Shape([1] + odd)) : x.reshape(Shape(odd + [1]))
    case 2:
      guard x.rank > 1, let split = [2, 3, 5].first(where: { x.shape.count % $0 == 0 && x.shape.count > 0 }) else {
        return x
      }
      return x.reshape([split, x.shape.count / split])
    case 3, 4: return x.transpose(draw.permutation(of: x.rank))
    case 5:
      guard x.rank > 0 else { return x }
      let axis = draw.below(x.rank)
      let start = draw.below(extents[axis] + 1)
      var (starts, ends) = ([Int](repeating: 0, count: x.rank), extents)
      var steps = [Int](repeating: 1, count: x.rank)
      starts[axis] = min(start, max(extents[axis] - 1, 0))
      ends[axis] = extents[axis] - draw.below(max(extents[axis] - start, 1))
      steps[axis] = 1 + draw.below(3)
      return slice(x, starts: starts, ends: ends, steps: steps)
    case 6: return reverse(x, axes: draw.subset(of: x.rank))
    default:
      guard x.rank < FuzzGraph.mostAxes, x.shape.count * 2 <= FuzzGraph.mostElements else { return x }
      return x.broadcast(to: Shape([2] + extents))
    }
  }

  private mutating func product(_ x: Tensor) -> Tensor {
    guard x.rank == 2 else { return draw.flag() ? x : dot(floats[4], floats[5]) }
    let fitting = floats.filter { $0.rank == 2 && $0.extent(0) == x.extent(1) && $0.extent(1) * x.extent(0) <= 1500 }
    let scale = 1 / Double(max(x.extent(1), 1))
    if x.extent(0) <= 30, fitting.isEmpty || draw.below(3) == 0 { return dot(tanh(x), x.transpose()) * scale }
    guard !fitting.isEmpty else { return x }
    let y = draw.late(of: fitting)
    let made = dot(x, y) * scale
    return draw.flag() ? made : (y.shape == made.shape ? made + y : tanh(made))
  }

  private mutating func indexing(_ x: Tensor) -> Tensor {
    guard x.rank > 0 else { return x }
    let axis = draw.below(x.rank)
    let i = draw.late(of: ints)
    guard x.extent(axis) > 0, x.rank + i.rank - 1 <= FuzzGraph.mostAxes,
      x.shape.count / x.extent(axis) * i.shape.count <= FuzzGraph.mostElements
    else { return x }
    return gather(x, abs(i % 1000) % x.extent(axis), axis: axis)
  }

  private mutating func joining(_ x: Tensor) -> Tensor {
    guard x.rank > 0, x.shape.count <= 300 else { return x }
    let axis = draw.below(x.rank)
    let alike = floats.filter { $0.shape == x.shape }
    switch draw.below(3) {
    case 0: return concatenate([x, draw.late(of: alike), draw.late(of: alike)], axis: axis)
    case 1: return concatenate([x, x * 0.5], axis: axis)
    default: return pad(x, axis: axis, low: draw.below(3), high: draw.below(3))
    }
  }

  private mutating func counting() -> Tensor {
    let x = draw.late(of: floats)
    guard x.rank > 0 else { return graph.iota([5]) }
    let axis = draw.below(x.rank)
    switch draw.below(3) {
    case 0: return graph.iota([x.extent(axis)])
    case 1: return tanh(graph.iota(x.shape, axis: axis, dtype) * 0.01) + x
    default: return select(graph.iota(x.shape, axis: axis) .< 2, x, 0)
    }
  }

  private mutating func composite(_ x: Tensor) -> Tensor {
    guard x.rank > 0, x.extent(-1) > 0 else { return sigmoid(x) }
    return switch draw.below(5) {
    case 0: softmax(x)
    case 1: logSoftmax(x)
    case 2: layerNormalization(x, epsilon: 0.1)
    case 3: variance(x, over: [draw.below(x.rank)], keepingAxes: draw.flag())
    default: logSumExp(x, axis: draw.below(x.rank), keepingAxes: draw.flag())
    }
  }

  private mutating func ordering(_ x: Tensor) -> Tensor {
    guard x.rank > 0 else { return x }
    let axis = draw.below(x.rank)
    guard x.extent(axis) > 0 else { return x }
    switch draw.below(3) {
    case 0: return cumulativeSum(x, axis: axis, reversed: draw.flag(), exclusive: draw.flag()) * 0.1
    case 1: return sort(x, axis: axis).values
    default: return cumulativeSum(x * 0.01, axis: axis) + x
    }
  }

  /// A scan along axis 0, or over nothing a few times; at times with a captured tensor and the number of the step.
  private mutating func loop(_ x: Tensor) -> Tensor {
    guard x.rank > 0, x.extent(0) <= 20 else { return x }
    let row = Shape(Array(x.shape.extents.dropFirst()))
    let captured = draw.one(of: floats.filter { $0.shape.count == 1 && $0.rank == 0 })
    let (usesIndex, stacksOld) = (draw.flag(), draw.flag())
    let start = captured.broadcast(to: row)
    let dtype = dtype
    let made = scan(over: [x], from: [start], reversed: draw.flag()) { step in
      var next = tanh(step.carries[0] * 0.5 + step.inputs[0] * captured)
      if usesIndex { next = next + cast(step.index, to: dtype) * 0.01 }
      return ([next], [stacksOld ? step.carries[0] : next * 2])
    }
    if draw.flag() { floats.append(made.carries[0]) }
    return made.outputs[0]
  }
}
