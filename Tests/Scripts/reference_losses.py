"""Writes Tests/References/NN/losses.json: losses and penalties, computed by PyTorch.

Run:  python reference_losses.py  (needs torch 2.13.0)

A case "... masked" has the losses of the places where the mask is true: their mean, their sum, and each, 0 elsewhere.
"""

import torch
import torch.nn.functional as F

from reference_cases import Family

f = Family("losses", seed=4)
labels = torch.tensor([2, 0, 1, 2])
bits = torch.tensor([[1.0, 0.0, 1.0], [0.0, 0.0, 1.0]])
signs = torch.tensor([[1.0, -1.0, 1.0], [-1.0, 1.0, -1.0]])
class_weights = torch.tensor([0.5, 2.0, 1.5])
elements = torch.tensor([[True, True, False], [False, True, True]])
examples = torch.tensor([True, False, True, True])
REDUCTIONS = ["mean", "sum", "none"]


def simplex(*shape):
    return torch.softmax(f.random(*shape), -1)


def add(name, inputs, loss, rate=0.05):
    f.add(
        name, inputs, {}, lambda p, **given: {r: loss(reduction=r, **given) for r in REDUCTIONS}, rate=rate,
        trained=["x"])


def reduce(losses, reduction, mask=None, divisor=None):
    """What PyTorch would make of each loss; the mean is over those the mask lets through."""
    if mask is not None:
        losses = torch.where(mask, losses, 0.0)
    if reduction == "none":
        return losses
    count = mask.sum() if mask is not None else losses.numel()
    return losses.sum() / (1 if reduction == "sum" else divisor if divisor is not None else count)


def both(name, inputs, loss, mask, rate=0.05):
    """A loss, given without reduction, with and without a mask."""
    add(name, inputs, lambda reduction, **given: reduce(loss(**given), reduction), rate)
    add(name + " masked", inputs, lambda reduction, **given: reduce(loss(**given), reduction, mask), rate)


pair = lambda: {"x": f.random(2, 3, scale=2), "t": f.random(2, 3)}
both("meanSquaredError", pair(), lambda x, t: F.mse_loss(x, t, reduction="none"), elements)
both("meanAbsoluteError", pair(), lambda x, t: F.l1_loss(x, t, reduction="none"), elements)
both("huber", pair(), lambda x, t: F.huber_loss(x, t, reduction="none", delta=0.75), elements)
both("hinge", {"x": f.random(2, 3)}, lambda x: torch.clamp(1 - signs * x, min=0), elements)

binary = F.binary_cross_entropy_with_logits
both("sigmoidCrossEntropy", {"x": f.random(2, 3, scale=3), "t": bits},
     lambda x, t: binary(x, t, reduction="none"), elements)
add("sigmoidCrossEntropy weighted", {"x": f.random(2, 3, scale=3)},
    lambda x, reduction: binary(x, bits, reduction=reduction, pos_weight=class_weights))
add("sigmoidCrossEntropy smoothed", {"x": f.random(2, 3, scale=3)},
    lambda x, reduction: binary(x, bits * 0.8 + 0.1, reduction=reduction))
both("binaryCrossEntropy", {"x": f.positive(2, 3)},
     lambda x: F.binary_cross_entropy(x, bits, reduction="none"), elements, rate=0.001)
add("binaryCrossEntropy weighted smoothed", {"x": f.positive(2, 3)},
    lambda x, reduction: reduce(
        -(class_weights * (bits * 0.8 + 0.1) * x.log() + (1 - bits * 0.8 - 0.1) * (1 - x).log()), reduction),
    rate=0.001)

add("softmaxCrossEntropy sparse", {"x": f.random(4, 3, scale=3), "t": labels},
    lambda x, t, reduction: F.cross_entropy(x, t, reduction=reduction))
add("softmaxCrossEntropy smoothed", {"x": f.random(4, 3, scale=3), "t": labels},
    lambda x, t, reduction: F.cross_entropy(x, t, reduction=reduction, label_smoothing=0.1))
add("softmaxCrossEntropy dense", {"x": f.random(4, 3, scale=3), "t": simplex(4, 3)},
    lambda x, t, reduction: F.cross_entropy(x, t, reduction=reduction))
hidden = torch.tensor([2, -100, 1, 2])
for name, options in (("masked", {}), ("weighted masked", {"weight": class_weights}),
                      ("weighted smoothed masked", {"weight": class_weights, "label_smoothing": 0.2})):
    add(f"softmaxCrossEntropy {name}", {"x": f.random(4, 3, scale=3), "t": hidden},
        lambda x, t, reduction, options=options: F.cross_entropy(x, t, reduction=reduction, **options))
add("softmaxCrossEntropy weighted", {"x": f.random(4, 3), "t": labels},
    lambda x, t, reduction: F.cross_entropy(x, t, weight=class_weights, reduction=reduction))
add("softmaxCrossEntropy dense weighted smoothed", {"x": f.random(4, 3, scale=3), "t": simplex(4, 3)},
    lambda x, t, reduction: F.cross_entropy(x, t, reduction=reduction, weight=class_weights, label_smoothing=0.2))
add("softmaxCrossEntropy sequences", {"x": f.random(2, 3, 4), "t": torch.tensor([[3, 1, -100], [0, -100, -100]])},
    lambda x, t, reduction: F.cross_entropy(x.permute(0, 2, 1), t, reduction=reduction))

add("categoricalCrossEntropy sparse", {"x": simplex(4, 3), "t": labels},
    lambda x, t, reduction: F.nll_loss(x.log(), t, reduction=reduction), rate=0.001)
add("categoricalCrossEntropy weighted masked", {"x": simplex(4, 3), "t": hidden},
    lambda x, t, reduction: F.nll_loss(x.log(), t, reduction=reduction, weight=class_weights), rate=0.001)
both("categoricalCrossEntropy dense", {"x": simplex(4, 3), "t": simplex(4, 3)},
     lambda x, t: -(t * x.log()).sum(-1), examples, rate=0.001)
both("klDivergence", {"x": F.log_softmax(f.random(4, 3), -1), "t": simplex(4, 3)},
     lambda x, t: F.kl_div(x, t, reduction="none").sum(-1), examples)

f.add("penalties", {"a": f.random(2, 3), "b": f.random(4)}, {},
      lambda a, b, p: {"l1": 0.25 * (a.abs().sum() + b.abs().sum()), "l2": 0.5 * ((a ** 2).sum() + (b ** 2).sum())})
f.write()
