import Foundation

/// The natural logarithm of a number: `log` itself means that of a tensor here.
func logarithm(of number: Double) -> Double { Foundation.log(number) }
