"""What the reference scripts share: cases of inputs, parameters, outputs and gradients, written as JSON in float64.

Each `reference_*.py` next to this file computes one family with PyTorch (2.13.0, CPU) and writes
`Tests/References/NN/<family>.json`; `ReferenceCase.swift` reads them. Arrays are in Tapestry's layout: images NHWC,
filters HWIO, matrices [in, out]. The gradients are those of the sum over all outputs of output * weight, with the
weights of the case, in each float input and each parameter.
"""

import json
import pathlib

import torch

torch.set_default_dtype(torch.float64)
FOLDER = pathlib.Path(__file__).resolve().parent.parent / "References" / "NN"


class Family:
    """The cases of one file; random numbers are drawn from one generator, so a file is the same in every run."""

    def __init__(self, name, seed):
        self.name = name
        self.cases = []
        self.generator = torch.Generator().manual_seed(seed)

    def random(self, *shape, scale=1.0):
        """Normal numbers, rounded to four decimals to keep the files small."""
        return (torch.randn(shape, generator=self.generator) * scale).mul(1e4).round().div(1e4)

    def positive(self, *shape):
        """Numbers in (0.05, 0.95)."""
        return (torch.rand(shape, generator=self.generator) * 0.9 + 0.05).mul(1e4).round().div(1e4)

    def add(self, name, inputs, parameters, function, start=None, state=None):
        """Runs `function(**inputs, p=parameters)`, a dictionary of outputs, and records the case.

        A `start` holds variables that are not trained, as they are before the run, and `state` is a function called
        afterwards that gives them as they are then.
        """
        before = encode(start or {})
        inputs = {k: leaf(v) for k, v in inputs.items()}
        parameters = {k: leaf(v) for k, v in parameters.items()}
        outputs = function(**inputs, p=parameters)
        weights = {k: self.random(*v.shape) for k, v in outputs.items()}
        targets = {k: v for k, v in {**inputs, **parameters}.items() if v.requires_grad}
        loss = sum((outputs[k] * weights[k]).sum() for k in outputs)
        gradients = torch.autograd.grad(loss, list(targets.values()), allow_unused=True)
        # A gradient of rounding errors alone is 0 in truth, such as that of the bias of attention's keys.
        found = {k: g * (g.abs().max() > 1e-14) for k, g in zip(targets, gradients) if g is not None}
        self.cases.append({
            "name": name, "inputs": encode(inputs), "parameters": {**encode(parameters), **before},
            "outputs": encode(outputs),
            "weights": encode(weights), "gradients": encode(found), "state": encode(state() if state else {}),
        })

    def write(self):
        text = ",\n".join(json.dumps(case, separators=(",", ":")) for case in self.cases)
        path = FOLDER / f"{self.name}.json"
        path.write_text(f'{{"source":"torch {torch.__version__}","cases":[\n{text}\n]}}\n')
        print(f"{path.name}: {len(self.cases)} cases, {path.stat().st_size} bytes")


def leaf(tensor):
    """The tensor as a leaf that gets a gradient where it is of a float type."""
    return tensor.detach().clone().requires_grad_(tensor.dtype.is_floating_point)


def encode(tensors):
    return {name: array(t.detach()) for name, t in tensors.items()}


def array(tensor):
    kind = {torch.float64: "float", torch.int64: "int32", torch.bool: "bool"}[tensor.dtype]
    values = tensor.contiguous().reshape(-1).to(torch.float64 if kind == "float" else torch.int64).tolist()
    return {"kind": kind, "shape": list(tensor.shape), "values": values}


def nchw(x):
    return x.permute(0, 3, 1, 2)


def nhwc(x):
    return x.permute(0, 2, 3, 1)


def oihw(f):
    """A filter [kh, kw, in, out] as PyTorch has it."""
    return f.permute(3, 2, 0, 1)
