/// A finished picture: an SVG that needs nothing else, and what it shows in words.
///
/// Plots, charts and image grids give figures (``Drawable``); any other SVG becomes one by ``init(svg:title:)``.
public struct Figure: Sendable, Hashable {
  /// What the picture shows, for readers who cannot see it and for the terminal.
  public let title: String
  /// The picture: one `<svg>` element with a `viewBox`, without an XML declaration.
  public let svg: String
  /// Whether it is shown in its own size, and moves sideways where the page is narrower, as a drawing of a graph must.
  let isDrawing: Bool
  /// Where its texts stand, for tests of the layout.
  package let labels: [TextBox]

  /// A figure of an SVG made elsewhere.
  ///
  /// - Parameters:
  ///   - svg: one `<svg>` element with a `viewBox`; it should bring its own background and fonts. It is shown in its own
  ///     size, and moves sideways where the page is narrower.
  ///   - title: what it shows.
  public init(svg: String, title: String) { self.init(svg: svg, title: title, isDrawing: true, labels: []) }

  init(svg: String, title: String, isDrawing: Bool, labels: [TextBox]) {
    self.svg = svg
    self.title = title
    self.isDrawing = isDrawing
    self.labels = labels
  }
}

/// What can be shown as a figure.
public protocol Drawable {
  /// The picture.
  var figure: Figure { get }
}

extension Figure: Drawable {
  /// The figure itself.
  public var figure: Figure { self }
}
