import Foundation

/// A number with a fixed count of digits after the point, rounded: `decimal(0.97222, 4)` is `0.9722`.
public func decimal(_ value: Double, _ digits: Int) -> String { String(format: "%.\(max(digits, 0))f", value) }
