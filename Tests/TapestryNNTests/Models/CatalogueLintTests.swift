import TapestryCompiler
import TapestryNN
import Testing

@Suite struct CatalogueLintTests {
  /// A lint that fires on models as they should be is worth nothing.
  @Test(arguments: CatalogueModel.all.map(\.name)) func nothingIsFound(_ name: String) throws {
    let model = try CatalogueModel.named(name)
    let program = model.program()
    let findings = try program.lint(for: model.feeds, state: program.initialState(feeds: model.feeds))
    #expect(findings == [])
  }
}
