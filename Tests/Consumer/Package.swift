// swift-tools-version: 6.2
import PackageDescription

// A package as a user would write one, with the strictest settings: it depends on Tapestry by path, imports Tapestry alone,
// and shows that ops of one's own work everywhere and that the public surface can be reached.
let package = Package(
  name: "Consumer",
  platforms: [.macOS(.v15)],
  dependencies: [.package(name: "Tapestry", path: "../..")],
  targets: [
    .executableTarget(
      name: "Consumer", dependencies: ["Tapestry"],
      swiftSettings: [
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("MemberImportVisibility"),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .treatAllWarnings(as: .error),
      ])
  ],
  swiftLanguageModes: [.v6]
)
