import TapestryCore
import TapestryTerminal
import Testing

@Suite struct CommandMenuTests {
  let menu = CommandMenu(
    "tapestry", "Shows what becomes of a model.",
    commands: [("models", "list the models"), ("inspect", "show a stage of a model")])

  @Test func handsTheRestToTheCommand() throws {
    #expect(
      try menu.choose(["inspect", "mlp", "--stage", "tape"])
        == .command("inspect", rest: ["mlp", "--stage", "tape"]))
    #expect(try menu.choose(["models", "--help"]) == .command("models", rest: ["--help"]))
  }

  @Test func showsHelpWhereNoCommandIsNamed() throws {
    for arguments in [[], ["--help"], ["-h"], ["help"]] { #expect(try menu.choose(arguments) == .help(menu.help)) }
    #expect(
      menu.help == """
        usage: tapestry COMMAND [arguments]

        Shows what becomes of a model.

        commands:
          models   list the models
          inspect  show a stage of a model

        `tapestry COMMAND --help` explains one command.

        """)
  }

  @Test func refusesAnUnknownCommand() {
    let error = #expect(throws: TapestryError.self) { try menu.choose(["inspcet"]) }
    #expect(error?.code == .usage)
    #expect(
      error.map { "\($0)" }
        == "unknown command 'inspcet'; did you mean 'inspect'? `tapestry --help` lists the commands")
  }
}
