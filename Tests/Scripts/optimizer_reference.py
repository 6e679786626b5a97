"""Prints the reference trajectories of the optimizer tests, computed by PyTorch.

Run:  python optimizer_reference.py  (needs torch; the numbers in OptimizerReference.swift come from 2.13.0)

Three parameters in float64, moved for five steps down sum((p - target)^2 * weight): enough to see the first steps,
where Adam's corrections matter most. Each row is the parameters after a step.
"""

import torch

START = [1.0, -2.0, 0.5]
TARGET = [0.25, 3.0, 0.5]
WEIGHT = [1.0, 0.125, 4.0]
STEPS = 5

CASES = {
    "sgd": lambda p: torch.optim.SGD(p, lr=0.0625),
    "momentum": lambda p: torch.optim.SGD(p, lr=0.0625, momentum=0.9),
    "nesterov": lambda p: torch.optim.SGD(p, lr=0.0625, momentum=0.9, nesterov=True),
    "adam": lambda p: torch.optim.Adam(p, lr=0.0625),
    "adamOfOtherBetas": lambda p: torch.optim.Adam(p, lr=0.0625, betas=(0.5, 0.9), eps=1e-3),
}

for name, make in CASES.items():
    parameters = torch.tensor(START, dtype=torch.float64, requires_grad=True)
    optimizer = make([parameters])
    print(f"  static let {name}: [[Double]] = [")
    for _ in range(STEPS):
        optimizer.zero_grad()
        distance = parameters - torch.tensor(TARGET, dtype=torch.float64)
        (distance**2 * torch.tensor(WEIGHT, dtype=torch.float64)).sum().backward()
        optimizer.step()
        print("    [" + ", ".join(repr(x) for x in parameters.tolist()) + "],")
    print("  ]\n")
