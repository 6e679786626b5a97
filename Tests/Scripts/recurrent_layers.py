"""PyTorch's recurrent layers with Tapestry's parameters, for the reference scripts.

Parameters are one input matrix [features, gates * units], one state matrix [units, gates * units] and one bias for all
gates, in PyTorch's order of gates; PyTorch's second bias is zero but for the GRU's candidate, where it is `candidateBias`.
"""

import torch

GATES = {"rnn": 1, "lstm": 4, "gru": 3}
KINDS = {"rnn": torch._VF.rnn_tanh, "lstm": torch._VF.lstm, "gru": torch._VF.gru}


def parameters(f, kind, features, units, layers=1, directions=("forward",), path=""):
    """Random parameters of all layers and directions by path, drawn from a family."""
    made = {}
    for layer in range(layers):
        for direction in directions:
            base = f"{path}layer{layer}/{direction}/"
            gates = GATES[kind] * units
            made[base + "input"] = f.random(features if layer == 0 else units * len(directions), gates, scale=0.5)
            made[base + "state"] = f.random(units, gates, scale=0.5)
            made[base + "bias"] = f.random(gates, scale=0.5)
            if kind == "gru":
                made[base + "candidateBias"] = f.random(units, scale=0.5)
    return made


def weights(kind, p, units, layers=1, directions=("forward",), path=""):
    """The parameters in the form and order PyTorch takes them."""
    flat = []
    for layer in range(layers):
        for direction in directions:
            base = f"{path}layer{layer}/{direction}/"
            second = torch.zeros(GATES[kind] * units)
            if kind == "gru":
                second = torch.cat([torch.zeros(2 * units), p[base + "candidateBias"]])
            flat += [p[base + "input"].T, p[base + "state"].T, p[base + "bias"], second]
    return flat


def recurrent(kind, p, x, units, layers=1, directions=("forward",), path="", start=None):
    """All outputs [batch, steps, units of all directions] and the last states, from zeros unless a start is given."""
    stacked = layers * len(directions)
    zeros = torch.zeros(stacked, x.shape[0], units)
    start = start or ([zeros, zeros] if kind == "lstm" else [zeros])
    y, *final = KINDS[kind](
        x, start if kind == "lstm" else start[0], weights(kind, p, units, layers, directions, path), True, layers, 0.0,
        False, len(directions) == 2, True)
    return y, final
