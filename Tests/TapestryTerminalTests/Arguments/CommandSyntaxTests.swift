import TapestryCore
import TapestryTerminal
import Testing

/// A syntax with one argument of each kind.
private struct Sample {
  var syntax = CommandSyntax("digits-mlp", "Trains a classifier on handwritten digits.")
  let seed: Argument<Int>
  let epochs: Argument<Int>
  let rate: Argument<Double>
  let output: Argument<String?>
  let threads: Argument<Int?>
  let form: Argument<String>
  let sizes: Argument<[Int]>
  let quick: Argument<Bool>

  init() {
    seed = syntax.option("--seed", "N", default: 42, help: "seed of all random numbers")
    epochs = syntax.option("--epochs", "N", default: 20, in: 1...1000, help: "passes over the data")
    rate = syntax.option("--rate", "X", default: 0.001, in: 0...1, help: "learning rate")
    output = syntax.option("--output", "DIR", as: String.self, help: "folder for what is written")
    threads = syntax.option("--threads", "N", as: Int.self, in: 1...64, help: "threads to use")
    form = syntax.choice("--format", "FORM", default: "text", of: ["text", "dot"], help: "form of the output")
    sizes = syntax.list("--sizes", "N", of: Int.self, in: 1...9, help: "hidden sizes")
    quick = syntax.flag("--quick", help: "a short run")
  }

  func values(_ arguments: String...) throws -> ArgumentValues {
    guard case .values(let values) = try syntax.read(arguments) else { throw Unexpected() }
    return values
  }

  func fault(_ arguments: String...) -> String {
    let error = #expect(throws: TapestryError.self) { try syntax.read(arguments) }
    #expect(error?.code == .usage)
    return error.map { "\($0)" } ?? ""
  }
}

private struct Unexpected: Error {}

@Suite struct ArgumentReadingTests {
  private let sample = Sample()

  @Test func defaultsStandWhereNothingIsGiven() throws {
    let values = try sample.values()
    #expect(values[sample.seed] == 42)
    #expect(values[sample.rate] == 0.001)
    #expect(values[sample.output] == nil)
    #expect(values[sample.threads] == nil)
    #expect(values[sample.form] == "text")
    #expect(values[sample.sizes] == [])
    #expect(!values[sample.quick])
    #expect(!values.isGiven(sample.seed))
  }

  @Test func valuesFollowAsAWordOrAnEqualsSign() throws {
    let values = try sample.values(
      "--seed", "-7", "--epochs=3", "--rate", "1e-2", "--output=a=b", "--threads", "2", "--format", "dot", "--quick")
    #expect(values[sample.seed] == -7)
    #expect(values[sample.epochs] == 3)
    #expect(values[sample.rate] == 0.01)
    #expect(values[sample.output] == "a=b")
    #expect(values[sample.threads] == 2)
    #expect(values[sample.form] == "dot")
    #expect(values[sample.quick])
    #expect(values.isGiven(sample.seed))
  }

  @Test func theLastOfTwoCountsAndListsGather() throws {
    let values = try sample.values("--seed", "1", "--sizes", "1,2", "--seed", "2", "--sizes=3")
    #expect(values[sample.seed] == 2)
    #expect(values[sample.sizes] == [1, 2, 3])
  }

  @Test func aPairTakesTwoValues() throws {
    var syntax = CommandSyntax("look", "Looks.")
    let pair = syntax.pair("--diff", "A", "B", help: "two stages")
    func pairOf(_ arguments: String...) throws -> [String]? {
      guard case .values(let values) = try syntax.read(arguments) else { throw Unexpected() }
      return values[pair]
    }
    #expect(try pairOf("--diff", "a", "b") == ["a", "b"] && pairOf("--diff=a", "b") == ["a", "b"])
    #expect(try pairOf("--diff", "a", "b", "--diff", "c", "d") == ["c", "d"] && pairOf() == nil)
    let error = #expect(throws: TapestryError.self) { try pairOf("--diff", "a") }
    #expect(error?.message == "option '--diff' has one value and takes two" && error?.remedy == "write '--diff A B'")
    #expect(throws: TapestryError.self) { try pairOf("--diff", "a", "b", "c") }
    #expect(syntax.help.contains("--diff A B"))
  }

  @Test func anEmptyTextIsAValue() throws {
    #expect(try sample.values("--output", "")[sample.output] == "")
    #expect(try sample.values("--output=")[sample.output] == "")
  }

  @Test func helpIsAskedForAnywhere() throws {
    for arguments in [["--help"], ["-h"], ["--seed", "1", "--help"], ["--wrong", "--help"]] {
      guard case .help(let text) = try sample.syntax.read(arguments) else { throw Unexpected() }
      #expect(text == sample.syntax.help)
    }
  }
}

@Suite struct ArgumentFaultTests {
  private let sample = Sample()
  private let seeHelp = "`digits-mlp --help` lists what can be given"

