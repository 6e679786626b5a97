"""Writes Tests/References/NN/optimizers.json: parameters after each of 20 updates, computed by PyTorch.

Run:  python reference_optimizers.py  (needs torch 2.13.0)

Two parameters in float64, a [3] and b [2, 2], moved down sum((a - ta)^2 * wa) + sum((b - tb)^4): the gradients are
large at first, so that clipping acts, and small at the end. Outputs are named by parameter and step.
"""

import math

import torch
from torch.nn.utils import clip_grad_norm_, clip_grad_value_

from reference_cases import Family, encode

STEPS = 20
f = Family("optimizers", seed=5)
start = {"a": f.random(3), "b": f.random(2, 2)}
target = {"a": f.random(3), "b": f.random(2, 2)}


def case(name, make, clip=None, schedule=None):
    p = {k: v.clone().requires_grad_() for k, v in start.items()}
    optimizer = make(list(p.values()))
    scheduler = schedule(optimizer) if schedule else None
    found = {}
    for step in range(1, STEPS + 1):
        optimizer.zero_grad()
        weight = torch.tensor([1.0, 0.125, 4.0])
        (((p["a"] - target["a"]) ** 2 * weight).sum() + ((p["b"] - target["b"]) ** 4).sum()).backward()
        if clip:
            clip(list(p.values()))
        optimizer.step()
        if scheduler:
            scheduler.step()
        if step in (1, 2, STEPS):
            found.update({f"{k} {step}": v.detach().clone() for k, v in p.items()})
    f.cases.append({
        "name": name, "inputs": encode(target), "parameters": encode(start), "outputs": encode(found), "weights": {},
        "gradients": {}, "state": {}})


O = torch.optim
LR = torch.optim.lr_scheduler
sgd = lambda p: O.SGD(p, lr=0.0625)
case("sgd", sgd)
case("momentum", lambda p: O.SGD(p, lr=0.0625, momentum=0.9))
case("nesterov", lambda p: O.SGD(p, lr=0.0625, momentum=0.9, nesterov=True))
case("adam", lambda p: O.Adam(p, lr=0.0625))
case("adagrad", lambda p: O.Adagrad(p, lr=0.25))
case("rmsprop", lambda p: O.RMSprop(p, lr=0.0625))
case("rmsprop momentum", lambda p: O.RMSprop(p, lr=0.03125, alpha=0.9, momentum=0.5))
case("adamW", lambda p: O.AdamW(p, lr=0.0625, weight_decay=0.125))
case("sgd decay", lambda p: O.SGD(p, lr=0.0625, momentum=0.9, weight_decay=0.25))
case("adam decay", lambda p: O.Adam(p, lr=0.0625, weight_decay=0.25))
case("clip value", sgd, clip=lambda p: clip_grad_value_(p, 0.5))
case("clip norm", sgd, clip=lambda p: clip_grad_norm_(p, 1.0))
case("clip norm decay", lambda p: O.Adam(p, lr=0.0625, weight_decay=0.25), clip=lambda p: clip_grad_norm_(p, 1.0))
case("step", sgd, schedule=lambda o: LR.StepLR(o, 6, 0.5))
case("exponential", sgd, schedule=lambda o: LR.ExponentialLR(o, 0.9))
case("cosine", sgd, schedule=lambda o: LR.CosineAnnealingLR(o, 32, eta_min=0.0))
case("inverse time", sgd, schedule=lambda o: LR.LambdaLR(o, lambda t: 1 / (1 + 0.25 * t)))
case("warm-up", sgd, schedule=lambda o: LR.LambdaLR(
    o, lambda t: (t + 1) / 5 if t < 5 else 0.5 * (1 + math.cos(math.pi * min((t - 5) / 10, 1)))))
f.write()
