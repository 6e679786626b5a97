import TapestryCore
import TapestryGraph

// A transposed convolution is the gradient of a convolution in its input: it takes images of the size the convolution
// gives and makes images of the size it takes. Many sizes lead to the same one under strides, so one is chosen:
//
//     valid      (extent - 1) stride + (kernel - 1) dilation + 1 + outputPadding
//     same       extent stride
//     explicit   as valid, less the padding
//
// The first and the last are PyTorch's ConvTranspose, the second is that of Keras. `outputPadding` is below the stride:
// more would be places that no window of the convolution reaches.
// Source: V. Dumoulin and F. Visin, A guide to convolution arithmetic for deep learning, 2016.

/// A transposed convolution of NHWC images whose settings were checked.
struct TransposedConvolution {
  /// The shape of the filter: [kernel height, kernel width, filters / groups, channels].
  let filter: Shape
  private let rows: Tensor
  private let op: ConvolutionInputGradient

  /// Nil after a diagnostic.
  ///
  /// - Parameters:
  ///   - x: what the caller gave, for the diagnostic.
  ///   - rows: that as NHWC images.
  init?(
    _ x: Tensor, rows: Tensor, filters: Int, kernel: [Int], strides: [Int], padding: WindowPadding,
    outputPadding: [Int], dilation: [Int], groups: Int, for function: String, _ file: StaticString, _ line: UInt
  ) {
    if x.isPoisoned { return nil }
    let pairs = [kernel, strides, dilation, outputPadding]
    let spare = zip(outputPadding, strides).allSatisfy { $0 >= 0 && $0 < $1 }
    let fault: OpFault? =
      if rows.rank != 4 || !rows.dtype.isFloat || !pairs.allSatisfy({ $0.count == 2 }) {
        OpFault(
          .shapeMismatch,
          "it is no batch of float images, or kernel, strides, dilation and output padding are not all pairs",
          remedy: "give float images of 4 axes and two numbers each, for height and width")
      } else if !([filters, groups] + kernel + strides + dilation).allSatisfy({ $0 >= 1 }) || filters % groups != 0 {
        OpFault(
          .invalidAttribute,
          "\(filters) filters in \(groups) groups, kernel \(kernel), strides \(strides), dilation \(dilation)",
          remedy: "give 1 or more of each, and groups that divide the filters")
      } else if !spare || padding == .same && outputPadding != [0, 0] {
        OpFault(
          .invalidAttribute, "the output padding is \(outputPadding)",
          remedy: "give 0 or more and less than the strides; none with `.same`")
      } else {
        nil
      }
    if let fault {
      _ = x.graph.refuse("\(function) of \(x.type)", fault, at: SourcePlace(file, line))
      return nil
    }
    let size = Size(
      of: [rows.extent(1), rows.extent(2)], kernel, strides, dilation, padding, outputPadding)
    op = ConvolutionInputGradient(
      geometry: WindowGeometry(
        extents: kernel, strides: strides, dilation: dilation, low: size.low, high: size.high),
      groups: groups, image: size.image)
    filter = Shape(kernel + [filters / groups, rows.extent(-1)])
    self.rows = rows
    guard x.takes(op, [rows.type, TensorType(rows.dtype, filter)], for: function, file, line) else { return nil }
  }

  /// The images, larger.
  func callAsFunction(_ filter: Tensor) -> Tensor { rows.graph.record(op, [rows, filter])[0] }
}

extension TransposedConvolution {
  /// The size of what is made, and the padding of the convolution that is transposed.
  private struct Size {
    var image: [Int]
    var low = [0, 0]
    var high = [0, 0]

    init(
      of extents: [Int], _ kernel: [Int], _ strides: [Int], _ dilation: [Int], _ padding: WindowPadding,
      _ outputPadding: [Int]
    ) {
      var wide: [Int] = []
      for axis in 0..<2 {
        let reach = (kernel[axis] - 1) * dilation[axis] + 1
        wide.append((extents[axis] - 1) * strides[axis] + reach)
      }
      switch padding {
      case .valid: break
      case .explicit(let top, let bottom, let left, let right): (low, high) = ([top, left], [bottom, right])
      case .same:
        image = zip(extents, strides).map { $0 * $1 }
        let surplus = zip(wide, image).map { Swift.max($0 - $1, 0) }
        low = surplus.map { $0 / 2 }
        high = zip(surplus, low).map { $0 - $1 }
        return
      }
      let padded = zip(wide, zip(low, high)).map { $0 - $1.0 - $1.1 }
      image = zip(padded, outputPadding).map { $0 + $1 }
    }
  }
}
