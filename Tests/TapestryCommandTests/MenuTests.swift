import TapestryNN
import Testing

@Suite struct MenuTests {
  @Test func modelsAreListedOneALine() {
    let run = Transcript("models")
    let lines = run.output.split(separator: "\n")
    #expect(run.status == 0 && run.errors.isEmpty)
    #expect(lines.map { String($0.prefix { $0 != " " }) } == CatalogueModel.all.map(\.name))
    let some: Set = ["mlp-digits", "mlp-two-class", "cnn", "lenet", "rnn", "char-lstm", "transformer", "vae", "gan"]
    #expect(some.isSubset(of: CatalogueModel.all.map(\.name)))
  }

  @Test func helpNamesTheCommandsThatWork() {
    for run in [Transcript(), Transcript("--help")] {
      #expect(run.status == 0)
      for command in ["models", "inspect", "bench", "verify"] { #expect(run.output.contains("  \(command) ")) }
    }
    let help = Transcript("inspect", "--help").output
    for option in ["--stage", "--format", "--fold", "--passes-without", "--stop-after"] {
      #expect(help.contains(option))
    }
  }

  @Test(arguments: [
    (["inspekt", "gan"], "did you mean 'inspect'?"),
    (["inspect", "mlp-digit"], "unknown model 'mlp-digit'; did you mean 'mlp-digits'?"),
    (["inspect", "gan", "--stage", "fuse"], "did you mean 'fused'?"),
    (["inspect", "gan", "--format", "png"], "takes one of text, dot, svg, not 'png'"),
    (["inspect", "gan", "--passes-without", "algebr"], "no pass is called 'algebr'; did you mean 'algebra'?"),
    (["inspect", "gan", "--stop-after", "nothing"], "no pass is called 'nothing'"),
    (["inspect"], "argument MODEL is missing"),
    (["bench", "--only", "mlp32,cnn23"], "unknown workload 'cnn23'; did you mean 'cnn32'?"),
    (["bench", "--profile", "mlp_tin"], "unknown workload 'mlp_tin'; did you mean 'mlp_tiny'?"),
    (["bench", "--threads", "0"], "a whole number from 1 to 1024"),
    (["verify"], "nothing to verify is named"),
    (["verify", "--functions", "--level", "avx3"], "this machine has no instruction set 'avx3'"),
  ])
  func wrongArgumentsEndWithStatus2(_ arguments: [String], _ message: String) {
    let run = Transcript(arguments)
    #expect(run.status == 2)
    #expect(run.output.isEmpty)
    #expect(run.errors.contains(message), "\(run.errors)")
  }
}
