import CTapestryKernels
import TapestryCore

/// The constants of a tape's programs as tiles of equal elements: each value once, so that a call fills no register.
struct TileConstants {
  private struct Value: Hashable {
    let bits: UInt64
    let byteCount: Int
  }

  private var tiles: [Value: UnsafeMutableRawPointer] = [:]

  /// For each instruction of the setup, the tile of its constant, or nil; nil where there are no constants. The caller
  /// owns the list, not the tiles.
  mutating func list(for program: TileProgram) -> UnsafeMutablePointer<UnsafeRawPointer?>? {
    guard let setup = program.sections.first, setup.kind == TAP_SETUP.rawValue else { return nil }
    let list = UnsafeMutablePointer<UnsafeRawPointer?>.allocate(capacity: Int(setup.end))
    list.initialize(repeating: nil, count: Int(setup.end))
    for (place, instruction) in program.instructions[..<Int(setup.end)].enumerated()
    where instruction.op == TAP_CONST.rawValue {
      let byteCount = DType(rawValue: instruction.dtype)!.byteCount
      list[place] = tile(of: Value(bits: program.immediates[Int(instruction.imm)], byteCount: byteCount))
    }
    return list
  }

  private mutating func tile(of value: Value) -> UnsafeRawPointer {
    if let known = tiles[value] { return UnsafeRawPointer(known) }
    let count = Int(TAP_TILE)
    let tile = UnsafeMutableRawPointer.allocate(byteCount: count * value.byteCount, alignment: 64)
    switch value.byteCount {
    case 1: tile.initializeMemory(as: UInt8.self, repeating: UInt8(truncatingIfNeeded: value.bits), count: count)
    case 8: tile.initializeMemory(as: UInt64.self, repeating: value.bits, count: count)
    default: tile.initializeMemory(as: UInt32.self, repeating: UInt32(truncatingIfNeeded: value.bits), count: count)
    }
    tiles[value] = tile
    return UnsafeRawPointer(tile)
  }

  /// Gives the tiles back.
  func deallocate() {
    for tile in tiles.values { tile.deallocate() }
  }
}
