import Foundation

// embed-sources OUTPUT FILE...: writes a Swift file that holds the texts of others as string literals.

/// The text as a literal, with as many number signs as it takes for nothing in it to end or escape it.
func literal(_ text: String) -> String {
  var signs = "#"
  while text.contains("\"\"\"" + signs) || text.contains("\\" + signs) { signs += "#" }
  return "\(signs)\"\"\"\n\(text)\n\"\"\"\(signs)"
}

let arguments = CommandLine.arguments
var file = "/// The sources of this module, by file name.\nnonisolated let embeddedSources: [String: String] = [\n"
for path in arguments.dropFirst(2).sorted() {
  let name = URL(filePath: path).lastPathComponent
  file += "\"\(name)\": \(literal(try String(contentsOfFile: path, encoding: .utf8))),\n"
}
try (file + "]\n").write(toFile: arguments[1], atomically: true, encoding: .utf8)
