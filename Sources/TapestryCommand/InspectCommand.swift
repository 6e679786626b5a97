import TapestryCompiler
import TapestryCore
import TapestryNN
import TapestryTerminal

/// `tapestry inspect MODEL`: a stage of a model, printed.
enum InspectCommand {
  static func run(_ arguments: [String], _ write: TapestryTool.Write) throws(TapestryError) -> Int32 {
    var syntax = CommandSyntax("tapestry inspect", "Prints a stage of a model on its way from trace to tape.")
    let name = syntax.positional("MODEL", help: "a model that `tapestry models` lists")
    let stage = syntax.choice(
      "--stage", "STAGE", default: Stage.optimized.rawValue, of: Stage.allCases.map(\.rawValue), help: "what to print")
    let format = syntax.choice("--format", "FORMAT", default: "text", of: ["text", "dot"], help: "how to print it")
    let folded = syntax.flag("--fold", help: "draw chains of elementwise nodes and scopes that repeat as one box each")
    let without = syntax.list(
      "--passes-without", "NAME", of: String.self, help: "passes or groups of passes to leave out; `fusion` is one")
    let last = syntax.option("--stop-after", "PASS", as: String.self, help: "the last pass to run")
    guard let values = try syntax.values(arguments, write) else { return 0 }

    let model = try CatalogueModel.named(values[name])
    var options = CompilerOptions()
    for name in values[without] { options = try options.excluding(name) }
    if let last = values[last] { options.passes = try options.passes.stopping(after: last) }
    let compiled = try model.compiled(options)
    guard let chosen = Stage(rawValue: values[stage]) else { return 2 }
    write(
      values[format] == "dot" ? compiled.drawing(of: chosen, folded: values[folded]) : compiled.text(of: chosen), false)
    return 0
  }
}