  @Test func unknownOptions() {
    #expect(sample.fault("--epoch", "3") == "unknown option '--epoch'; did you mean '--epochs'? " + seeHelp)
    #expect(sample.fault("--hlep") == "unknown option '--hlep'; did you mean '--help'? " + seeHelp)
    #expect(sample.fault("--verbose") == "unknown option '--verbose'; " + seeHelp)
    #expect(sample.fault("-s=3") == "unknown option '-s'; " + seeHelp)
  }

  @Test func missingValues() {
    #expect(sample.fault("--seed") == "option '--seed' has no value; write '--seed N'")
    #expect(sample.fault("--output", "--quick") == "option '--output' has no value; write '--output DIR'")
  }

  @Test func valuesOfAnotherType() {
    #expect(sample.fault("--seed", "ten") == "option '--seed' takes a whole number, not 'ten'; " + seeHelp)
    #expect(sample.fault("--seed=") == "option '--seed' takes a whole number, not ''; " + seeHelp)
    #expect(sample.fault("--seed", "1.5") == "option '--seed' takes a whole number, not '1.5'; " + seeHelp)
    #expect(
      sample.fault("--seed", "9223372036854775808")
        == "option '--seed' takes a whole number, not '9223372036854775808'; " + seeHelp)
    #expect(sample.fault("--rate", "nan") == "option '--rate' takes a number from 0.0 to 1.0, not 'nan'; " + seeHelp)
  }

  @Test func valuesOutsideTheirRange() {
    #expect(
      sample.fault("--epochs", "0") == "option '--epochs' takes a whole number from 1 to 1000, not '0'; " + seeHelp)
    #expect(
      sample.fault("--threads=65") == "option '--threads' takes a whole number from 1 to 64, not '65'; " + seeHelp)
    #expect(
      sample.fault("--sizes", "1,,3")
        == "option '--sizes' takes a whole number from 1 to 9 between commas, not '1,,3'; " + seeHelp)
  }

  @Test func wordsThatAreNoChoice() {
    #expect(
      sample.fault("--format", "dott")
        == "option '--format' takes one of text, dot, not 'dott'; did you mean 'dot'? " + seeHelp)
    #expect(sample.fault("--format", "svg") == "option '--format' takes one of text, dot, not 'svg'; " + seeHelp)
  }

  @Test func aFlagTakesNoValue() {
    #expect(sample.fault("--quick=yes") == "option '--quick' takes no value, but 'yes' was given; write '--quick'")
  }

  @Test func theFirstFaultIsTheOneShown() {
    #expect(sample.fault("--seed", "ten", "--epoch").hasPrefix("option '--seed'"))
  }

  @Test func surplusArguments() {
    #expect(sample.fault("quick") == "unexpected argument 'quick'; did you mean '--quick'? " + seeHelp)
    #expect(sample.fault("--", "--quick") == "unexpected argument '--quick'; did you mean '--quick'? " + seeHelp)
  }

  @Test func anArgumentDeclaredTwice() {
    var syntax = CommandSyntax("c", "Does.")
    _ = syntax.flag("--help", help: "mine")
    let error = #expect(throws: TapestryError.self) { try syntax.read([]) }
    #expect(
      error.map { "\($0)" }
        == "argument '--help' is declared twice; give each argument of the command its own name")
  }
}

@Suite struct PositionalTests {
  @Test func fillInOrder() throws {
    var syntax = CommandSyntax("inspect", "Shows a stage.")
    let model = syntax.positional("MODEL", help: "the model's name")
    let stage = syntax.positional("STAGE", default: "graph", help: "the stage")
    let files = syntax.rest("FILE", help: "files to read")
    func values(_ arguments: String...) throws -> ArgumentValues {
      guard case .values(let values) = try syntax.read(arguments) else { throw Unexpected() }
      return values
    }
    #expect(try values("mlp")[model] == "mlp")
    #expect(try values("mlp")[stage] == "graph")
    #expect(try values("mlp")[files] == [])
    #expect(try values("mlp", "tape", "a", "-", "--", "--b", "-1")[files] == ["a", "-", "--b", "-1"])
    let error = #expect(throws: TapestryError.self) { try syntax.read([]) }
    #expect(
      error.map { "\($0)" }
        == "argument MODEL is missing; give the model's name; `inspect --help` lists what can be given")
    #expect(
      syntax.help == """
        usage: inspect MODEL [STAGE] [FILE...]

        Shows a stage.

        arguments:
          MODEL  the model's name
          STAGE  the stage (default graph)
          FILE   files to read

        options:
          --help, -h  show this text

        """)
  }
}

@Suite struct HelpTests {
  @Test func listsEveryOptionInTheOrderDeclared() {
    #expect(
      Sample().syntax.help == """
        usage: digits-mlp [options]

        Trains a classifier on handwritten digits.

        options:
          --seed N       seed of all random numbers (default 42)
          --epochs N     passes over the data (default 20)
          --rate X       learning rate (default 0.001)
          --output DIR   folder for what is written
          --threads N    threads to use
          --format FORM  form of the output: text, dot (default text)
          --sizes N,...  hidden sizes
          --quick        a short run
          --help, -h     show this text

        """)
  }
}
