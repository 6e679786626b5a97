import TapestryCompiler
import TapestryCore
import TapestryNN
import TapestryNotebook
import TapestryTerminal

/// `tapestry inspect MODEL`: a stage of a model, or an answer to a question about it, printed.
struct InspectCommand {
  private var syntax = CommandSyntax(
    "tapestry inspect",
    "Prints a stage of a model on its way from trace to tape, or answers a question about it. Stages are graph, gradient, "
      + "each pass by its name, optimized, fused, tape, memory. Nodes are named as the texts name them, as %7 or 7, or by "
      + "an input, a variable or an output.")
  private let name: Argument<String>
  private let stage: Argument<String>
  private let format: Argument<String>
  private let isFolded: Argument<Bool>
  private let difference: Argument<[String]?>
  private let explained: Argument<String?>
  private let apart: Argument<[String]?>
  private let peak: Argument<Bool>
  private let memory: Argument<String>
  private let summary: Argument<Bool>
  private let lint: Argument<Bool>
  private let without: Argument<[String]>
  private let last: Argument<String?>

  private init() {
    name = syntax.positional("MODEL", help: "a model that `tapestry models` lists")
    stage = syntax.option("--stage", "STAGE", default: Stage.optimized.rawValue, help: "what to print")
    format = syntax.choice(
      "--format", "FORMAT", default: "text", of: ["text", "dot", "svg"], help: "how to print a stage")
    isFolded = syntax.flag(
      "--fold", help: "draw chains of elementwise nodes, scopes that repeat, kernels and updates as one box each")
    difference = syntax.pair("--diff", "STAGE", "STAGE", help: "what changed from one stage to another")
    explained = syntax.option(
      "--explain", "NODE", as: String.self, help: "all that is known of a node, with the time of its instructions")
    apart = syntax.pair("--why-not-fused", "NODE", "NODE", help: "why two nodes are not one kernel")
    peak = syntax.flag("--peak", help: "what is alive where most memory is")
    memory = syntax.choice(
      "--memory", "FORMAT", default: "text", of: ["text", "dot", "svg"], help: "the arena over time")
    summary = syntax.flag("--summary", help: "the layers: output, parameters, operations")
    lint = syntax.flag("--lint", help: "what in the model is rarely meant; runs it once")
    without = syntax.list(
      "--passes-without", "NAME", of: String.self, help: "passes or groups of passes to leave out; `fusion` is one")
    last = syntax.option("--stop-after", "PASS", as: String.self, help: "the last pass to run")
  }

  static func run(_ arguments: [String], _ write: TapestryTool.Write) throws(TapestryError) -> Int32 {
    let command = InspectCommand()
    guard let values = try command.syntax.values(arguments, write) else { return 0 }
    write(try command.answer(values), false)
    return 0
  }

  private func answer(_ values: ArgumentValues) throws(TapestryError) -> String {
    try requireOneQuestion(values)
    let model = try CatalogueModel.named(values[name])
    var options = CompilerOptions()
    for name in values[without] { options = try options.excluding(name) }
    if let last = values[last] { options.passes = try options.passes.stopping(after: last) }
    let program = model.program(options)
    let inspection = try program.inspection(for: model.feeds)

    if let stages = values[difference] {
      return "\(try inspection.difference(from: stages[0], to: stages[1]))"
    }
    if let node = values[explained] {
      // The name is looked at before anything runs.
      _ = try inspection.explanation(of: node, at: values[stage])
      let profile = try program.profile(program.initialState(feeds: model.feeds), model.feeds, steps: 20)
      return "\(try inspection.explanation(of: node, at: values[stage], profile: profile))"
    }
    if let nodes = values[apart] { return try inspection.whyNotFused(nodes[0], nodes[1]) }
    if values[peak] { return inspection.peakText }
    if values[summary] { return "\(inspection.layerTable)\n" }
    if values[lint] {
      let findings = try program.lint(for: model.feeds, state: program.initialState(feeds: model.feeds))
      return findings.isEmpty ? "nothing found\n" : findings.map { "\($0)\n" }.joined()
    }
    if values.isGiven(memory) { return try shown(inspection, Stage.memory.rawValue, values[memory], values) }
    return try shown(inspection, values[stage], values[format], values)
  }

  private func shown(
    _ inspection: Inspection, _ stage: String, _ format: String, _ values: ArgumentValues
  ) throws(TapestryError) -> String {
    switch format {
    case "dot": try inspection.dot(of: stage, folded: values[isFolded])
    case "svg": try inspection.svg(of: stage, folded: values[isFolded])
    default: try inspection.text(of: stage)
    }
  }

  /// Answers are one at a time; a stage may say where to look for a node.
  private func requireOneQuestion(_ values: ArgumentValues) throws(TapestryError) {
    let asked = [
      values.isGiven(difference) ? "--diff" : nil, values.isGiven(explained) ? "--explain" : nil,
      values.isGiven(apart) ? "--why-not-fused" : nil, values[peak] ? "--peak" : nil,
      values.isGiven(memory) ? "--memory" : nil, values[summary] ? "--summary" : nil, values[lint] ? "--lint" : nil,
      values.isGiven(stage) && !values.isGiven(explained) ? "--stage" : nil,
    ].compactMap { $0 }
    guard asked.count > 1 else { return }
    throw TapestryError(
      .usage, "\(asked[0]) and \(asked[1]) are two questions", remedy: "ask one at a time")
  }
}
