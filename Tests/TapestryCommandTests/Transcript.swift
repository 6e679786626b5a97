import TapestryCommand

/// What a run of the command line wrote, and its exit status.
struct Transcript {
  private(set) var output = ""
  private(set) var errors = ""
  private(set) var status: Int32 = 0

  init(_ arguments: String...) { self.init(arguments) }

  init(_ arguments: [String]) {
    var (output, errors) = ("", "")
    status = TapestryTool.run(arguments) { text, isError in
      if isError { errors += text } else { output += text }
    }
    (self.output, self.errors) = (output, errors)
  }
}
