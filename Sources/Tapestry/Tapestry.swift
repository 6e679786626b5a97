// The umbrella: `import Tapestry` is all a user writes. It holds nothing of its own.

@_exported public import TapestryCompiler
@_exported public import TapestryCore
@_exported public import TapestryData
@_exported public import TapestryGraph
@_exported public import TapestryNN
@_exported public import TapestryNotebook
@_exported public import TapestryTerminal
