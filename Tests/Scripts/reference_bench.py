"""Writes Sources/TapestryCommand/Bench/ReferenceLosses.swift: ten steps of each workload of `tapestry bench`, by PyTorch.

Run:  python reference_bench.py  (needs torch 2.13.0 and numpy; about a minute)

Parameters and features are the fixed values of FixedValues.swift, computed here by the same steps, so the table of
losses is all that is kept. Everything is in Tapestry's layout: images NHWC, filters HWIO, matrices [in, out]. The losses
are those of Float64; the steps are run in Float32, too, to see how far rounding alone leads away.
"""

import pathlib

import numpy
import torch
import torch.nn.functional as F

from recurrent_layers import recurrent
from reference_cases import leaf, nchw, nhwc, oihw

TARGET = pathlib.Path(__file__).resolve().parents[2] / "Sources/TapestryCommand/Bench/ReferenceLosses.swift"
STEPS = 10


def fixed(name, shape, scale=None):
    seed = 0x811C9DC5
    for byte in name.encode():
        seed = (seed ^ byte) * 0x01000193 & 0xFFFFFFFF
    count = int(numpy.prod(shape))
    bits = numpy.uint32(seed) + numpy.arange(count, dtype=numpy.uint32) * numpy.uint32(0x9E3779B9)
    bits = (bits ^ bits >> numpy.uint32(16)) * numpy.uint32(0x85EBCA6B)
    bits = (bits ^ bits >> numpy.uint32(13)) * numpy.uint32(0xC2B2AE35)
    bits ^= bits >> numpy.uint32(16)
    if scale is None:
        scale = 1.0
        while scale * scale * (count // shape[-1]) > 1:
            scale /= 2
    values = torch.from_numpy(scale * ((bits >> numpy.uint32(8)) * 2.0**-23 - 1))
    return values.reshape(shape).to(torch.get_default_dtype())


def feature(name, *shape):
    return fixed(name, shape, scale=1.0)


def counting(classes, *shape):
    return torch.arange(int(numpy.prod(shape))).remainder(classes).reshape(shape)


def weights(**shapes):
    return {path: leaf(fixed(path, shape)) for path, shape in shapes.items()}


def constants(value, **shapes):
    return {path: leaf(torch.full(shape, value)) for path, shape in shapes.items()}


def dense(path, n, m):
    return {**weights(**{path + "/weight": (n, m)}), **constants(0.0, **{path + "/bias": (m,)})}


def layers(scope, *widths, last=None):
    made = {}
    for i in range(len(widths) - 1):
        name = last if last and i == len(widths) - 2 else f"layer{i}"
        made |= dense(f"{scope}/{name}", widths[i], widths[i + 1])
    return made


def convolution(path, kernel, inputs, outputs, bias=None):
    """A filter [height, width, inputs, outputs] with a bias for each output, or for each of `bias`."""
    return {**weights(**{path + "/filter": (kernel, kernel, inputs, outputs)}),
            **constants(0.0, **{path + "/bias": (bias or outputs,)})}


def norm_parameters(path, channels):
    return {**constants(1.0, **{path + "/scale": (channels,)}), **constants(0.0, **{path + "/offset": (channels,)})}


def recurrent_parameters(path, gates, features, units, count):
    made = {}
    for layer in range(count):
        base = f"{path}layer{layer}/forward/"
        made |= weights(**{base + "input": (units if layer else features, gates * units),
                           base + "state": (units, gates * units)})
        made |= constants(0.0, **{base + "bias": (gates * units,)})
    return made


def linear(p, path, x):
    return x @ p[path + "/weight"] + p[path + "/bias"]


def mlp(p, scope, x, count, activation=F.relu):
    for i in range(count):
        x = linear(p, f"{scope}/layer{i}", activation(x) if i else x)
    return x


def maps(p, scope, x, count, pools):
    x = nchw(x)
    for i in range(count):
        x = F.relu(F.conv2d(x, oihw(p[f"{scope}/convolution{i}/filter"]), p[f"{scope}/convolution{i}/bias"]))
        x = F.max_pool2d(x, 2) if i < pools else x
    return nhwc(x).flatten(1)


def cross_entropy(logits, labels):
    return F.cross_entropy(logits.reshape(-1, logits.shape[-1]), labels.reshape(-1))


def trained(p, loss, optimizer):
    """The losses of each step of one optimizer."""
    found = []
    for _ in range(STEPS):
        optimizer.zero_grad()
        value = loss(p)
        value.backward()
        optimizer.step()
        found.append(value.item())
    return {"loss": found}


adam = lambda p: torch.optim.Adam(p.values(), lr=1e-3)


def classifier(p, logits, labels, optimizer=adam):
    return trained(p, lambda p: cross_entropy(logits(p), labels), optimizer(p))


def mlp_classifier(batch, widths, optimizer=adam):
    x = feature("examples", batch, widths[0])
    return classifier(
        layers("mlp", *widths), lambda p: mlp(p, "mlp", x, len(widths) - 1), counting(10, batch), optimizer)


def mlp_tiny():
    x, y = feature("examples", 32, 10), counting(2, 32, 1).to(torch.get_default_dtype())
    p = layers("mlp", 10, 10, 10, 1)
    loss = lambda p: F.binary_cross_entropy_with_logits(mlp(p, "mlp", x, 3), y)
    return trained(p, loss, torch.optim.SGD(p.values(), lr=0.01, momentum=0.9, nesterov=True))


def cnn(batch):
    p = {}
    for i, (n, m) in enumerate([(1, 32), (32, 64), (64, 64)]):
        p |= convolution(f"cnn/convolution{i}", 3, n, m)
    p |= layers("cnn", 576, 64, 10)
    x = feature("examples", batch, 28, 28, 1)
    return classifier(p, lambda p: mlp(p, "cnn", maps(p, "cnn", x, 3, 2), 2), counting(10, batch))


def lenet():
    p = {**convolution("lenet/convolution0", 5, 3, 6), **convolution("lenet/convolution1", 5, 6, 16),
         **layers("lenet", 400, 120, 84, 10)}
    x = feature("examples", 32, 32, 32, 3)
    return classifier(
        p, lambda p: mlp(p, "lenet", maps(p, "lenet", x, 2, 2), 3), counting(10, 32),
        lambda p: torch.optim.SGD(p.values(), lr=0.001, momentum=0.9))


def rnn():
    p = {**weights(**{"rnn/embedding/weight": (28, 128)}), **recurrent_parameters("rnn/recurrent/", 1, 128, 128, 2),
         **dense("rnn/logits", 128, 10)}
    x = counting(28, 32, 28)
    run = lambda p: recurrent("rnn", p, p["rnn/embedding/weight"][x], 128, 2, path="rnn/recurrent/")[0][:, -1]
    return classifier(p, lambda p: linear(p, "rnn/logits", run(p)), counting(10, 32))


def lstm():
    p = {**recurrent_parameters("lstm/recurrent/", 4, 28, 128, 1), **dense("lstm/logits", 128, 10)}
    x = feature("examples", 32, 28, 28)
    run = lambda p: recurrent("lstm", p, x, 128, path="lstm/recurrent/")[0][:, -1]
    return classifier(p, lambda p: linear(p, "lstm/logits", run(p)), counting(10, 32))


def charlstm():
    p = {**weights(**{"model/embedding/weight": (65, 128)}),
         **recurrent_parameters("model/recurrent/", 4, 128, 128, 2), **dense("model/logits", 128, 65)}
    x = counting(65, 50, 50)
    run = lambda p: recurrent("lstm", p, p["model/embedding/weight"][x], 128, 2, path="model/recurrent/")[0]
    return classifier(p, lambda p: linear(p, "model/logits", run(p)), x)


def game(p, make, judge, real, noise):
    """The losses of both players: the judge moves first, the generator meets it moved."""
    bce = F.binary_cross_entropy_with_logits
    optimizers = [torch.optim.Adam([v for k, v in p.items() if k.startswith(player)], lr=2e-4, betas=(0.5, 0.999))
                  for player in ("discriminator", "generator")]
    found = {"discriminator loss": [], "generator loss": []}
    for _ in range(STEPS):
        fake = make(p, noise)
        for player, name in enumerate(found):
            optimizers[player].zero_grad()
            if player == 0:
                on_real, on_fake = judge(p, real), judge(p, fake.detach())
                loss = bce(on_real, torch.ones_like(on_real)) + bce(on_fake, torch.zeros_like(on_fake))
            else:
                on_fake = judge(p, fake)
                loss = bce(on_fake, torch.ones_like(on_fake))
            loss.backward()
            optimizers[player].step()
            found[name].append(loss.item())
    return found


def leaky(x):
    return F.leaky_relu(x, 0.2)


def gan_mlp():
    p = {**layers("generator", 64, 256, 512, 784), **layers("discriminator", 784, 512, 256, 1, last="output")}
    judge = lambda p, x: linear(p, "discriminator/output", leaky(mlp(p, "discriminator", x, 2, leaky)))
    make = lambda p, z: torch.tanh(mlp(p, "generator", z, 3, leaky))
    return game(p, make, judge, feature("real", 64, 784), feature("noise", 64, 64))


def gan_dc():
    p = {**convolution("generator/block0", 7, 128, 64, bias=128), **norm_parameters("generator/block0/norm", 128),
         **convolution("generator/block1", 4, 64, 128, bias=64), **norm_parameters("generator/block1/norm", 64),
         **convolution("generator/block2", 4, 1, 64, bias=1),
         **convolution("discriminator/block0", 4, 1, 64),
         **convolution("discriminator/block1", 4, 64, 128), **norm_parameters("discriminator/block1/norm", 128),
         **dense("discriminator/output", 7 * 7 * 128, 1)}

    def norm(p, path, x):
        return F.batch_norm(x, None, None, p[path + "/norm/scale"], p[path + "/norm/offset"], training=True)

    def spread(p, path, x, **window):
        return F.conv_transpose2d(x, oihw(p[path + "/filter"]), p[path + "/bias"], **window)

    def make(p, z):
        x = z.reshape(*z.shape, 1, 1)
        x = F.relu(norm(p, "generator/block0", spread(p, "generator/block0", x)))
        x = F.relu(norm(p, "generator/block1", spread(p, "generator/block1", x, stride=2, padding=1)))
        return nhwc(torch.tanh(spread(p, "generator/block2", x, stride=2, padding=1)))

    def gather(p, path, x):
        return F.conv2d(x, oihw(p[path + "/filter"]), p[path + "/bias"], stride=2, padding=1)

    def judge(p, x):
        x = leaky(gather(p, "discriminator/block0", nchw(x)))
        x = leaky(norm(p, "discriminator/block1", gather(p, "discriminator/block1", x)))
        return linear(p, "discriminator/output", nhwc(x).flatten(1))

    return game(p, make, judge, feature("real", 32, 28, 28, 1), feature("noise", 32, 64))


def fuse():
    x, w = leaf(fixed("fuse/x", (1 << 20,))), fixed("fuse/w", (1 << 20,))
    value = (torch.tanh(x * w + 0.5) * torch.sigmoid(x - w) + torch.exp(-x * x)).sum()
    gradient, = torch.autograd.grad(value, x)
    return {"value": [value.item()], "gradient sum": [gradient.sum().item()]}


WORKLOADS = {
    "mlp32": lambda: mlp_classifier(32, [784, 128, 10]),
    "mlp_sgd": lambda: mlp_classifier(64, [784, 128, 64, 10], lambda p: torch.optim.SGD(p.values(), lr=0.01)),
    "mlp_tiny": mlp_tiny, "mlp_big": lambda: mlp_classifier(256, [784, 1024, 1024, 10]),
    "cnn32": lambda: cnn(32), "cnn128": lambda: cnn(128), "lenet": lenet, "rnn": rnn, "lstm": lstm,
    "charlstm": charlstm, "gan_mlp": gan_mlp, "gan_dc": gan_dc, "fuse": fuse,
}

HEAD = f'''// Written by Tests/Scripts/reference_bench.py with torch {torch.__version__.split("+")[0]}; do not edit.

/// The losses of ten steps of each workload from fixed values, by PyTorch.
enum ReferenceLosses {{
  /// By workload and output, in Float64.
  static let table: [String: LossCheck.Losses] = [
'''
MIDDLE = """  ]

  /// How far PyTorch in Float32 has come from its own losses in Float64 by each step, where that is more than 1e-5: what
  /// rounding alone does to a workload.
  static let float32Deviations: [String: [Double]] = [
"""


def run(name, dtype):
    torch.set_default_dtype(dtype)
    return WORKLOADS[name]()


def block(indent, name, rows):
    return [f'{indent}"{name}": ['] + rows + [f"{indent}],"]


losses, deviations = [], []
for name in WORKLOADS:
    wanted, rounded = run(name, torch.float64), run(name, torch.float32)
    assert all(numpy.isfinite(values).all() for values in wanted.values()), name
    rows = []
    for output, values in wanted.items():
        rows += block("      ", output, [f"        {value!r}," for value in values])
    losses += block("    ", name, rows)
    off = [max(abs(a - b) / max(abs(a), 1) for a, b in zip(a, b))
           for a, b in zip(zip(*wanted.values()), zip(*rounded.values()))]
    so_far = numpy.maximum.accumulate(off)
    if so_far[-1] > 1e-5:
        deviations += block("    ", name, [f"      {value:.1e}," for value in so_far])
    print(name, f"{so_far[-1]:.1e}", flush=True)
TARGET.write_text(HEAD + "\n".join(losses) + "\n" + MIDDLE + "\n".join(deviations) + "\n  ]\n}\n")
