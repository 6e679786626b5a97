"""What the reference scripts share: cases of inputs, parameters, outputs and gradients, written as JSON.

Each `reference_*.py` next to this file computes one family with PyTorch (2.13.0, CPU, float64) and writes
`Tests/References/NN/<family>.json`; `ReferenceCase.swift` reads them. Arrays are in Tapestry's layout: images NHWC,
filters HWIO, matrices [in, out]. The gradients are those of the sum over all outputs of output * weight, with the
weights of the case, in each float input and each parameter.

Every case is also trained: SGD with momentum 0.9 moves the parameters, or float inputs of what has none, for 20
updates down its objective: the output "mean" of a loss, else the sum over the outputs of the mean squared distance to
the weights. They are kept after 1 and after 20 updates, with the variables that are not trained after 20.
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

    def add(self, name, inputs, parameters, function, start=None, state=None, rate=0.05, trained=None):
        """Runs `function(**inputs, p=parameters)`, a dictionary of outputs, and records the case.

        A `start` holds variables that are not trained, as they are before the run, and `state` is a function called
        afterwards that gives them as they are then. With a `rate` of None nothing is trained; `trained` names what is,
        instead of the parameters or, without any, the float inputs.
        """
        before = encode(start or {})
        given = {**inputs, **parameters}
        inputs = {k: leaf(v) for k, v in inputs.items()}
        parameters = {k: leaf(v) for k, v in parameters.items()}
        outputs = function(**inputs, p=parameters)
        weights = {k: self.random(*v.shape) for k, v in outputs.items()}
        targets = {k: v for k, v in {**inputs, **parameters}.items() if v.requires_grad}
        loss = sum((outputs[k] * weights[k]).sum() for k in outputs)
        gradients = torch.autograd.grad(loss, list(targets.values()), allow_unused=True)
        # A gradient of rounding errors alone is 0 in truth, such as that of the bias of attention's keys.
        found = {k: g * (g.abs().max() > 1e-14) for k, g in zip(targets, gradients) if g is not None}
        case = {
            "name": name, "inputs": encode(inputs), "parameters": {**encode(parameters), **before},
            "outputs": encode(outputs),
            "weights": encode(weights), "gradients": encode(found), "state": encode(state() if state else {}),
        }
        trained = trained or list(parameters) or [k for k, v in inputs.items() if v.requires_grad]
        if rate is not None and trained:
            live = state() if state else {}
            for k, v in live.items():
                v.copy_(start[k])
            values = {k: leaf(v) for k, v in given.items()}
            case["training"] = {"rate": rate, **train(function, values, list(inputs), trained, weights, rate)}
            case["training"]["after20"].update(encode(live))
        self.cases.append(case)

    def write(self):
        text = ",\n".join(json.dumps(case, separators=(",", ":")) for case in self.cases)
        path = FOLDER / f"{self.name}.json"
        path.write_text(f'{{"source":"torch {torch.__version__}","cases":[\n{text}\n]}}\n')
        print(f"{path.name}: {len(self.cases)} cases, {path.stat().st_size} bytes")


def train(function, values, inputs, trained, weights, rate):
    """What is trained after 1 and after 20 updates."""
    optimizer = torch.optim.SGD([values[k] for k in trained], lr=rate, momentum=0.9)
    found = {}
    for step in range(1, 21):
        optimizer.zero_grad()
        outputs = function(**{k: values[k] for k in inputs}, p={k: v for k, v in values.items() if k not in inputs})
        if "mean" in outputs:
            loss = outputs["mean"]
        else:
            loss = sum(((outputs[k] - weights[k]) ** 2).mean() for k in outputs)
        loss.backward()
        optimizer.step()
        if step in (1, 20):
            found[f"after{step}"] = encode({k: values[k] for k in trained}, digits=10)
    return found


def leaf(tensor):
    """The tensor as a leaf that gets a gradient where it is of a float type."""
    return tensor.detach().clone().requires_grad_(tensor.dtype.is_floating_point)


def encode(tensors, digits=12):
    return {name: array(t.detach(), digits) for name, t in tensors.items()}


def array(tensor, digits):
    kind = {torch.float64: "float", torch.int64: "int32", torch.bool: "bool"}[tensor.dtype]
    values = tensor.contiguous().reshape(-1).to(torch.float64 if kind == "float" else torch.int64).tolist()
    if kind == "float":
        values = [shortest(v, digits) for v in values]
    return {"kind": kind, "shape": list(tensor.shape), "values": values}


def shortest(value, digits):
    """The value with so many significant digits; a whole number without a point."""
    value = float(f"{value:.{digits}g}")
    return int(value) if value == int(value) and abs(value) < 1e6 else value


def nchw(x):
    return x.permute(0, 3, 1, 2)


def nhwc(x):
    return x.permute(0, 2, 3, 1)


def oihw(f):
    """A filter [kh, kw, in, out] as PyTorch has it."""
    return f.permute(3, 2, 0, 1)
