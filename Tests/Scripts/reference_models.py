"""Writes Tests/References/NN/models.json and models-sequences.json: whole models at small sizes, computed by PyTorch.

Run:  python reference_models.py  (needs torch 2.13.0)

Each case holds a model's outputs with its loss, the gradients of that loss in all parameters, and the parameters after 1
and 20 updates of the model's own optimizer on the same batch, as state "<path> 1" and "<path> 20".
"""

import torch
import torch.nn.functional as F

from recurrent_layers import parameters as recurrent_parameters, recurrent
from reference_cases import Family, encode, leaf, nchw, nhwc, oihw

O = torch.optim
adam = lambda p: O.Adam(p, lr=1e-3)


def model(f, name, inputs, parameters, run, make, schedule=None):
    p = {k: leaf(v) for k, v in parameters.items()}
    optimizer = make(list(p.values()))
    scheduler = O.lr_scheduler.LambdaLR(optimizer, schedule) if schedule else None
    state = {}
    for step in range(1, 21):
        found = run(p=p, **inputs)
        optimizer.zero_grad()
        found["loss"].backward()
        if step == 1:
            # A gradient of rounding errors alone is 0 in truth, such as that of the bias of attention's keys.
            gradients = {k: v.grad * (v.grad.abs().max() > 1e-14) for k, v in p.items()}
            outputs = encode(found)
        optimizer.step()
        if scheduler:
            scheduler.step()
        if step in (1, 20):
            state.update({f"{k} {step}": v.detach().clone() for k, v in p.items()})
    f.cases.append({
        "name": name, "inputs": encode(inputs), "parameters": encode(parameters), "outputs": outputs, "weights": {},
        "gradients": encode(gradients), "state": encode(state)})


def layers(f, scope, *widths):
    made = {}
    for i in range(len(widths) - 1):
        made |= dense(f, f"{scope}layer{i}", widths[i], widths[i + 1])
    return made


def dense(f, path, n, m):
    return {f"{path}/weight": f.random(n, m, scale=0.5), f"{path}/bias": f.random(m, scale=0.5)}


def linear(p, path, x):
    return x @ p[path + "/weight"] + p[path + "/bias"]


def mlp(p, scope, x, count):
    for i in range(count):
        x = linear(p, f"{scope}layer{i}", F.relu(x) if i else x)
    return x


def convolutions(f, kernel, *channels):
    made = {}
    for i in range(len(channels) - 1):
        made[f"convolution{i}/filter"] = f.random(kernel, kernel, channels[i], channels[i + 1], scale=0.5)
        made[f"convolution{i}/bias"] = f.random(channels[i + 1], scale=0.5)
    return made


def maps(p, x, count, pools):
    x = nchw(x)
    for i in range(count):
        x = F.relu(F.conv2d(x, oihw(p[f"convolution{i}/filter"]), p[f"convolution{i}/bias"]))
        if i < pools:
            x = F.max_pool2d(x, 2)
    return nhwc(x)


def classified(logits, labels):
    """Logits [..., classes] and their loss."""
    return {"logits": logits, "loss": F.cross_entropy(logits.reshape(-1, logits.shape[-1]), labels.reshape(-1))}


def labels(f, classes, *shape):
    return torch.randint(classes, shape, generator=f.generator)


f = Family("models", seed=11)
model(
    f, "mlp-softmax", {"x": f.random(4, 6), "labels": labels(f, 3, 4)}, layers(f, "", 6, 5, 3),
    lambda x, labels, p: classified(mlp(p, "", x, 2), labels), adam)
model(
    f, "mlp-sgd", {"x": f.random(4, 6), "labels": labels(f, 3, 4)}, layers(f, "", 6, 5, 4, 3),
    lambda x, labels, p: classified(mlp(p, "", x, 3), labels), lambda p: O.SGD(p, lr=0.01))


def two_class(x, targets, p):
    logits = mlp(p, "", x, 3)
    return {"logits": logits, "loss": F.binary_cross_entropy_with_logits(logits, targets)}


