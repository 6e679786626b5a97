import Foundation
public import TapestryCore

/// The commands of a program that has several, such as `tapestry inspect` and `tapestry models`.
///
/// It reads the first argument; each command reads the rest with a ``CommandSyntax`` of its own.
public struct CommandMenu: Sendable {
  /// What a command line asks for.
  public enum Choice: Sendable, Equatable {
    /// To run this command with these further arguments.
    case command(String, rest: [String])
    /// To show this help text.
    case help(String)
  }

  private let name: String
  private let summary: String
  private let commands: [(name: String, help: String)]

  /// A menu of commands, in the order the help shows them.
  public init(_ name: String, _ summary: String, commands: [(name: String, help: String)]) {
    self.name = name
    self.summary = summary
    self.commands = commands
  }

  /// The text of `--help`, and of the program's name alone.
  public var help: String {
    "usage: \(name) COMMAND [arguments]\n\n\(summary)\n\ncommands:\n" + CommandSyntax.aligned(commands)
      + "\n`\(name) COMMAND --help` explains one command.\n"
  }

  /// Finds the command that the first argument names; without arguments, with `--help`, `-h` or `help` it is the help.
  ///
  /// - Throws: `usage` for an unknown command, with the nearest one.
  public func choose(_ arguments: some Sequence<String>) throws(TapestryError) -> Choice {
    var rest = Array(arguments)[...]
    guard let first = rest.popFirst(), !["--help", "-h", "help"].contains(first) else { return .help(help) }
    guard commands.contains(where: { $0.name == first }) else {
      let suggestion = nearest(to: first, in: commands.map(\.name)).map { "did you mean '\($0)'? " } ?? ""
      throw TapestryError(
        .usage, "unknown command '\(first)'", remedy: suggestion + "`\(name) --help` lists the commands")
    }
    return .command(first, rest: Array(rest))
  }

  /// Chooses by this process's command line; shows the help and ends with status 0, or the error and ends with status
  /// 2, where there is nothing to run.
  public func chooseOrExit() -> (command: String, rest: [String]) {
    do throws(TapestryError) {
      switch try choose(CommandLine.arguments.dropFirst()) {
      case .command(let command, let rest): return (command, rest)
      case .help(let text): exitShowing(text)
      }
    } catch {
      exitRefusing(error, in: name)
    }
  }
}

/// Ends the process after printing what was asked for to standard output.
func exitShowing(_ text: String) -> Never {
  print(text, terminator: "")
  exit(0)
}

/// Ends the process after saying on standard error what is wrong with its arguments.
func exitRefusing(_ error: TapestryError, in command: String) -> Never {
  writeToStandardError("\(command): \(error)\n")
  exit(2)
}
