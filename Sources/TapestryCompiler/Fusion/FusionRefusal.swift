/// Why two neighbouring nodes are not one kernel: a value that can be asked for.
package enum FusionRefusal: Error, Hashable, Sendable, CustomStringConvertible {
  /// Neither is a node that fuses, or they are not neighbours.
  case notNeighbours
  case notFusable(String)
  case differentSpaces(producer: [Int], consumer: [Int])
  case viewBetween
  case reducesOtherAxes
  case reducesAgain
  case rowTooLong(elements: Int)
  case productReduces
  case twoProducts
  case neededEarlier
  case tooManyBetween
  case misaligned
  case kernelFull

  package var description: String {
    switch self {
    case .notNeighbours: "neither uses the other's result"
    case .notFusable(let op): "'\(op)' is an instruction of its own"
    case .differentSpaces(let a, let b): "they run over different iteration spaces, \(a) and \(b)"
    case .viewBetween: "a view between them changes the order of the elements"
    case .reducesOtherAxes: "they reduce different axes"
    case .reducesAgain: "the second reduces what the first has reduced"
    case .rowTooLong(let elements): "the reduced \(elements) elements would not stay in cache until they are used again"
    case .productReduces: "the epilogue of a product does not reduce"
    case .twoProducts: "a kernel holds one product"
    case .neededEarlier: "the first must have run before something else the second needs"
    case .tooManyBetween:
      "too many kernels lie between them to see whether one needs the first and is needed by the second"
    case .misaligned: "the second reads the first along other axes"
    case .kernelFull: "the kernel holds as many nodes as one may"
    }
  }
}