model(
    f, "mlp-two-class", {"x": f.random(5, 4), "targets": labels(f, 2, 5, 1).to(torch.float64)},
    layers(f, "", 4, 4, 4, 1), two_class, lambda p: O.SGD(p, lr=0.01, momentum=0.9, nesterov=True),
    lambda t: 1 / (1 + 1e-6 * t))
model(
    f, "cnn", {"x": f.random(2, 18, 18, 1), "labels": labels(f, 3, 2)},
    {**convolutions(f, 3, 1, 2, 2, 3), **layers(f, "", 3, 4, 3)},
    lambda x, labels, p: classified(mlp(p, "", maps(p, x, 3, 2).flatten(1), 2), labels), adam)
model(
    f, "lenet", {"x": f.random(2, 16, 16, 2), "labels": labels(f, 3, 2)},
    {**convolutions(f, 5, 2, 2, 2), **layers(f, "", 2, 5, 4, 3)},
    lambda x, labels, p: classified(mlp(p, "", maps(p, x, 2, 2).flatten(1), 3), labels),
    lambda p: O.SGD(p, lr=0.001, momentum=0.9))


def autoencoder(x, p):
    code = mlp(p, "encoder/", x, 2)
    output = mlp(p, "decoder/", code, 2)
    return {"code": code, "output": output, "loss": F.mse_loss(output, x)}


model(
    f, "autoencoder", {"x": f.random(4, 6)}, {**layers(f, "encoder/", 6, 4, 2), **layers(f, "decoder/", 2, 4, 6)},
    autoencoder, adam)


def variational(x, noise, p):
    hidden = F.relu(mlp(p, "encoder/", x, 1))
    mean, log_variance = linear(p, "mean", hidden), linear(p, "logVariance", hidden)
    code = mean + (log_variance / 2).exp() * noise
    logits = mlp(p, "decoder/", code, 2)
    divergence = -0.5 * (1 + log_variance - mean**2 - log_variance.exp()).sum(1)
    loss = (F.binary_cross_entropy_with_logits(logits, x, reduction="none").sum(1) + divergence).mean()
    return {"mean": mean, "logVariance": log_variance, "code": code, "logits": logits, "loss": loss}


model(
    f, "vae", {"x": f.positive(4, 6), "noise": f.random(4, 2)},
    {**layers(f, "encoder/", 6, 4), **dense(f, "mean", 4, 2), **dense(f, "logVariance", 4, 2),
     **layers(f, "decoder/", 2, 4, 6)}, variational, adam)
f.write()

f = Family("models-sequences", seed=12)


def sequence(x, kind, units, p, count=1, directions=("forward",)):
    """What the last layer holds at the ends of its directions."""
    _, final = recurrent(kind, p, x, units, count, directions, "recurrent/")
    return linear(p, "logits", torch.cat(list(final[0][-len(directions):]), dim=1))


both = ("forward", "backward")
model(
    f, "rnn", {"x": labels(f, 5, 3, 4), "labels": labels(f, 3, 3)},
    {"embedding/weight": f.random(5, 3), **recurrent_parameters(f, "rnn", 3, 3, 2, path="recurrent/"),
     **dense(f, "logits", 3, 3)},
    lambda x, labels, p: classified(sequence(p["embedding/weight"][x], "rnn", 3, p, 2), labels), adam)
model(
    f, "lstm", {"x": f.random(3, 4, 3), "labels": labels(f, 3, 3)},
    {**recurrent_parameters(f, "lstm", 3, 2, path="recurrent/"), **dense(f, "logits", 2, 3)},
    lambda x, labels, p: classified(sequence(x, "lstm", 2, p), labels), adam)
model(
    f, "bigru", {"x": f.random(3, 4, 3), "labels": labels(f, 3, 3)},
    {**recurrent_parameters(f, "gru", 3, 2, directions=both, path="recurrent/"), **dense(f, "logits", 4, 3)},
    lambda x, labels, p: classified(sequence(x, "gru", 2, p, directions=both), labels), adam)
