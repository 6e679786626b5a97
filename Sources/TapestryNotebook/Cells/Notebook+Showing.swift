public import TapestryTerminal

extension Notebook {
  /// Shows a result as it describes itself.
  public func show(_ result: some CustomStringConvertible) {
    add(.text(result.description), printing: result.description)
  }

  /// Shows a table: in columns on standard output, as a table in the pages.
  public func show(_ table: TextTable) { add(.table(table), printing: table.description) }

  /// Shows a picture in the pages. Standard output gets a line with its title.
  public func show(_ drawable: some Drawable) {
    let figure = drawable.figure
    add(.figure(figure), printing: "[figure: \(figure.title)]")
  }

  /// Puts a long text, such as a listing, into the pages, folded away below a title. Standard output does not get it.
  public func fold(_ title: String, _ text: String) { add(.folded(title, text), printing: nil) }

  /// Puts the source of another file of the notebook into the pages, such as that of the model, folded away.
  ///
  /// - Parameter name: the name of a file beside the one this is called in.
  public func foldSource(of name: String, file: String = #filePath) {
    let folder = file.lastIndex(of: "/").map { file[...$0] } ?? ""
    if let source = source(of: folder + name) { fold(name, source.whole) }
  }
}
