import TapestryCore

// An op says itself how it may be joined with others; a user's op may say what it is not. The arena decides once for each
// node: only the built-in views, products, reductions and leaves are what the compiler knows by these names, and an
// elementwise op without a tile program for its operands is an instruction of its own.
extension FusionClass {
  /// What an op is to the compiler, or nil when that depends on the types of its operands.
  static func known(_ op: some Op) -> FusionClass? {
    let isTrue =
      switch op.fusion {
      case .leaf: op is InputOp || op is VariableOp || op is ConstantOp
      case .view: op is Reshape || op is Transpose || op is Broadcast || op is Slice || op is Reverse
      case .reduction: OpCatalogue.isReduction(type(of: op))
      case .product: (OpCatalogue.products + OpCatalogue.convolutions).contains { $0 == type(of: op) }
      case .opaque: true
      case .elementwise: OpCatalogue.isElementwise(type(of: op))
      }
    if isTrue { return op.fusion }
    return op.fusion == .elementwise ? nil : .opaque
  }

  /// What an op that calls itself elementwise is on operands of these types.
  static func ofElementwise(_ op: some Op, _ operands: [TensorType]) -> FusionClass {
    let places: [DType] = OpCatalogue.isPlaced(type(of: op)) ? [.int32] : []
    var builder = TileBuilder(operands: places + operands.map(\.dtype))
    return op.resultCount == 1 && op.tile(&builder, builder.operands) != nil ? .elementwise : .opaque
  }
}
