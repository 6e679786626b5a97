package import TapestryCompiler
package import TapestryCore

/// A training program that can be inspected by name: what `tapestry models` lists.
///
/// A new model is a function that traces it and an entry in ``all``.
package struct CatalogueModel: Sendable {
  /// As it is typed, in lower case with hyphens.
  package let name: String
  /// One line that says what it is.
  package let summary: String
  /// Arrays of the shapes it is traced for; labels are within range.
  package let feeds: Feeds
  private let build: @Sendable (Tracing) -> Void

  package init(
    _ name: String, _ summary: String, _ feeds: [(Input, NDArray)], _ build: @escaping @Sendable (Tracing) -> Void
  ) {
    self.name = name
    self.summary = summary
    self.feeds = Feeds(feeds)
    self.build = build
  }

  /// Every model, in the order they are listed.
  package static let all = [
    mlpDigits, mlpSoftmax, mlpSGD, mlpTwoClass, convolutional, lenet, rnn, lstmRows, bidirectionalGRU, characterLSTM,
    convolutionalLSTM, translator, transformer, autoencoding, variational, gan, dcgan, wassersteinGAN, lstmGAN,
    layerNorm, geluLayer,
  ]

  /// The model of a name.
  ///
  /// - Throws: `usage` for a name that none has, with the nearest one.
  package static func named(_ name: String) throws(TapestryError) -> CatalogueModel {
    if let model = all.first(where: { $0.name == name }) { return model }
    let near = nearest(to: name, in: all.map(\.name)).map { "did you mean '\($0)'? " } ?? ""
    throw TapestryError(.usage, "unknown model '\(name)'", remedy: near + "`tapestry models` lists them")
  }

  /// The model as a program.
  package func program(_ compiler: CompilerOptions = CompilerOptions()) -> Program {
    var options = ProgramOptions()
    options.compiler = compiler
    return program(options)
  }

  /// The model as a program run as the options say.
  package func program(_ options: ProgramOptions) -> Program { Program.traced(options, build) }

  /// The model compiled for the shapes of its feeds.
  ///
  /// - Throws: what compiling throws.
  package func compiled(_ compiler: CompilerOptions = CompilerOptions()) throws(TapestryError) -> CompiledProgram {
    try program(compiler).compiled(for: feeds)
  }
}
