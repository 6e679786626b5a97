// `import Tapestry` is all a user writes: it brings the public modules.
@_exported public import TapestryCompiler
@_exported public import TapestryCore
@_exported public import TapestryData
@_exported public import TapestryGraph
@_exported public import TapestryNN
@_exported public import TapestryNotebook
@_exported public import TapestryTerminal
