import Foundation

/// A number with a fixed count of digits after the point, rounded: `decimal(0.97222, 4)` is `0.9722`.
public func decimal(_ value: Double, _ digits: Int) -> String { String(format: "%.\(max(digits, 0))f", value) }

/// A number with one digit before the point and a power of ten: `scientific(0.00123, 1)` is `1.2e-03`.
public func scientific(_ value: Double, _ digits: Int = 2) -> String { String(format: "%.\(max(digits, 0))e", value) }

/// Raises to a power; here, since names of the C library stay out of files that also name graph functions.
func power(_ base: Double, _ exponent: Double) -> Double { pow(base, exponent) }
