import TapestryCore

/// How many places are added around an image before windows slide over it.
public enum WindowPadding: Hashable, Sendable {
  /// None: every window lies inside.
  case valid
  /// As many as give ceil(extent / stride) windows, the odd one after.
  case same
  /// As many as said. Fewer than 0 at the bottom or on the right leave out the last places of the image.
  case explicit(top: Int, bottom: Int, left: Int, right: Int)
}

/// Windows that slide over the two middle axes of an NHWC image: along each, tap t of window o reads place
/// o * stride - low + t * dilation, or padding where that is outside.
package struct WindowGeometry: Hashable, Sendable {
  /// Extents of the window, along height and width; likewise the others.
  package let extents: [Int]
  package let strides: [Int]
  package let dilation: [Int]
  package let low: [Int]
  package let high: [Int]

  package init(extents: [Int], strides: [Int], dilation: [Int], low: [Int], high: [Int]) {
    self.extents = extents
    self.strides = strides
    self.dilation = dilation
    self.low = low
    self.high = high
  }

  /// The geometry of windows over an image of given height and width, without faults of its own: the ops check it.
  package init(_ extents: [Int], over image: [Int], strides: [Int], dilation: [Int], padding: WindowPadding) {
    var (low, high) = ([0, 0], [0, 0])
    switch padding {
    case .valid: break
    case .explicit(let top, let bottom, let left, let right): (low, high) = ([top, left], [bottom, right])
    case .same:
      for axis in 0..<2 where [extents, image, strides, dilation].allSatisfy({ $0.count == 2 }) && strides[axis] > 0 {
        let count = (image[axis] + strides[axis] - 1) / strides[axis]
        let needed = (count - 1) * strides[axis] + (extents[axis] - 1) * dilation[axis] + 1 - image[axis]
        low[axis] = Swift.max(needed, 0) / 2
        high[axis] = Swift.max(needed, 0) - low[axis]
      }
    }
    self.init(extents: extents, strides: strides, dilation: dilation, low: low, high: high)
  }

  /// As printed after an op's name.
  package var attributes: String {
    "window: \(extents)" + (strides == [1, 1] ? "" : " strides: \(strides)")
      + (dilation == [1, 1] ? "" : " dilation: \(dilation)")
      + (low + high == [0, 0, 0, 0] ? "" : " padding: \(low) \(high)")
  }

  /// The number of windows along height and width.
  ///
  /// - Throws: an ``OpFault`` for attributes out of range and for a window larger than the padded image.
  func counts(over image: [Int]) throws(OpFault) -> [Int] {
    guard [extents, strides, dilation, low, high].allSatisfy({ $0.count == 2 }) else {
      throw OpFault(
        .invalidAttribute, "the window's extents, strides and dilation are not all pairs",
        remedy: "give two numbers each, for height and width")
    }
    guard (extents + strides + dilation).allSatisfy({ $0 >= 1 }), low.allSatisfy({ $0 >= 0 }) else {
      throw OpFault(
        .invalidAttribute, "\(attributes) holds a number that is too small",
        remedy: "give extents, strides and dilation of 1 or more, and padding of 0 or more before the image")
    }
    var counts: [Int] = []
    for axis in 0..<2 {
      let reach = (extents[axis] - 1) * dilation[axis] + 1
      let padded = image[axis] + low[axis] + high[axis]
      guard reach <= padded else {
        throw OpFault(
          .shapeMismatch,
          "the window reaches over \(reach) places of \(axis == 0 ? "height" : "width"), the padded input has \(padded)",
          remedy: "pad the input with `padding: .same`, or make the window smaller")
      }
      counts.append((padded - reach) / strides[axis] + 1)
    }
    return counts
  }

  /// Height and width of the part of an image, from its start, that so many windows reach.
  package func reach(of counts: [Int], over image: [Int]) -> [Int] {
    (0..<2).map { axis in
      Swift.min(image[axis], (counts[axis] - 1) * strides[axis] + (extents[axis] - 1) * dilation[axis] + 1 - low[axis])
    }
  }

  /// The geometry of the first windows alone, so many of them: what lies beyond their reach is cut off.
  package func first(_ counts: [Int], over image: [Int]) -> WindowGeometry {
    WindowGeometry(
      extents: extents, strides: strides, dilation: dilation, low: low,
      high: (0..<2).map { axis in
        (counts[axis] - 1) * strides[axis] + (extents[axis] - 1) * dilation[axis] + 1 - low[axis] - image[axis]
      })
  }

  /// The place along an axis that a tap of a window reads, or nil in the padding.
  func place(_ axis: Int, window: Int, tap: Int, of extent: Int) -> Int? {
    let place = window * strides[axis] - low[axis] + tap * dilation[axis]
    return place >= 0 && place < extent ? place : nil
  }
}

extension TensorType {
  /// Images are float NHWC.
  func requireImage(_ what: String) throws(OpFault) {
    guard dtype.isFloat else {
      throw OpFault(
        .dtypeMismatch, "\(dtype) is not a type it takes", remedy: "cast to a float type: `cast(x, to: .float32)`")
    }
    guard shape.rank == 4 else {
      throw OpFault(
        .shapeMismatch, "\(what) has shape \(shape), not 4 axes",
        remedy: "arrange images as [batch, height, width, channels] and filters as [height, width, in, out]")
    }
  }
}
