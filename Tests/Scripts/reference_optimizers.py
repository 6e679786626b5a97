"""Writes Tests/References/NN/optimizers.json: parameters after 1, 2 and 20 updates, computed by PyTorch.

Run:  python reference_optimizers.py  (needs torch 2.13.0)

Two parameters in float64, a [3] and b [2, 2], moved down sum((a - ta)^2 * wa) + sum((b - tb)^4): the gradients are
large at first, so that clipping acts, and small at the end. Outputs are named by parameter and step. The case "batch"
is a regression by the rows of x [8, 3], as are those of rows and batches; the cases "plateau" hold what is observed and the rate after each.
"""

import math

import torch
from torch.nn.utils import clip_grad_norm_, clip_grad_value_

from reference_cases import Family, encode

STEPS = 20
f = Family("optimizers", seed=5)
start = {"a": f.random(3), "b": f.random(2, 2)}
target = {"a": f.random(3), "b": f.random(2, 2)}
O = torch.optim
LR = torch.optim.lr_scheduler


def distance(p):
    weight = torch.tensor([1.0, 0.125, 4.0])
    return ((p["a"] - target["a"]) ** 2 * weight).sum() + ((p["b"] - target["b"]) ** 4).sum()


def record(name, inputs, parameters, outputs):
    f.cases.append({
        "name": name, "inputs": encode(inputs), "parameters": encode(parameters), "outputs": encode(outputs),
        "weights": {}, "gradients": {}, "state": {}})


def descend(p, optimizers, backward, clip=None, scheduler=None):
    """Parameters by name and step."""
    found = {}
    for step in range(1, STEPS + 1):
        for optimizer in optimizers:
            optimizer.zero_grad()
        backward(p)
        if clip:
            clip(list(p.values()))
        for optimizer in optimizers:
            optimizer.step()
        if scheduler:
            scheduler.step()
        if step in (1, 2, STEPS):
            found.update({f"{k} {step}": v.detach().clone() for k, v in p.items()})
    return found


def case(name, make, clip=None, schedule=None):
    p = {k: v.clone().requires_grad_() for k, v in start.items()}
    optimizers = make(p)
    optimizers = optimizers if isinstance(optimizers, list) else [optimizers]
    scheduler = schedule(optimizers[0]) if schedule else None
    record(name, target, start, descend(p, optimizers, lambda p: distance(p).backward(), clip, scheduler))


def each(make):
    return lambda p: make(list(p.values()))


sgd = each(lambda p: O.SGD(p, lr=0.0625))
case("sgd", sgd)
case("momentum", each(lambda p: O.SGD(p, lr=0.0625, momentum=0.9)))
case("nesterov", each(lambda p: O.SGD(p, lr=0.0625, momentum=0.9, nesterov=True)))
case("adam", each(lambda p: O.Adam(p, lr=0.0625)))
case("adagrad", each(lambda p: O.Adagrad(p, lr=0.25)))
case("rmsprop", each(lambda p: O.RMSprop(p, lr=0.0625)))
case("rmsprop momentum", each(lambda p: O.RMSprop(p, lr=0.03125, alpha=0.9, momentum=0.5)))
case("adamW", each(lambda p: O.AdamW(p, lr=0.0625, weight_decay=0.125)))
# Rates that no float32 holds.
case("sgd 1e-3", each(lambda p: O.SGD(p, lr=1e-3)))
case("nesterov 3e-3", each(lambda p: O.SGD(p, lr=3e-3, momentum=0.9, nesterov=True)))
case("adam 1e-3", each(lambda p: O.Adam(p, lr=1e-3)))
case("adamW 1e-3", each(lambda p: O.AdamW(p, lr=1e-3, weight_decay=0.01)))
case("rmsprop 1e-3", each(lambda p: O.RMSprop(p, lr=1e-3)))
case("adagrad 1e-2", each(lambda p: O.Adagrad(p, lr=1e-2)))
# What is added to a rule.
case("sgd decay", each(lambda p: O.SGD(p, lr=0.0625, momentum=0.9, weight_decay=0.25)))
case("adam decay", each(lambda p: O.Adam(p, lr=0.0625, weight_decay=0.25)))
case("adamW except b", lambda p: O.AdamW(
    [{"params": [p["a"]]}, {"params": [p["b"]], "weight_decay": 0.0}], lr=1e-3, weight_decay=0.125))
