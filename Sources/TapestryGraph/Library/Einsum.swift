import TapestryCore

// Einstein summation over one or two operands.
//
// `"bik,bkj->bij"` names each axis of each operand; a name that the result lacks is summed over. Each operand is first
// brought to distinct names: an axis named twice is reduced to its diagonal by a mask and a sum. Names that only one
// operand has and the result lacks are summed at once. What is left sorts the names of two operands into
//   batch (both, kept), summed (both, not kept), left (first only), right (second only),
// and the sum is one batched product of [batch, left, summed] and [batch, summed, right], put in the result's order.

/// The sum of products that a formula such as `"ik,kj->ij"` names; one or two operands.
///
/// Each letter names an axis; letters missing on the right are summed over; a letter twice in one operand takes its
/// diagonal. Extents of one letter must agree: there is no broadcasting. A formula that does not fit is a diagnostic.
public func einsum(
  _ formula: String, _ operands: Tensor..., file: StaticString = #fileID, line: UInt = #line
) -> Tensor {
  guard !operands.isEmpty else { return Graph.noOperands("einsum", at: SourcePlace(file, line)) }
  let graph = operands[0].graph
  guard !operands.contains(where: \.isPoisoned) else { return Tensor(graph, .poison) }
  return graph.located(file, line) {
    do throws(OpFault) {
      let parsed = try EinsumFormula(formula, operands.map(\.shape))
      var terms = zip(operands, parsed.operands).map { diagonal(EinsumTerm(tensor: $0, names: $1)) }
      for place in terms.indices {
        let others = terms.indices.filter { $0 != place }.flatMap { terms[$0].names }
        terms[place] = summed(terms[place], keeping: parsed.result + others)
      }
      let joined = terms.count == 1 ? terms[0] : contracted(terms[0], terms[1], keeping: parsed.result)
      return ordered(joined, parsed.result)
    } catch {
      let types = operands.map { "\($0.type)" }.joined(separator: " and ")
      return graph.refuse("einsum \"\(formula)\" of \(types)", error, at: SourcePlace(file, line))
    }
  }
}

/// A tensor whose axes have names.
private struct EinsumTerm {
  var tensor: Tensor
  var names: [Character]
}

/// The names of the axes of the operands and of the result.
private struct EinsumFormula {
  let operands: [[Character]]
  let result: [Character]

  init(_ formula: String, _ shapes: [Shape]) throws(OpFault) {
    let sides = formula.filter { $0 != " " }.split(separator: "->", omittingEmptySubsequences: false)
    let left = sides[0].split(separator: ",", omittingEmptySubsequences: false).map { Array($0) }
    guard sides.count == 2, (left.joined() + sides[1]).allSatisfy({ $0.isASCII && $0.isLetter }) else {
      throw OpFault(.invalidAttribute, "the formula is not letters, commas and one ->", remedy: "write \"ik,kj->ij\"")
    }
    guard left.count == shapes.count, left.count <= 2 else {
      throw OpFault(
        .invalidAttribute, "\(left.count) operands are named and \(shapes.count) given",
        remedy: "name and give one or two; chain calls for more")
    }
    var extents: [Character: Int] = [:]
    for (names, shape) in zip(left, shapes) {
      guard names.count == shape.rank else {
        throw OpFault(
          .axisOutOfRange, "\"\(String(names))\" names \(names.count) axes of \(shape)", remedy: "name every axis")
      }
      for (axis, name) in names.enumerated() {
        guard extents[name, default: shape[axis]] == shape[axis] else {
          throw OpFault(
            .shapeMismatch, "axis '\(name)' has extents \(extents[name]!) and \(shape[axis])",
            remedy: "make them equal, or name the axes apart")
        }
        extents[name] = shape[axis]
      }
    }
    let result = Array(sides[1])
    guard Set(result).count == result.count, result.allSatisfy({ extents[$0] != nil }) else {
      throw OpFault(
        .invalidAttribute, "the result \"\(String(result))\" repeats a name or has a new one",
        remedy: "name axes of the operands, each once")
    }
    operands = left
    self.result = result
  }
}

/// The term with each name once: of an axis named again only the elements where both indices agree are left.
private func diagonal(_ term: EinsumTerm) -> EinsumTerm {
  var term = term
  while let again = term.names.indices.first(where: { term.names[..<$0].contains(term.names[$0]) }) {
    let first = term.names.firstIndex(of: term.names[again])!
    let graph = term.tensor.graph
    let mask = graph.iota(term.tensor.shape, axis: first) .== graph.iota(term.tensor.shape, axis: again)
    term.tensor = sum(select(mask, term.tensor, 0), over: [again])
    term.names.remove(at: again)
  }
  return term
}

/// The term summed over the names nobody asks for.
private func summed(_ term: EinsumTerm, keeping wanted: [Character]) -> EinsumTerm {
  let axes = term.names.indices.filter { !wanted.contains(term.names[$0]) }
  if axes.isEmpty { return term }
  return EinsumTerm(tensor: sum(term.tensor, over: axes), names: term.names.filter { wanted.contains($0) })
}

/// The product of two terms, summed over the names both have and the result lacks.
private func contracted(_ x: EinsumTerm, _ y: EinsumTerm, keeping result: [Character]) -> EinsumTerm {
  let batch = x.names.filter { y.names.contains($0) && result.contains($0) }
  let inner = x.names.filter { y.names.contains($0) && !result.contains($0) }
  let left = x.names.filter { !y.names.contains($0) }
  let right = y.names.filter { !x.names.contains($0) }
  func extents(_ term: EinsumTerm, _ names: [Character]) -> [Int] {
    names.map { term.tensor.extent(term.names.firstIndex(of: $0)!) }
  }
  func joined(_ term: EinsumTerm, _ groups: [[Character]]) -> Tensor {
    let order = groups.flatMap { $0 }
    let shape = extents(term, batch) + groups.dropFirst().map { extents(term, $0).reduce(1, *) }
    return ordered(term, order).reshape(Shape(shape))
  }
  let product = dot(joined(x, [batch, left, inner]), joined(y, [batch, inner, right]))
  let shape = extents(x, batch) + extents(x, left) + extents(y, right)
  return EinsumTerm(tensor: product.reshape(Shape(shape)), names: batch + left + right)
}

/// The tensor with its axes in the order of the names.
private func ordered(_ term: EinsumTerm, _ names: [Character]) -> Tensor {
  if term.names == names { return term.tensor }
  return term.tensor.transpose(names.map { term.names.firstIndex(of: $0)! })
}
