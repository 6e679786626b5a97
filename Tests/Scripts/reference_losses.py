"""Writes Tests/References/NN/losses.json: losses and penalties, computed by PyTorch.

Run:  python reference_losses.py  (needs torch 2.13.0)
"""

import torch
import torch.nn.functional as F

from reference_cases import Family

f = Family("losses", seed=4)
labels = torch.tensor([2, 0, 1, 2])
bits = torch.tensor([[1.0, 0.0, 1.0], [0.0, 0.0, 1.0]])
REDUCTIONS = ["mean", "sum", "none"]


def simplex(*shape):
    return torch.softmax(f.random(*shape), -1)


def add(name, inputs, loss):
    f.add(name, inputs, {}, lambda p, **given: {r: loss(reduction=r, **given) for r in REDUCTIONS})


pair = lambda: {"x": f.random(2, 3, scale=2), "t": f.random(2, 3)}
add("meanSquaredError", pair(), lambda x, t, reduction: F.mse_loss(x, t, reduction=reduction))
add("meanAbsoluteError", pair(), lambda x, t, reduction: F.l1_loss(x, t, reduction=reduction))
add("huber", pair(), lambda x, t, reduction: F.huber_loss(x, t, reduction=reduction, delta=0.75))
add("sigmoidCrossEntropy", {"x": f.random(2, 3, scale=3), "t": bits},
    lambda x, t, reduction: F.binary_cross_entropy_with_logits(x, t, reduction=reduction))
add("binaryCrossEntropy", {"x": f.positive(2, 3)},
    lambda x, reduction: F.binary_cross_entropy(x, bits, reduction=reduction))
add("softmaxCrossEntropy sparse", {"x": f.random(4, 3, scale=3), "t": labels},
    lambda x, t, reduction: F.cross_entropy(x, t, reduction=reduction))
add("softmaxCrossEntropy smoothed", {"x": f.random(4, 3, scale=3), "t": labels},
    lambda x, t, reduction: F.cross_entropy(x, t, reduction=reduction, label_smoothing=0.1))
add("softmaxCrossEntropy dense", {"x": f.random(4, 3, scale=3), "t": simplex(4, 3)},
    lambda x, t, reduction: F.cross_entropy(x, t, reduction=reduction))
add("categoricalCrossEntropy sparse", {"x": simplex(4, 3), "t": labels},
    lambda x, t, reduction: F.nll_loss(x.log(), t, reduction=reduction))
batch = {"mean": lambda l: l.mean(), "sum": lambda l: l.sum(), "none": lambda l: l}
add("categoricalCrossEntropy dense", {"x": simplex(4, 3), "t": simplex(4, 3)},
    lambda x, t, reduction: batch[reduction](-(t * x.log()).sum(-1)))
add("klDivergence", {"x": F.log_softmax(f.random(4, 3), -1), "t": simplex(4, 3)},
    lambda x, t, reduction: batch[reduction](F.kl_div(x, t, reduction="none").sum(-1)))
signs = torch.tensor([[1.0, -1.0, 1.0], [-1.0, 1.0, -1.0]])
add("hinge", {"x": f.random(2, 3)}, lambda x, reduction: batch[reduction](torch.clamp(1 - signs * x, min=0)))

f.add("class weights", {"x": f.random(4, 3), "t": labels, "w": torch.tensor([0.5, 2.0, 1.5])}, {},
      lambda x, t, w, p: {"y": (F.cross_entropy(x, t, reduction="none") * w[t]).sum() / w[t].sum()})
f.add("penalties", {"a": f.random(2, 3), "b": f.random(4)}, {},
      lambda a, b, p: {"l1": 0.25 * (a.abs().sum() + b.abs().sum()), "l2": 0.5 * ((a ** 2).sum() + (b ** 2).sum())})
f.write()
