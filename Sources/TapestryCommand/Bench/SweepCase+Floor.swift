import TapestryCore
import TapestryNN

// What a step of a case has to do at least. Operations are counted as for the workloads: useful multiply-adds twice, valid
// taps only. Bytes are those that no program can do without: what is fed is read once, and each parameter is read and
// written once. The floor of a step is the longer of the two at what the machine does at most: a layer of one example
// reads a weight for every multiply-add, and no kernel makes more of it than memory gives.

extension SweepCase {
  /// Useful floating-point operations of a step.
  package var flops: Int {
    switch layer {
    case .dense(let batch, let width):
      // Products: the first layer's two (no gradient in the examples), the second's three.
      return 2 * 5 * batch * width * width
    case .convolution(let batch, let height, let width, let channels, let kernel, let stride, let dilation, let groups):
      let taps = [height, width].reduce(1) { $0 * SweepCase.taps($1, kernel, stride, dilation) }
      return 2 * 3 * batch * taps * channels * channels / groups
    case .recurrent(let kind, let batch, let steps, let features, let units):
      return 2 * batch * steps * SweepCase.gates(kind) * units * (2 * features + 3 * units)
    }
  }

  /// The taps of an axis that fall on it, over all windows.
  private static func taps(_ extent: Int, _ kernel: Int, _ stride: Int, _ dilation: Int) -> Int {
    let windows = (extent + stride - 1) / stride
    let padding = max((windows - 1) * stride + (kernel - 1) * dilation + 1 - extent, 0)
    return (0..<windows).reduce(0) { sum, window in
      sum + (0..<kernel).count { (0..<extent).contains(window * stride + $0 * dilation - padding / 2) }
    }
  }

  /// The products of a cell, each as wide as its state.
  private static func gates(_ kind: RecurrentKind) -> Int {
    switch kind {
    case .simple: 1
    case .gru: 3
    case .lstm: 4
    }
  }

  /// Bytes a step reads and writes at least.
  package var bytes: Int {
    let (fed, parameters): (Int, Int) =
      switch layer {
      case .dense(let batch, let width): (batch * width, 2 * (width * width + width))
      case .convolution(let batch, let height, let width, let channels, let kernel, _, _, let groups):
        // The images are a parameter, so that they have a gradient.
        (0, batch * height * width * channels + kernel * kernel * channels / groups * channels + channels)
      case .recurrent(let kind, let batch, let steps, let features, let units):
        (batch * steps * features, SweepCase.gates(kind) * units * (features + units + 1))
      }
    return dtype.byteCount * (fed + 2 * parameters)
  }

  /// The nanoseconds of a step on a machine of some Float32 peak and bandwidth. A vector holds half as many Float64.
  package func floor(gigaflopsPerSecond: Double, gigabytesPerSecond: Double) -> Double {
    let peak = gigaflopsPerSecond * 4 / Double(dtype.byteCount)
    return max(Double(flops) / peak, Double(bytes) / gigabytesPerSecond)
  }
}
