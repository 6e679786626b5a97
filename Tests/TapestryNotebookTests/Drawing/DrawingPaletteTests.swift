import TapestryNotebook
import Testing

@Suite struct DrawingPaletteTests {
  @Test(arguments: DrawingColor.fills) func textsAreLegibleOnEveryFill(_ fill: DrawingColor) {
    let ink = DrawingColor.text.tones
    #expect(ink.light.contrast(to: fill.tones.light) >= 4.5 && ink.dark.contrast(to: fill.tones.dark) >= 4.5)
  }

  @Test(arguments: DrawingColor.labels) func labelsAreLegibleOnPageAndCluster(_ label: DrawingColor) {
    for ground in [DrawingColor.page, .shade] {
      #expect(label.tones.light.contrast(to: ground.tones.light) >= 4.5, "\(label) on \(ground), light")
      #expect(label.tones.dark.contrast(to: ground.tones.dark) >= 4.5, "\(label) on \(ground), dark")
    }
  }
}
