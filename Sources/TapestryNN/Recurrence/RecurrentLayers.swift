/// A recurrent layer of units that see the step before: `h = tanh(x Wx + h Wh + b)`.
///
/// (J. Elman, Finding Structure in Time, 1990.) Parameters of each layer and direction, at `layer0/forward`,
/// `layer0/backward` and so on in the scope: `input` [features, units], `state` [units, units], `bias` [units]. PyTorch
/// has two biases, of which only the sum counts.
public let simpleRNN = RecurrentKind.simple

/// A recurrent layer with a memory that gates write, keep and read.
///
///     i = sigmoid(x Wxi + h Whi + bi)      f = sigmoid(x Wxf + h Whf + bf)      candidate = tanh(x Wxc + h Whc + bc)
///     C = f C + i candidate                o = sigmoid(x Wxo + h Who + bo)      h = o tanh(C)
///
/// (S. Hochreiter and J. Schmidhuber, Long Short-Term Memory, 1997; F. Gers et al., Learning to Forget, 2000.)
/// Parameters of each layer and direction, at `layer0/forward`, `layer0/backward` and so on in the scope, with the gates
/// i, f, candidate, o side by side: `input` [features, 4 units], `state` [units, 4 units], `bias` [4 units]. That is
/// PyTorch's order; its matrices are transposed, and of its two biases only the sum counts.
public let lstm = RecurrentKind.lstm

/// A recurrent layer whose gates choose between its state and a candidate.
///
///     r = sigmoid(x Wxr + h Whr + br)      candidate = tanh(x Wxn + bn + r (h Whn + candidateBias))
///     z = sigmoid(x Wxz + h Whz + bz)      h = (1 - z) candidate + z h
///
/// (K. Cho et al., Learning Phrase Representations using RNN Encoder-Decoder, 2014, with the reset gate after the
/// product, as in PyTorch and in Keras's `reset_after`.) Parameters of each layer and direction, at `layer0/forward`,
/// `layer0/backward` and so on in the scope, with the gates r, z, candidate side by side: `input` [features, 3 units],
/// `state` [units, 3 units], `bias` [3 units], `candidateBias` [units]. That is PyTorch's order (Keras has z first); its
/// matrices are transposed, and of its two biases of r and z only the sum counts.
public let gru = RecurrentKind.gru
