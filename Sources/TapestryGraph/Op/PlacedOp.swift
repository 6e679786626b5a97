/// An elementwise op that depends on where its element is: counting, random numbers.
///
/// Its tile program is given the element's place (int32) first, then each element of its operands, which are small and the
/// same for all elements of the result.
package protocol PlacedOp: Op {
  /// The place of an element is the sum of its index along each axis of the result times these.
  var placeStrides: [Int] { get }
}
