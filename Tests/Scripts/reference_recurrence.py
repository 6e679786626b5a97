"""Writes Tests/References/NN/recurrence.json: simple RNN, LSTM and GRU, computed by PyTorch.

Run:  python reference_recurrence.py  (needs torch 2.13.0)

With a mask the sequences are packed by their lengths.
"""

import torch
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from recurrent_layers import GATES, KINDS, parameters, weights
from reference_cases import Family

f = Family("recurrence", seed=3)


def case(name, kind, steps=4, units=3, layers=1, both=False, lengths=None, initial=False, last=False):
    directions = ["forward", "backward"] if both else ["forward"]
    batch, features, stacked = 2, 2, layers * len(directions)
    inputs = {"x": f.random(batch, steps, features)}
    if lengths:
        inputs["mask"] = torch.arange(steps)[None, :] < torch.tensor(lengths)[:, None]
    names = ["hidden", "cell"] if kind == "lstm" else ["hidden"]
    if initial:
        for n in names:
            inputs[n] = f.random(stacked, batch, units)

    def run(x, p, mask=None, **given):
        start = [given.get(n, torch.zeros(stacked, batch, units)) for n in names]
        hx = start if kind == "lstm" else start[0]
        flat = weights(kind, p, units, layers, directions)
        if mask is None:
            y, *final = KINDS[kind](x, hx, flat, True, layers, 0.0, False, both, True)
        else:
            packed = pack_padded_sequence(x, mask.sum(1), batch_first=True, enforce_sorted=False)
            order = packed.sorted_indices
            hx = [s[:, order] for s in start] if kind == "lstm" else start[0][:, order]
            data, *final = KINDS[kind](packed.data, packed.batch_sizes, hx, flat, True, layers, 0.0, False, both)
            y, _ = pad_packed_sequence(
                torch.nn.utils.rnn.PackedSequence(data, packed.batch_sizes, order, packed.unsorted_indices),
                batch_first=True, total_length=x.shape[1])
            final = [s[:, packed.unsorted_indices] for s in final]
        if last:
            y = torch.cat([final[0][i] for i in range(stacked - len(directions), stacked)], dim=1)
        return {"y": y, **{"final " + n: s for n, s in zip(names, final)}}

    f.add(name, inputs, parameters(f, kind, features, units, layers, directions), run)


for kind in GATES:
    case(f"{kind} plain", kind)
    case(f"{kind} one step", kind, steps=1, initial=True)
    case(f"{kind} two layers both directions", kind, units=2, layers=2, both=True, initial=True)
    case(f"{kind} mask", kind, both=True, lengths=[2, 4], initial=True)
    case(f"{kind} mask last", kind, units=2, layers=2, both=True, lengths=[3, 1], last=True)
case("lstm fifty steps", "lstm", steps=50, units=2, last=True)
f.write()
