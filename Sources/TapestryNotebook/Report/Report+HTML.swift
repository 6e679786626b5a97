import TapestryGraph

extension Report {
  /// One page that needs no network: style, pictures and all. It follows the reader's choice of light or dark.
  package var html: String {
    let title = xmlEscaped(name)
    let body = cells.enumerated().map { section($1, number: $0 + 1) }.joined()
    return """
      <!DOCTYPE html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <meta name="color-scheme" content="light dark">
      <title>\(title)</title>
      <style>
      \(PageStyle.text)</style>
      </head>
      <body>
      <main>
      <header>
      <h1>\(title)</h1>
      <p>\(proseLine(summary))</p>
      <p class="settings">\(xmlEscaped(settings))</p>
      </header>
      \(contents)\(body)</main>
      </body>
      </html>

      """
  }

  private var contents: String {
    let headings = cells.enumerated().filter { !$0.element.heading.isEmpty }
    guard headings.count > 3 else { return "" }
    let links = headings.map { "<li><a href=\"#cell-\($0.offset + 1)\">\(xmlEscaped($0.element.heading))</a></li>\n" }
    return "<nav><ol>\n\(links.joined())</ol></nav>\n"
  }

  private func section(_ cell: Cell, number: Int) -> String {
    var text = "<section id=\"cell-\(number)\">\n"
    if !cell.heading.isEmpty { text += "<h2>\(xmlEscaped(cell.heading))</h2>\n" }
    for paragraph in paragraphs(of: cell.prose) { text += "<p>\(proseLine(paragraph))</p>\n" }
    if let source = cell.source {
      let isLong = source.split(separator: "\n", omittingEmptySubsequences: false).count > 30
      text +=
        "<details class=\"source\"\(isLong ? "" : " open")><summary>source</summary>"
        + "<pre><code>\(xmlEscaped(source))</code></pre></details>\n"
    }
    return text + cell.outputs.map(html).joined() + "</section>\n"
  }

  private func html(_ output: Output) -> String {
    switch output {
    case .text(let text): "<pre class=\"result\">\(xmlEscaped(text))</pre>\n"
    case .table(let table): html(table)
    case .figure(let figure) where figure.isDrawing:
      // The page's style shows the drawing in full size while these details are open.
      "<details class=\"zoom\"><summary>full size</summary></details>\n<figure class=\"drawing\">\(figure.svg)</figure>\n"
    case .figure(let figure): "<figure>\(figure.svg)</figure>\n"
    case .folded(let title, let text):
      "<details><summary>\(xmlEscaped(title))</summary><pre>\(xmlEscaped(text))</pre></details>\n"
    case .files(let names):
      "<p class=\"file\">Files: "
        + names.map { "<a href=\"\(xmlEscaped($0))\">\(xmlEscaped($0))</a>" }.joined(separator: ", ") + "</p>\n"
    case .failure(let text): "<pre class=\"failure\">\(xmlEscaped(text))</pre>\n"
    }
  }
}
