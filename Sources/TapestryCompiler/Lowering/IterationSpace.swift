import TapestryCore

/// The axes of a fused kernel in the order the kernels walk them.
///
/// Kept axes come first and reduced ones last (*horizontal*), unless the last axis of the frame is kept: then reduced axes
/// are walked just outside it (*vertical*), so that memory is read along its rows.
struct IterationSpace: Sendable {
  private(set) var extents: [Int]
  private(set) var kept: Int
  private(set) var reduced: Int
  /// For each iteration axis the axis of the frame it is.
  let order: [Int]

  /// - Parameters:
  ///   - extents: the frame's extents.
  ///   - reducedAxes: the axes of the frame that are reduced.
  init(extents: [Int], reducedAxes: [Int]) {
    let keptAxes = extents.indices.filter { !reducedAxes.contains($0) }
    if let last = extents.indices.last, !reducedAxes.isEmpty, !reducedAxes.contains(last) {
      order = keptAxes.dropLast() + reducedAxes + [last]
      kept = keptAxes.count - 1
    } else {
      order = keptAxes + reducedAxes
      kept = keptAxes.count
    }
    reduced = reducedAxes.count
    self.extents = order.map { extents[$0] }
  }

  /// Whether an iteration axis is reduced.
  func isReduced(_ axis: Int) -> Bool { axis >= kept && axis < kept + reduced }

  /// Joins neighbouring axes that every operand walks as one, and gives a map without axes one of extent 1.
  mutating func coalesce(_ strides: inout [[Int]]) {
    var axis = extents.count - 2
    while axis >= 0 {
      let (inner, outer) = (axis + 1, axis)
      let isSameKind = isReduced(inner) == isReduced(outer)
      if isSameKind, strides.allSatisfy({ $0[outer] == $0[inner] * extents[inner] }) {
        if isReduced(outer) { reduced -= 1 } else if outer < kept { kept -= 1 }
        extents[outer] *= extents[inner]
        extents.remove(at: inner)
        for operand in strides.indices {
          strides[operand][outer] = strides[operand][inner]
          strides[operand].remove(at: inner)
        }
      }
      axis -= 1
    }
    if extents.isEmpty {
      extents = [1]
      kept = 1
      for operand in strides.indices { strides[operand] = [0] }
    }
  }
}
