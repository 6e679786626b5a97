/// The numbers of things, found by their digests.
///
/// The things lie in a list of the owner, who says whether one of a number is the one looked for. Things that differ may
/// have one digest: then one takes the next that is free. A dictionary with the things as keys would hold them twice, and
/// its first use would search all conformances of the process for each type of thing.
struct DigestIndex: Sendable {
  private var numbers: [Int: Int32] = [:]

  /// The number of the thing of a digest, if there is one.
  ///
  /// - Complexity: O(1) on average.
  func number(of digest: Int, where isEqual: (Int) -> Bool) -> Int32? {
    var place = digest
    while let number = numbers[place] {
      if isEqual(Int(number)) { return number }
      place &+= 1
    }
    return nil
  }

  /// Gives a thing of a digest, which has none yet, its number.
  mutating func add(_ number: Int32, of digest: Int) {
    var place = digest
    while numbers[place] != nil { place &+= 1 }
    numbers[place] = number
  }
}
