/// "Did you mean": the known name nearest to one that is not known.
///
/// The distance is the number of single-character insertions, deletions, replacements and exchanges of neighbours that
/// turn one name into the other (the restricted Damerau-Levenshtein distance), computed row by row; three rows are
/// kept because an exchange looks back two. Letter case and leading hyphens cost nothing. A name is suggested only when
/// it is near enough to be a slip of the fingers: within a third of the longer length (at least 1), or when one is the
/// beginning of the other and that beginning has three characters or more ("--opt" for "--optimizer").
/// Of equally near names the first one given wins, so the answer does not depend on any hashing.
package func nearest(to name: String, in known: some Sequence<String>) -> String? {
  let wanted = comparedLetters(of: name)
  var best: (name: String, distance: Int)?
  for candidate in known {
    let letters = comparedLetters(of: candidate)
    let distance = editDistance(wanted, letters)
    let isBeginning = Swift.min(wanted.count, letters.count) >= 3 && zip(wanted, letters).allSatisfy(==)
    guard distance <= Swift.max(1, Swift.max(wanted.count, letters.count) / 3) || isBeginning else { continue }
    if best.map({ distance < $0.distance }) ?? true { best = (candidate, distance) }
  }
  return best?.name
}

private func comparedLetters(of name: String) -> [Character] { Array(name.lowercased().drop { $0 == "-" }) }

/// The restricted Damerau-Levenshtein distance between two sequences of characters.
package func editDistance(_ a: [Character], _ b: [Character]) -> Int {
  var beforeLast: [Int] = []
  var last = Array(0...b.count)
  for i in a.indices {
    var row = [i + 1]
    for j in b.indices {
      var cost = Swift.min(last[j + 1] + 1, row[j] + 1, last[j] + (a[i] == b[j] ? 0 : 1))
      if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { cost = Swift.min(cost, beforeLast[j - 1] + 1) }
      row.append(cost)
    }
    (beforeLast, last) = (last, row)
  }
  return last[b.count]
}
