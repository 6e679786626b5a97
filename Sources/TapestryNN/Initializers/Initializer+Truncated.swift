import TapestryCore
public import TapestryGraph

extension Initializer {
  /// Normal, with numbers farther than two deviations from the mean drawn again.
  ///
  /// The deviation is that before numbers are drawn again; after it is 0.88 times as large. One below 0 is a diagnostic.
  public static func truncatedNormal(mean: Double = 0, deviation: Double = 0.05) -> Initializer {
    Initializer("truncatedNormal \(mean) ± \(deviation)", fault: { _ in .ofDeviation(deviation) }) { type, stream in
      // Up to sixteen draws a place, at places of their own; that all of them are outside has a probability of 1e-21.
      .filled(type) { place in
        let draws = (16 * place..<16 * (place + 1)).lazy.map {
          normalNumber(stream.uniform(at: 2 * $0), stream.uniform(at: 2 * $0 + 1))
        }
        return mean + deviation * (draws.first { Swift.abs($0) <= 2 } ?? 0)
      }
    }
  }
}
