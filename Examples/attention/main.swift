import Tapestry

// A small transformer learns to reverse digits, and to sort them; its attention shows how.
//
//     swift run -c release attention
//
// The model is in Model.swift, its training in Learner.swift.

let notebook = Notebook(
  "attention", "A small transformer learns to reverse and to sort digits, and shows where it looks.", epochs: 30,
  quickEpochs: 2, options: [.resume], sources: embeddedSources)
let options = notebook.options
let stepsInEpoch = 100

/// Shows the attention of each head of a block at one sequence.
func showMaps(_ learner: Learner, _ row: [Int32], block: Int, _ title: String) throws {
  let (found, heads) = try learner.look(at: row, block: block)
  for (head, map) in heads.enumerated() {
    notebook.show(
      HeatMap(
        heads.count > 1 ? "\(title), head \(head + 1)" : title, map, rows: found.enumerated().map { "\($0): \($1)" },
        columns: row.map(String.init), x: "digit read", y: "place and digit written"))
  }
}

notebook.cell(
  "Attention",
  "A sequence is a list of vectors, one for each place. Attention lets each place fetch from all others: it compares its own "
    + "question, the query, with a label of every place, the key, and takes the contents, the values, weighted by how well they "
    + "fit: `softmax(Q Kᵀ / √features) V`. The weights of a place add up to 1. They can be drawn, and show what the model looks "
    + "at. A transformer is a stack of blocks, each an attention followed by two dense layers at each place. Since "
    + "attention does not know where a place is, a learned vector for each place is added at the start."
) {
  let digits = Sequences.rows(1, length: 8, seed: options.seed)[0]
  notebook.show("a sequence: \(digits.map(String.init).joined(separator: " "))")
  notebook.show("reversed:   \(digits.reversed().map(String.init).joined(separator: " "))")
  notebook.show("sorted:     \(digits.sorted().map(String.init).joined(separator: " "))")
}

let reversing = notebook.cell(
  "Reversing",
  "To write the digit at place i, the model must read place 7 - i, whatever stands there. One block with one head is enough: "
    + "query and key need to know nothing but places. The map has a row for each place written and a column for each digit "
    + "read; the line from the lower left to the upper right is the rule that was learned."
) {
  let steps = max(options.epochs * stepsInEpoch / 5, 100)
  var learner = try Learner(
    length: 8, blocks: 1, heads: 1, features: 32, rate: 1e-2, steps: steps, options: options
  ) { $0.reversed() }
  try learner.learn(steps: steps, seed: options.seed * 1_000_000, "reversing", in: notebook)
  let (digits, sequences) = try learner.test(1000, seed: options.seed)
  notebook.show(
    "after \(steps) steps \(decimal(digits * 100, 1))% of digits and \(decimal(sequences * 100, 1))% of sequences")
  try showMaps(learner, Sequences.rows(1, length: 8, seed: options.seed)[0], block: 0, "Where reversing looks")
  return sequences
}

let sorting = notebook.cell(
  "Sorting",
  "To sort, a place must know how many digits are smaller than others: it has to compare what is read, not where it stands. "
    + "Two blocks with two heads learn it. Nobody tells the model what order is; it learns from pairs of a sequence and the "
    + "same sequence in order. Each step takes 64 new random sequences, so nothing can be learned by heart: there are a hundred "
    + "million sequences of eight digits."
) {
  let steps = options.epochs * stepsInEpoch
  var learner = try Learner(
    length: 8, blocks: 2, heads: 2, features: 32, rate: 3e-3, steps: steps, options: options
  ) { $0.sorted() }
  try learner.learn(steps: steps, seed: options.seed * 1_000_000 + 500_000, "sorting", in: notebook)
  var plot = Plot("Loss of sorting, mean of 100 steps", x: "hundred steps", y: PlotAxis("nats", scale: .logarithmic))
  plot.addLine(y: learner.losses)
  notebook.show(plot)
  let rows = Sequences.rows(64, length: 8, seed: options.seed)
  try notebook.writeStages(of: learner.program, for: Sequences.feeds(rows) { $0.sorted() })
  try notebook.write("loss.csv", columns: [("loss", learner.losses)])
  return learner
}

notebook.cell(
  "Where sorting looks",
  "A row of a map is a place of the sorted sequence, a column a digit that was read. In the first block a vector is still one "
    + "digit and its place. In the last block each vector has gathered from others, so a column stands for more than its "
    + "digit, and the maps show what is fetched, not why. Rows that write the same digit look alike: it makes no "
    + "difference which of the two ones comes first."
) {
  let row: [Int32] = [3, 1, 4, 1, 5, 9, 2, 6]
  let (found, _) = try sorting.look(at: row, block: 1)
  notebook.show("in:  \(row.map(String.init).joined(separator: " "))")
  notebook.show("out: \(found.map(String.init).joined(separator: " "))")
  try showMaps(sorting, row, block: 0, "First block")
  try showMaps(sorting, row, block: 1, "Last block")
}

notebook.cell("The result", "On 1,000 sequences that no step has seen.") {
  let (digits, sequences) = try sorting.test(1000, seed: options.seed)
  notebook.show("reversing: \(decimal(reversing, 3)) of sequences right")
  notebook.show("sorting: \(decimal(digits, 4)) of digits and \(decimal(sequences, 3)) of sequences right")
}

notebook.finish()
