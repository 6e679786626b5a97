import Foundation

let status = TapestryTool.run(Array(CommandLine.arguments.dropFirst())) { text, isError in
  let handle = isError ? FileHandle.standardError : FileHandle.standardOutput
  do {
    try handle.write(contentsOf: Foundation.Data(text.utf8))
  } catch {
    // A result nobody can read is a failure: a full disk, a closed file.
    exit(1)
  }
}
exit(status)
