import TapestryCore
import TapestryGraph

/// Where the channels of images are.
public enum ImageLayout: Hashable, Sendable {
  /// [batch, height, width, channels]: what everything computes in.
  case nhwc
  /// [batch, channels, height, width]: turned around on the way in and out, which passes cancel between layers.
  case nchw

  /// Calls a function of NHWC images on images of this layout, and gives its images in this layout.
  func apply(_ x: Tensor, _ body: (Tensor) -> Tensor) -> Tensor {
    let y = body(channelsLast(x))
    return self == .nhwc || y.isPoisoned || y.rank != 4 ? y : y.transpose([0, 3, 1, 2])
  }

  /// Images of this layout as NHWC. What has not four axes is left as it is, for the function to diagnose.
  func channelsLast(_ x: Tensor) -> Tensor { self == .nhwc || x.rank != 4 ? x : x.transpose([0, 2, 3, 1]) }
}

/// How many places are added around a sequence before windows slide over it.
public enum SequencePadding: Hashable, Sendable {
  /// None.
  case valid
  /// As many as give ceil(extent / stride) windows, the odd one after.
  case same
  /// All before: no window sees what comes after its last place.
  case causal
  /// As many as said.
  case explicit(before: Int, after: Int)

  /// The padding of the sequence as an image one row high.
  ///
  /// - Parameter reach: the places from a window's first to its last.
  func ofRow(reach: Int) -> WindowPadding {
    switch self {
    case .valid: .valid
    case .same: .same
    case .causal: .explicit(top: 0, bottom: 0, left: Swift.max(reach, 1) - 1, right: 0)
    case .explicit(let before, let after): .explicit(top: 0, bottom: 0, left: before, right: after)
    }
  }
}

extension Tensor {
  /// Whether these are sequences [batch, steps, channels]; otherwise a diagnostic, none on a poisoned tensor.
  func isSequence(for function: String, _ file: StaticString, _ line: UInt) -> Bool {
    guard isFloat(for: function, file, line) else { return false }
    if rank == 3 { return true }
    _ = graph.refuse(
      "\(function) of \(type)",
      OpFault(.shapeMismatch, "a sequence has 3 axes, this has \(rank)", remedy: "give [batch, steps, channels]"),
      at: SourcePlace(file, line))
    return false
  }
}
