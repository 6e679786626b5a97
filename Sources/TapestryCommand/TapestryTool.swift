import TapestryCore
import TapestryTerminal

/// The command line `tapestry`, apart from the process it runs in.
package enum TapestryTool {
  /// Writes a piece of output; the flag says whether it belongs on standard error.
  package typealias Write = (_ text: String, _ isError: Bool) -> Void

  private static let menu = CommandMenu(
    "tapestry", "Looks into the compiler: what becomes of a model, stage by stage, and how fast it runs.",
    commands: [
      ("models", "lists what can be inspected"),
      ("inspect", "prints a stage of a model as text or DOT"),
      ("bench", "times a training step of each workload"),
      ("verify", "measures the vector functions against the mathematical library"),
    ])

  /// Runs a command line without the program's name.
  ///
  /// - Returns: the exit status: 0, 1 where a verification or a compilation fails, 2 for arguments that are not understood.
  package static func run(_ arguments: [String], _ write: Write) -> Int32 {
    do throws(TapestryError) {
      switch try menu.choose(arguments) {
      case .help(let text):
        write(text, false)
        return 0
      case .command("models", let rest): return try ModelsCommand.run(rest, write)
      case .command("inspect", let rest): return try InspectCommand.run(rest, write)
      case .command("bench", let rest): return try BenchCommand.run(rest, write)
      case .command(_, let rest): return try VerifyCommand.run(rest, write)
      }
    } catch {
      write("tapestry: \(error)\n", true)
      return error.code == .usage ? 2 : 1
    }
  }
}

extension CommandSyntax {
  /// The values of a command line, or nil after help was asked for and written.
  func values(_ arguments: [String], _ write: TapestryTool.Write) throws(TapestryError) -> ArgumentValues? {
    switch try read(arguments) {
    case .values(let values): return values
    case .help(let text):
      write(text, false)
      return nil
    }
  }
}
