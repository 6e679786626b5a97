package import TapestryCore
package import TapestryGraph

extension SampleOperand {
  /// Values of the operand's domain, away from its kinks; float types become float64 where the check asks for it.
  package func array(seed: Int, inDouble: Bool) -> NDArray {
    let dtype: DType = inDouble && type.dtype.isFloat ? .float64 : type.dtype
    let stream = RandomStream(seed: seed, name: "sample")
    return NDArray(type.shape, dtype) { place in
      let unit = stream.uniform(at: place)
      if dtype == .int32 {
        return (domain.lowerBound + unit * (domain.upperBound - domain.lowerBound + 1)).rounded(.down)
      }
      if dtype == .bool { return unit < 0.5 ? 0 : 1 }
      let value = domain.lowerBound + unit * (domain.upperBound - domain.lowerBound)
      return kinks.contains { abs($0 - value) < 0.05 } ? value + 0.1 : value
    }
  }
}

extension NDArray {
  /// Numbers in -1 ..< 1 of the array's type: a direction, or weights.
  package func direction(seed: Int) -> NDArray {
    let stream = RandomStream(seed: seed, name: "direction")
    return NDArray(shape, dtype) { stream.uniform(at: $0) * 2 - 1 }
  }

  /// The array moved along a direction.
  package func moved(_ distance: Double, along direction: NDArray) -> NDArray {
    NDArray(shape, dtype) { double(at: $0) + distance * direction.double(at: $0) }
  }
}
