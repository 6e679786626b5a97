public import TapestryCompiler
public import TapestryCore

extension Notebook {
  /// Writes what the compiler made of a program into the directory of `--output`: the trace and the kernels as text and as
  /// DOT for `dot -Tsvg`, and the tape.
  ///
  /// The files are `graph.txt`, `graph.dot`, `kernels.txt`, `kernels.dot` and `tape.txt`, with a prefix where there are
  /// several programs. Chains and what repeats are folded in the drawings.
  ///
  /// - Parameters:
  ///   - program: the program.
  ///   - feeds: say the shapes.
  ///   - prefix: what the names of the files begin with.
  /// - Throws: what compiling throws; `invalidFile` when a file cannot be written.
  public func writeStages(of program: Program, for feeds: Feeds, prefix: String = "") throws(TapestryError) {
    let inspection = try program.inspection(for: feeds)
    var files: [String] = []
    func write(_ file: String, _ text: String) throws(TapestryError) {
      try put(prefix + file, Array(text.utf8))
      files.append(prefix + file)
    }
    try write("graph.txt", inspection.text(of: "gradient"))
    try write("graph.dot", inspection.dot(of: "gradient", folded: true))
    try write("kernels.txt", inspection.text(of: "fused"))
    try write("kernels.dot", inspection.dot(of: "fused", folded: true))
    try write("tape.txt", inspection.text(of: "tape"))
    add(.files(files), printing: "wrote \(files.map { "\(options.output)/\($0)" }.joined(separator: " "))")
  }
}
