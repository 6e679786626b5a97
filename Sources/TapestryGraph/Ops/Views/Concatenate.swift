package import TapestryCore

/// Tensors one after the other along an axis.
package struct Concatenate: Op {
  package static let name = "concatenate"
  package static let summary = "The operands one after the other along an axis."
  package static let differentiability = Differentiability.differentiable
  package static let samples = [
    OpSample(Concatenate(axis: 0), [SampleOperand([2, 3]), SampleOperand([1, 3])]),
    OpSample(Concatenate(axis: 1), [SampleOperand([2, 3]), SampleOperand([2, 0]), SampleOperand([2, 2])]),
    OpSample(Concatenate(axis: 0), [SampleOperand([3])]),
  ]
  /// More operands than this do not fit a node.
  package static let mostOperands = 32_000

  package let axis: Int
  package init(axis: Int) { self.axis = axis }
  package var attributes: String { "axis: \(axis)" }

  package func resultTypes(of operands: [TensorType]) throws(OpFault) -> [TensorType] {
    guard let first = operands.first, operands.count <= Concatenate.mostOperands else {
      throw OpFault(
        .invalidAttribute, "\(operands.count) operands", remedy: "give 1 to \(Concatenate.mostOperands), or join groups"
      )
    }
    guard first.shape.extents.indices.contains(axis) else { throw .noAxis(axis, first.shape) }
    var total = 0
    for operand in operands {
      guard operand.dtype == first.dtype else {
        throw OpFault(
          .dtypeMismatch, "\(first.dtype) and \(operand.dtype) do not mix",
          remedy: "cast one of them: `cast(x, to: .\(first.dtype))`")
      }
      guard operand.shape.reducing([axis], keepingAxes: true) == first.shape.reducing([axis], keepingAxes: true) else {
        throw OpFault(
          .shapeMismatch, "shapes \(first.shape) and \(operand.shape) differ beside axis \(axis)",
          remedy: "make all other extents equal")
      }
      total += operand.shape[axis]
    }
    var extents = first.shape.extents
    extents[axis] = total
    return [TensorType(first.dtype, Shape(extents))]
  }

  package func pullback(_ p: Pullback) -> [Tensor?] {
    var start = 0
    return p.operands.indices.map { operand in
      let extent = p[operand].extent(axis)
      defer { start += extent }
      return p.needs[operand] ? slice(p.cotangent, axis: axis, start..<start + extent) : nil
    }
  }

  package func evaluate(_ operands: [NDArray]) -> [NDArray] {
    var extents = operands[0].shape.extents
    extents[axis] = operands.reduce(0) { $0 + $1.shape[axis] }
    let shape = Shape(extents)
    return [
      NDArray(shape, operands[0].dtype) { place in
        var index = shape.index(of: place)
        var operand = 0
        while index[axis] >= operands[operand].shape[axis] {
          index[axis] -= operands[operand].shape[axis]
          operand += 1
        }
        return operands[operand].double(at: operands[operand].shape.place(of: index))
      }
    ]
  }

  package func flops(_ operands: [TensorType], _ results: [TensorType]) -> Int { 0 }
}

/// The tensors one after the other along an axis; they agree in type and in every other extent.
///
/// At least one tensor must be given.
public func concatenate(
  _ tensors: [Tensor], axis: Int = 0, file: StaticString = #fileID, line: UInt = #line
) -> Tensor {
  guard !tensors.isEmpty else { return Graph.noOperands("concatenate", at: SourcePlace(file, line)) }
  guard let axis = tensors[0].checked(axis, of: "concatenate", file, line) else {
    return Tensor(tensors[0].graph, .poison)
  }
  if tensors.count == 1 { return tensors[0] }
  return tensors[0].graph.record(Concatenate(axis: axis), tensors, at: SourcePlace(file, line))[0]
}
