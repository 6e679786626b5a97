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
  public static func orthogonal(gain: Double = 1) -> Initializer {
    Initializer("orthogonal") { type, stream in
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
}
