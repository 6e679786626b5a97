import TapestryCore
import TapestryGraph

// The bias gradient of a layer sums the rows of a matrix that its weight gradient multiplies by, over the same rows. The
// kernel of the product has each part of the matrix in the first cache, where it adds up the columns on the way, so the
// sum becomes a member of it and the matrix is not read once more. What follows the sum, such as the bias's update, is a
// kernel over the sums alone, a wave later. That pays where the matrix is large, so that reading it takes longer than a
// wave, and where the product is so small that threads do not share it, so that a wave more costs nothing. The sum stays
// where it is if its kernel reads the matrix for more than that.

extension Fuser {
  /// Elements of a matrix from which reading it once more takes longer than the wave more that its sum's readers wait.
  private static let leastSummed = 16_384

  /// Multiply-adds of a product up to which two of them in a wave are not shared by threads (`TargetCosts.worthSharing`).
  private static let mostUnshared = 1 << 17

  /// Rows of a product that are computed part by part of its right operand.
  private static let leastRows = 8

  /// Moves sums of columns to the kernels of products by the same matrix.
  ///
  /// - Returns: whether any were moved.
  func moveColumnSums() -> Bool {
    var movesAny = false
    var products: [Matrix: [Int]] = [:]
    for node in 0..<graph.count where reachable[node] {
      guard graph.isOp(node, Dot.self), let matrix = rightOperand(of: node) else { continue }
      products[matrix, default: []].append(node)
    }
    guard !products.isEmpty else { return false }
    for node in 0..<graph.count where reachable[node] {
      guard let sum = graph.op(of: node, as: Sum.self), let matrix = matrix(summedBy: sum, node),
        let own = groups.group(of: node), isOnlyReduction(node, in: own)
      else { continue }
      for product in products[matrix] ?? [] where moveSum(node, from: own, to: product) {
        movesAny = true
        break
      }
    }
    return movesAny
  }

  /// A matrix in memory, its rows one after the other.
  private struct Matrix: Hashable {
    let base: Value
    let offset: Int
    let rows: Int
    let columns: Int
  }

  private func matrix(_ value: Value) -> Matrix? {
    let shape = graph.type(of: value).shape
    guard let columns = shape.extents.last, columns > 1 else { return nil }
    let access = views[value]
    guard access.isContiguous(shape) else { return nil }
    return Matrix(base: access.base, offset: access.offset, rows: shape.count / columns, columns: columns)
  }

  /// What a product of some rows, and not of many matrices, multiplies by, if its columns are worth adding up there.
  private func rightOperand(of node: Int) -> Matrix? {
    let shape = graph.type(of: Value(node)).shape
    guard shape.rank == 2, shape[0] >= Fuser.leastRows, let matrix = matrix(graph.operand(1, of: node)) else {
      return nil
    }
    let elements = matrix.rows * matrix.columns
    return elements >= Fuser.leastSummed || shape[0] * elements <= Fuser.mostUnshared ? matrix : nil
  }

  /// The matrix whose columns a sum over all axes but the last adds up.
  private func matrix(summedBy sum: Sum, _ node: Int) -> Matrix? {
    let operand = graph.operand(0, of: node)
    guard let matrix = matrix(operand),
      sum.axes.sorted().elementsEqual(0..<graph.type(of: operand).shape.rank - 1)
    else { return nil }
    return matrix
  }

  /// Whether a group reads its whole space for one reduction alone, straight from memory.
  private func isOnlyReduction(_ node: Int, in group: Int) -> Bool {
    groups[group].isFused && groups[group].product < 0
      && groups[group].members.allSatisfy { isKept[$0] && ($0 == node || graph.nodes[$0].fusion != .reduction) }
  }

  private func moveSum(_ node: Int, from own: Int, to product: Int) -> Bool {
    guard let target = groups.group(of: product), groups[target].columnSum < 0,
      groups.lift(own, to: groups[target].level + 1, staying: [target]) == nil
    else { return false }
    for member in groups[own].members { isKept[member] = false }
    groups[own].frame = FusionFrame(space: groups[own].frame.keptSpace)
    groups.move(node, from: own, to: target)
    groups[target].columnSum = node
    return true
  }
}
