import Foundation

let status = TapestryTool.run(Array(CommandLine.arguments.dropFirst())) { text, isError in
  let handle = isError ? FileHandle.standardError : FileHandle.standardOutput
  try? handle.write(contentsOf: Foundation.Data(text.utf8))
}
exit(status)