model(
    f, "char-lstm", {"x": labels(f, 5, 2, 4), "labels": labels(f, 5, 2, 4)},
    {"embedding/weight": f.random(5, 3), **recurrent_parameters(f, "lstm", 3, 2, 2, path="recurrent/"),
     **dense(f, "logits", 2, 5)},
    lambda x, labels, p: classified(
        linear(p, "logits", recurrent("lstm", p, p["embedding/weight"][x], 2, 2, path="recurrent/")[0]), labels), adam)
model(
    f, "cnn-lstm", {"x": f.random(2, 3, 6, 6, 1), "labels": labels(f, 3, 2)},
    {**convolutions(f, 3, 1, 2), **recurrent_parameters(f, "lstm", 8, 2, path="recurrent/"), **dense(f, "logits", 2, 3)},
    lambda x, labels, p: classified(
        sequence(maps(p, x.flatten(0, 1), 1, 1).reshape(*x.shape[:2], -1), "lstm", 2, p), labels), adam)


def translator(x, given, mask, labels, p):
    lengths = mask.sum(1)
    memory, states = [], []
    for example, length in zip(p["source/weight"][x], lengths):
        y, final = recurrent("gru", p, example[None, :length], 2, path="encoder/")
        memory.append(F.pad(y, (0, 0, 0, x.shape[1] - length)))
        states.append(final[0])
    memory, start = torch.cat(memory), torch.cat(states, dim=1)
    read, _ = recurrent("gru", p, p["target/weight"][given], 2, path="decoder/", start=[start])
    scores = (read @ memory.mT).masked_fill(~mask[:, None, :], -torch.inf)
    seen = scores.softmax(-1) @ memory
    attended = torch.tanh(torch.cat([seen, read], dim=-1) @ p["attended/weight"])
    return classified(linear(p, "logits", attended), labels)


model(
    f, "seq2seq",
    {"x": labels(f, 4, 2, 3), "given": labels(f, 5, 2, 3),
     "mask": torch.tensor([[True, True, True], [True, True, False]]), "labels": labels(f, 5, 2, 3)},
    {"source/weight": f.random(4, 3), "target/weight": f.random(5, 3),
     **recurrent_parameters(f, "gru", 3, 2, path="encoder/"), **recurrent_parameters(f, "gru", 3, 2, path="decoder/"),
     "attended/weight": f.random(4, 2), **dense(f, "logits", 2, 5)}, translator, adam)


def transformer(x, labels, p):
    def norm(name, x):
        return F.layer_norm(x, x.shape[-1:], p[name + "/scale"], p[name + "/offset"])

    def heads(x):
        return x.unflatten(-1, (2, -1)).transpose(1, 2)

    x = p["embedding/weight"][x] + p["position"][: x.shape[1]]
    normal = norm("block0/attentionNorm", x)
    q, k, v = (heads(linear(p, "block0/attention/" + n, normal)) for n in ("query", "key", "value"))
    seen = F.scaled_dot_product_attention(q, k, v, is_causal=True).transpose(1, 2).flatten(2)
    x = x + linear(p, "block0/attention/output", seen)
    hidden = F.gelu(linear(p, "block0/hidden", norm("block0/hiddenNorm", x)))
    x = x + linear(p, "block0/output", hidden)
    return classified(norm("norm", x) @ p["logits/weight"], labels)


block = {}
for part in ("query", "key", "value", "output"):
    block |= dense(f, "block0/attention/" + part, 4, 4)
for part in ("block0/attentionNorm", "block0/hiddenNorm", "norm"):
    block |= {part + "/scale": f.random(4), part + "/offset": f.random(4, scale=0.5)}
model(
    f, "transformer", {"x": labels(f, 5, 2, 4), "labels": labels(f, 5, 2, 4)},
    {"embedding/weight": f.random(5, 4), "position": f.random(5, 4), **block, **dense(f, "block0/hidden", 4, 6),
     **dense(f, "block0/output", 6, 4), "logits/weight": f.random(4, 5)}, transformer, adam)
f.write()
