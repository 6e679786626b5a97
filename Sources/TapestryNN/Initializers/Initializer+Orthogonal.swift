import TapestryCore
public import TapestryGraph

// A matrix [in, out] whose columns (or rows, where those are fewer) are of length 1 and at right angles: vectors of
// normal numbers, from each of which the parts along those before it are taken off. One pass loses digits where a vector
// is nearly within the span of the others, so it is made twice ("twice is enough"). Normal vectors have no preferred
// direction, so neither has the result: the distribution is the uniform one, as by a QR decomposition with the signs of
// R's diagonal taken out. All axes but the last count as inputs. With it a product keeps lengths, which is why it starts
// the state matrices of recurrent layers.
// Source: A. Saxe, J. McClelland, S. Ganguli, Exact solutions to the nonlinear dynamics of learning in deep linear
// neural networks, 2014; L. Giraud et al., The loss of orthogonality in the Gram-Schmidt process, 2005.

extension Initializer {
  /// A matrix that keeps lengths, times a gain: its columns, or rows where those are fewer, are orthonormal.
  ///
  /// Fewer than two axes, and a type that is no float, are diagnostics.
  public static func orthogonal(gain: Double = 1) -> Initializer {
    Initializer("orthogonal", fault: { .unlessMatrix($0, "orthogonal") }) { type, stream in
      let columns = type.shape.extents.last ?? 1
      let rows = columns == 0 ? 0 : type.shape.count / columns
      let (count, length) = (Swift.min(rows, columns), Swift.max(rows, columns))
      let numbers = NDArray.normal(TensorType(.float64, [count, length]), stream, mean: 0, deviation: 1).doubles
      var vectors: [[Double]] = []
      for place in 0..<count {
        var vector = Array(numbers[place * length..<(place + 1) * length])
        for other in vectors + vectors {
          let along = zip(vector, other).reduce(0) { $0 + $1.0 * $1.1 }
          for index in vector.indices { vector[index] -= along * other[index] }
        }
        let norm = vector.reduce(0) { $0 + $1 * $1 }.squareRoot()
        vectors.append(vector.map { $0 / norm })
      }
      return .filled(type) { element in
        let (row, column) = element.quotientAndRemainder(dividingBy: columns)
        return gain * (rows < columns ? vectors[row][column] : vectors[column][row])
      }
    }
  }

  /// What goes in comes out, times a gain: 1 where input and output have the same number, 0 elsewhere.
  ///
  /// The last two axes are inputs and outputs, as in a matrix [in, out]; of a filter [height, width, in, out] it is so at
  /// the middle place and all others are 0, PyTorch's `dirac_`. Fewer than two axes, and a type that is no float, are
  /// diagnostics.
  public static func identity(gain: Double = 1) -> Initializer {
    Initializer("identity", fault: { .unlessMatrix($0, "identity") }) { type, _ in
      let (extents, strides) = (type.shape.extents, type.shape.rowMajorStrides)
      return .filled(type) { element in
        let index = extents.indices.map { element / strides[$0] % extents[$0] }
        let isMiddle = zip(index, extents).dropLast(2).allSatisfy { $0 == $1 / 2 }
        return isMiddle && index[index.count - 2] == index[index.count - 1] ? gain : 0
      }
    }
  }
}

extension OpFault {
  /// What is wrong with a variable that is to start as a matrix.
  fileprivate static func unlessMatrix(_ type: TensorType, _ name: String) -> OpFault? {
    type.shape.rank >= 2 && type.dtype.isFloat
      ? nil
      : OpFault(
        .shapeMismatch, "\(type) cannot start \(name)",
        remedy: "give it two axes or more, of inputs and outputs last, and a float type")
  }
}
