import Foundation
import TapestryCompiler
import Testing

/// Every page is true: its code is compiled, its output was printed, its links lead somewhere.
///
/// A page that is out of date is written anew by
///
///     TAPESTRY_WRITE_GUIDES=1 swift test --filter GuidePagesTests
@Suite struct GuidePagesTests {
  private static let pages = ["README.md"] + Repository.files("Docs", ".md")
  private static let maker = Result { try BlockMaker() }

  @Test(arguments: pages) func isUpToDate(_ path: String) throws {
    let page = try GuidePage(path)
    let maker = try GuidePagesTests.maker.get()
    let remade = try page.remade { try maker.make($0) }
    guard !agree(page.text, remade) else { return }
    if BlockMaker.writes {
      try remade.write(to: Repository.root.appending(path: path), atomically: true, encoding: .utf8)
    } else {
      Issue.record("\(path) is out of date: \(firstDifference(page.text, remade)); see GuidePagesTests for the command")
    }
  }

  @Test(arguments: pages) func codeAndOutputAreMade(_ path: String) throws {
    #expect(try GuidePage(path).fencesByHand == [])
  }

  @Test(arguments: pages) func linksLeadSomewhere(_ path: String) throws {
    for link in try GuidePage(path).links {
      #expect(FileManager.default.fileExists(atPath: Repository.root.appending(path: link).path), "\(link)")
    }
  }

  /// What is written for a page stands on one.
  @Test func everyPartIsShown() throws {
    let blocks = try GuidePagesTests.pages.flatMap { try GuidePage($0).blocks }
    let shown = blocks.filter { $0.kind == "swift" }.flatMap(BlockMaker.names) + blocks.map(\.argument)
    for name in try GuidePagesTests.maker.get().partNames { #expect(shown.contains(name), "\(name)") }
  }

  @Test func everyPageIsTwoStepsFromTheReadme() throws {
    let first = try GuidePage("README.md").links
    let second = try first.filter { $0.hasSuffix(".md") }.flatMap { try GuidePage($0).links }
    for page in GuidePagesTests.pages.dropFirst() { #expect((first + second).contains(page), "\(page)") }
  }

  @Test func everyPassHasAPage() {
    let written = Set(GuidePagesTests.pages)
    for name in PassPlan.standard.passes.map(\.name) { #expect(written.contains("Docs/Passes/\(name).md"), "\(name)") }
  }

  private func firstDifference(_ old: String, _ new: String) -> String {
    let pairs = zip(old.split(separator: "\n"), new.split(separator: "\n"))
    return pairs.first { !agree(String($0), String($1)) }.map { "'\($0)' should be '\($1)'" } ?? "lines are missing"
  }
}

/// The tools themselves.
@Suite struct GuidePageToolTests {
  @Test func aBlockIsMadeAndTheRestStays() throws {
    let page = GuidePage("p.md", "a\n<!-- prints x | first 2 -->\nold\n<!-- end -->\nb\n")
    #expect(page.blocks == [GuidePage.Block(kind: "prints", argument: "x", filters: ["first 2"])])
    #expect(try page.remade { _ in "new\nnew" } == "a\n<!-- prints x | first 2 -->\nnew\nnew\n<!-- end -->\nb\n")
  }

  @Test func fencesByHandAreFound() {
    let page = GuidePage("p.md", "```sh\nls\n```\n```swift\nx\n```\n<!-- prints x -->\n```\ny\n```\n<!-- end -->\n")
    #expect(page.fencesByHand == ["```swift"])
  }

  @Test func linksAreRelativeToThePage() {
    let page = GuidePage("Docs/Passes/p.md", "[a](../A.md#b) [c](https://x.y/z) [d](D.md)")
    #expect(page.links == ["Docs/A.md", "Docs/Passes/D.md"])
  }

  @Test func partsEndAtMarksAndBraces() {
    let text = "// mark(\"top\")\nlet a = 1\n// end\nfunc f() {\n  mark(\"in\")\n  if a {\n    b\n  }\n}\nlet c"
    #expect(SourceParts.marked(in: text) == ["top": "let a = 1", "in": "if a {\n  b\n}"])
    #expect(SourceParts.declaration(of: "func f", in: text)?.hasPrefix("func f() {\n  mark") == true)
  }

  @Test func numbersMayRoundDifferently() {
    #expect(agree("loss 0.1234 at 5", "loss 0.1235 at 5") && agree("1.2e-9", "3.4e-10"))
    #expect(!agree("loss 0.12", "loss 0.13") && !agree("5 steps", "6 steps") && !agree("a", "b"))
  }
}
