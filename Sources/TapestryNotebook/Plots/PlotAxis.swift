import Foundation

/// How values become places along an axis.
public enum PlotScale: Sendable, Hashable {
  /// Equal steps are equal lengths.
  case linear
  /// Equal ratios are equal lengths; values of 0 and below have no place.
  case logarithmic
}

/// One axis of a plot: what it measures, its scale, and what part of it is shown.
///
/// A string literal is a linear axis over all that is drawn: `Plot("Loss", x: "epoch", y: "nats")`.
public struct PlotAxis: Sendable, Hashable, ExpressibleByStringLiteral {
  let label: String
  let scale: PlotScale
  let range: ClosedRange<Double>?

  /// An axis.
  ///
  /// - Parameters:
  ///   - label: what it measures, with the unit.
  ///   - range: what is shown; nil for all that is drawn, with a little room.
  public init(_ label: String, scale: PlotScale = .linear, range: ClosedRange<Double>? = nil) {
    self.label = label
    self.scale = scale
    self.range = range
  }

  /// A linear axis with a label.
  public init(stringLiteral label: String) { self.init(label) }
}

/// An axis with its range decided: maps values into 0...1.
struct AxisMap {
  let scale: PlotScale
  let low: Double
  let high: Double

  /// - Parameters:
  ///   - values: what is drawn; only finite ones, and on a logarithmic scale positive ones, count.
  ///   - isTight: whether the axis ends where the values do, without room.
  init(_ axis: PlotAxis, over values: some Sequence<Double>, isTight: Bool = false) {
    let isLogarithmic = axis.scale == .logarithmic
    var (low, high) = (Double.infinity, -Double.infinity)
    for value in values where value.isFinite && (!isLogarithmic || value > 0) {
      low = min(low, value)
      high = max(high, value)
    }
    if low > high { (low, high) = isLogarithmic ? (1, 10) : (0, 1) }
    if let range = axis.range, !isLogarithmic || range.lowerBound > 0 {
      (low, high) = (range.lowerBound, range.upperBound)
    } else if isLogarithmic {
      if low == high { (low, high) = (low / 2, high * 2) }
    } else if low < high, !isTight {
      let room = (high - low) * 0.04
      // A quantity that is never negative is shown from 0 where it comes near.
      low = low >= 0 && low - 4 * room <= 0 ? 0 : low - room
      high += room
    }
    if low == high {
      let room = max(abs(low) * 0.1, 0.5)
      (low, high) = (low - room, high + room)
    }
    scale = axis.scale
    self.low = low
    self.high = high
  }

  /// The part of the axis a value lies at, nil for values without a place.
  func part(_ value: Double) -> Double? {
    guard value.isFinite else { return nil }
    switch scale {
    case .linear: return (value - low) / (high - low)
    case .logarithmic: return value > 0 ? log(value / low) / log(high / low) : nil
    }
  }

  func ticks(count: Int) -> [Tick] {
    scale == .linear ? linearTicks(low, high, count: count) : logarithmicTicks(low, high, count: count)
  }
}
