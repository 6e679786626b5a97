import TapestryCore
import TapestryNN
import TapestryTerminal

/// `tapestry models`: one model a line, its name first.
enum ModelsCommand {
  static func run(_ arguments: [String], _ write: TapestryTool.Write) throws(TapestryError) -> Int32 {
    let syntax = CommandSyntax("tapestry models", "Lists the models that can be inspected, one a line, name first.")
    guard try syntax.values(arguments, write) != nil else { return 0 }
    let width = CatalogueModel.all.map(\.name.count).max() ?? 0
    for model in CatalogueModel.all {
      let padding = String(repeating: " ", count: width - model.name.count)
      write("\(model.name)\(padding)  \(model.summary)\n", false)
    }
    return 0
  }
}
