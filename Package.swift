// swift-tools-version: 6.2
import PackageDescription

/// Settings every Swift target is built with.
let strict: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .treatAllWarnings(as: .error),
]

/// A library target that may import the modules named.
func module(_ name: String, _ imports: [Target.Dependency] = []) -> Target {
  .target(name: name, dependencies: imports, swiftSettings: strict)
}

/// The tests of one module.
func tests(of name: String, _ imports: [Target.Dependency] = []) -> Target {
  .testTarget(name: name + "Tests", dependencies: [.init(stringLiteral: name)] + imports, swiftSettings: strict)
}

/// The executables in Examples, each in a folder of its name.
let notebooks = [
  "attention", "char-lstm", "compiler-tour", "digits-cnn", "digits-gan", "digits-lstm", "digits-mlp", "gradients",
  "look-inside", "optimizers", "tumour-classifier",
]

/// The target of one of them.
func notebook(_ name: String) -> Target {
  .executableTarget(
    name: name, dependencies: ["Tapestry"], path: "Examples/" + name,
    swiftSettings: strict + [.defaultIsolation(MainActor.self)], plugins: ["NotebookSources"])
}

let package = Package(
  name: "Tapestry",
  platforms: [.macOS(.v15)],
  products: [
    .library(name: "Tapestry", targets: ["Tapestry"]),
    .executable(name: "tapestry", targets: ["TapestryCommand"]),
    .plugin(name: "NotebookSources", targets: ["NotebookSources"]),
  ] + notebooks.map { .executable(name: $0, targets: [$0]) },
  targets: [
    // Each module may import only modules above it.
    .target(
      name: "CTapestryKernels",
      cSettings: [.unsafeFlags(["-O3", "-fno-math-errno", "-Wall", "-Wextra", "-Werror"])],
      linkerSettings: [.linkedLibrary("m", .when(platforms: [.linux]))]),
    module("TapestryCore", ["CTapestryKernels"]),
    module("TapestryGraph", ["TapestryCore"]),
    module("TapestryTape", ["CTapestryKernels", "TapestryCore", "TapestryGraph"]),
    module("TapestryCompiler", ["CTapestryKernels", "TapestryCore", "TapestryGraph", "TapestryTape"]),
    module("TapestryData", ["TapestryCore"]),
    module("TapestryTerminal", ["TapestryCore"]),
    module("TapestryNN", ["TapestryCore", "TapestryGraph", "TapestryCompiler", "TapestryData", "TapestryTerminal"]),
    module(
      "TapestryNotebook",
      ["TapestryCore", "TapestryGraph", "TapestryCompiler", "TapestryData", "TapestryTerminal", "TapestryNN"]),
    module(
      "Tapestry",
      [
        "TapestryCore", "TapestryGraph", "TapestryCompiler", "TapestryData", "TapestryTerminal", "TapestryNN",
        "TapestryNotebook",
      ]),
    tests(of: "CTapestryKernels", ["TapestryTape"]),
    tests(of: "TapestryCore"),
    .target(
      name: "OpKit", dependencies: ["TapestryCore", "TapestryGraph"], path: "Tests/Support/OpKit",
      swiftSettings: strict),
    tests(of: "TapestryGraph", ["TapestryCore", "OpKit"]),
    tests(of: "TapestryTape", ["TapestryCore"]),
    .target(
      name: "CAllocationCounter", path: "Tests/Support/CAllocationCounter",
      cSettings: [.unsafeFlags(["-Wall", "-Wextra", "-Werror"])]),
    tests(
      of: "TapestryCompiler",
      ["TapestryCore", "TapestryGraph", "TapestryTape", "CTapestryKernels", "CAllocationCounter"]),
    tests(of: "TapestryData", ["TapestryCore"]),
    tests(
      of: "TapestryNotebook",
      ["TapestryCore", "TapestryGraph", "TapestryCompiler", "TapestryData", "TapestryTerminal", "TapestryNN"]),
    tests(
      of: "TapestryNN",
      ["TapestryCore", "TapestryGraph", "TapestryTape", "TapestryCompiler", "TapestryData", "TapestryTerminal"]),
    tests(of: "TapestryTerminal", ["TapestryCore"]),
    tests(
      of: "TapestryCommand",
      [
        "CTapestryKernels", "CAllocationCounter", "TapestryCore", "TapestryGraph", "TapestryTape", "TapestryCompiler",
        "TapestryNN", "TapestryNotebook",
      ]),
    // The code of the guides, which sees what a user sees, and the test that holds the pages to it.
    .target(
      name: "Guides", dependencies: ["Tapestry"], path: "Tests/Guides", packageAccess: false, swiftSettings: strict),
    tests(
      of: "Guides",
      [
        "OpKit", "TapestryCore", "TapestryGraph", "TapestryTape", "TapestryCompiler", "TapestryNN", "TapestryCommand",
        "CTapestryKernels",
      ]),
    .testTarget(name: "ExamplesTests", swiftSettings: strict),
    .executableTarget(
      name: "TapestryCommand",
      dependencies: [
        "CTapestryKernels", "TapestryCore", "TapestryGraph", "TapestryTape", "TapestryCompiler", "TapestryNN",
        "TapestryNotebook", "TapestryTerminal",
      ],
      swiftSettings: strict),
    // A user's notebook takes the plugin, too.
    .plugin(
      name: "NotebookSources", capability: .buildTool(), dependencies: ["embed-sources"],
      path: "Sources/NotebookSources"),
    .executableTarget(name: "embed-sources", path: "Sources/EmbedSources", swiftSettings: strict),
  ] + notebooks.map(notebook),
  swiftLanguageModes: [.v6],
  cLanguageStandard: .c2x
)
