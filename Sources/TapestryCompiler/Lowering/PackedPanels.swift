import CTapestryKernels
import TapestryCore
import TapestryGraph
import TapestryTape

// Weights packed before their loop.
//
// The kernel of products reads its right operand in panels of some columns, which it packs as it goes along. What every
// step of a loop multiplies by would be packed in every step, so it is copied once, before the loop, to where panel
// follows panel: all rows of the first columns, then all rows of the next. A right operand seen through a transpose is
// packed from where it lies.

/// How a matrix lies in panels of whole columns.
struct PackedPanels {
  private static let columns = Int(TAP_DOT_COLUMNS)
  /// A loop of fewer steps is not worth packing for, unless what it reads must be copied anyway.
  static let leastSteps = 4

  private let shape: Shape

  init(_ shape: Shape) { self.shape = shape }

  /// A product of a left operand and this matrix in panels.
  func pair(left: [Int]) -> DotPair {
    DotPair(terms: shape[0], left: left, right: [PackedPanels.columns, 1], panel: shape[0] * PackedPanels.columns)
  }

  /// The matrix as [panels, rows, columns of a panel].
  var extents: [Int] { [shape[1] / PackedPanels.columns, shape[0], PackedPanels.columns] }

  /// Strides along those axes of a matrix that lies elsewhere.
  func strides(_ strides: [Int]) -> [Int] { [PackedPanels.columns * strides[1], strides[0], strides[1]] }

  /// Those of a body's captures that are read as right operands of products alone, and fill whole panels.
  static func inputs(
    of body: ProgramGraph, among captures: Set<Value>, _ views: ViewAccesses, reachable: [Bool]
  ) -> Set<Value> {
    guard !captures.isEmpty else { return [] }
    let graph = body.store
    var found: Set<Value> = []
    var others = Set(body.roots.map { views.base(of: $0.value) })
    for node in 0..<graph.count where reachable[node] {
      for (place, operand) in graph.operands(of: node).enumerated() {
        let shape = graph.type(of: operand).shape
        let isRight = place % 2 == 1 && OpCatalogue.isProduct(graph.opType(of: node))
        if isRight, shape.rank == 2, shape[1] % columns == 0, shape.count > 0, captures.contains(operand) {
          found.insert(operand)
        } else {
          others.insert(views.base(of: operand))
        }
      }
    }
    return found.subtracting(others)
  }
}

extension Lowering {
  /// The panels of a value, copied where there are none yet.
  mutating func panels(of value: Value) -> DraftOperand {
    let type = graph.type(of: value)
    if let known = panels[value] { return DraftOperand(buffer: known, byteOffset: 0, isWrite: false) }
    let (layout, access) = (PackedPanels(type.shape), views[value])
    let target = program.addBuffer(.arena, byteCount: type.byteCount, value: value)
    panels[value] = target
    add(
      .copy(type.dtype), extents: layout.extents,
      [layout.strides(access.strides), Shape(layout.extents).rowMajorStrides], type.dtype,
      [
        DraftOperand(
          buffer: buffer(of: access.base), byteOffset: access.offset * type.dtype.byteCount, isWrite: false),
        DraftOperand(buffer: target, byteOffset: 0, isWrite: true),
      ], for: nil)
    program.drafts[program.drafts.count - 1].label = "pack"
    return DraftOperand(buffer: target, byteOffset: 0, isWrite: false)
  }
}