case("sgd decay except a", lambda p: O.SGD(
    [{"params": [p["a"]], "weight_decay": 0.0}, {"params": [p["b"]]}], lr=1e-2, weight_decay=0.25))
case("clip value", sgd, clip=lambda p: clip_grad_value_(p, 0.5))
case("clip norm", sgd, clip=lambda p: clip_grad_norm_(p, 1.0))
case("clip norm decay", each(lambda p: O.Adam(p, lr=0.0625, weight_decay=0.25)), clip=lambda p: clip_grad_norm_(p, 1.0))
# Groups.
case("groups", lambda p: [O.SGD([p["a"]], lr=1e-2, momentum=0.9), O.Adam([p["b"]], lr=1e-3)])
case("frozen a", lambda p: O.Adam([p["b"]], lr=1e-3))
# Schedules.
case("step", sgd, schedule=lambda o: LR.StepLR(o, 6, 0.5))
case("marks", sgd, schedule=lambda o: LR.MultiStepLR(o, [3, 10], 0.3))
case("exponential", sgd, schedule=lambda o: LR.ExponentialLR(o, 0.9))
case("cosine", sgd, schedule=lambda o: LR.CosineAnnealingLR(o, 32, eta_min=0.0))
case("cosine floor", each(lambda p: O.Adam(p, lr=1e-2)), schedule=lambda o: LR.CosineAnnealingLR(o, 25, eta_min=1e-3))
case("inverse time", sgd, schedule=lambda o: LR.LambdaLR(o, lambda t: 1 / (1 + 0.25 * t)))
case("warm-up", sgd, schedule=lambda o: LR.LambdaLR(
    o, lambda t: (t + 1) / 5 if t < 5 else 0.5 * (1 + math.cos(math.pi * min((t - 5) / 10, 1)))))

# One step for four batches of two rows, with everything that counts steps; the gradients of the mean loss of each.
rows = {"x": f.random(8, 3), "y": f.random(8, 1)}
first = {"w": f.random(3, 1)}


def accumulate(p):
    for part in range(4):
        batch = slice(2 * part, 2 * part + 2)
        (((rows["x"][batch] @ p["w"] - rows["y"][batch]) ** 2).mean() / 4).backward()


for name, make in (("batch", lambda p: O.Adam(p, lr=1e-2, weight_decay=0.01)),
                   ("batch sgd", lambda p: O.SGD(p, lr=1e-2))):
    p = {k: v.clone().requires_grad_() for k, v in first.items()}
    optimizer = make(list(p.values()))
    scheduler = LR.CosineAnnealingLR(optimizer, 40)
    record(name, rows, first, descend(
        p, [optimizer], accumulate, clip=lambda p: clip_grad_norm_(p, 1.0), scheduler=scheduler))

# Batch, mini-batch and single-sample descent; after the last row the first comes again.
for name, size in (("single rows", 1), ("batches of three", 3), ("all rows", 8)):
    p = {k: v.clone().requires_grad_() for k, v in first.items()}
    batches = [slice(at, at + size) for at in range(0, 8, size)] * 20
    record(name, rows, first, descend(
        p, [O.SGD(list(p.values()), lr=1e-2, momentum=0.9)],
        lambda p: ((rows["x"][(batch := batches.pop(0))] @ p["w"] - rows["y"][batch]) ** 2).mean().backward()))

for name, options in (("plateau", {"mode": "min", "min_lr": 0.02}), ("plateau rising", {"mode": "max"})):
    observed = (f.random(30).abs() + 0.1).cumsum(0).flip(0) if "min_lr" in options else f.random(30).abs()
    observed[8:20] = observed[8]
    optimizer = O.SGD([torch.zeros(1)], lr=0.1)
    scheduler = LR.ReduceLROnPlateau(optimizer, factor=0.5, patience=2, **options)
    rates = []
    for value in observed.tolist():
        scheduler.step(value)
        rates.append(optimizer.param_groups[0]["lr"])
    record(name, {"observed": observed}, {}, {"rates": torch.tensor(rates)})

f.write()
