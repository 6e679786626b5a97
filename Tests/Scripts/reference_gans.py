"""Writes Tests/References/NN/gans.json: parameters after 1 and 20 steps of four GANs, computed by PyTorch.

Run:  python reference_gans.py  (needs torch 2.13.0)

A step is the usual one: the generator runs once; the discriminator is updated by its loss on real examples and on the
made ones cut off; the generator is updated by its loss against the updated discriminator. Step i uses batch i mod 5 of
the inputs. The learning rates are larger than usual, so that 20 steps move every parameter far, and exact in float32.
The other cases are the losses alone.
"""

import torch
import torch.nn.functional as F

from reference_cases import Family, encode, nchw, nhwc, oihw

BATCHES, STEPS = 5, 20
f = Family("gans", seed=6)


def linear(x, p, path):
    return F.linear(x, p[path + "/weight"].T, p.get(path + "/bias"))


def layers(x, p, player, count, last="output"):
    """Dense layers with leaky ReLU, and a last one without."""
    for i in range(count):
        x = F.leaky_relu(linear(x, p, f"{player}/layer{i}"), 0.2)
    return linear(x, p, f"{player}/{last}")


def generator(count):
    return lambda z, p, s: torch.tanh(layers(z, p, "generator", count, f"layer{count}"))


def norm(x, p, s, path):
    return F.batch_norm(
        x, s[path + "/mean"], s[path + "/variance"], p[path + "/scale"], p[path + "/offset"], training=True)


def dense_parameters(path, inputs, units):
    return {path + "/weight": f.random(inputs, units, scale=0.5), path + "/bias": f.random(units, scale=0.3)}


def stack_parameters(player, sizes, bias=True, last="output"):
    names = [f"{player}/layer{i}" for i in range(len(sizes) - 2)] + [f"{player}/{last}"]
    all = {k: v for n, i, o in zip(names, sizes, sizes[1:]) for k, v in dense_parameters(n, i, o).items()}
    return {k: v for k, v in all.items() if bias or k != player + "/output/bias"}


def cross_entropy(critic, real, cut, mix):
    real, fake = critic(real), critic(cut)
    return (F.binary_cross_entropy_with_logits(real, torch.ones_like(real))
            + F.binary_cross_entropy_with_logits(fake, torch.zeros_like(fake)))


def cross_entropy_of_generator(scores):
    return F.binary_cross_entropy_with_logits(scores, torch.ones_like(scores))


def penalty(critic, real, fake, mix):
    share = mix.reshape(-1, *[1] * (real.dim() - 1))
    points = share * real + (1 - share) * fake
    points = points if points.requires_grad else points.requires_grad_()
    slopes, = torch.autograd.grad(critic(points).sum(), points, create_graph=True)
    return 10 * ((slopes.flatten(1).norm(2, dim=1) - 1) ** 2).mean()


def wasserstein(critic, real, cut, mix):
    return critic(cut).mean() - critic(real).mean() + penalty(critic, real, cut, mix)


def wasserstein_of_generator(scores):
    return -scores.mean()


def game(name, inputs, parameters, maker, critic, losses=(cross_entropy, cross_entropy_of_generator), state=None):
    p = {k: v.clone().requires_grad_() for k, v in parameters.items()}
    s = {k: v.clone() for k, v in (state or {}).items()}
    start = {**encode(p), **encode(s)}
    players = [[v for k, v in p.items() if k.startswith(n)] for n in ("discriminator", "generator")]
    judge_optimizer = torch.optim.Adam(players[0], lr=1 / 64, betas=(0.5, 0.999))
    generator_optimizer = torch.optim.Adam(players[1], lr=1 / 128, betas=(0.5, 0.999))
    score = lambda x: critic(x, p, s)
    found, paid = {}, {"discriminator loss": [], "generator loss": []}
    for step in range(1, STEPS + 1):
        batch = {k: v[step % BATCHES] for k, v in inputs.items()}
        fake = maker(batch["noise"], p, s)
        judge_optimizer.zero_grad()
        judged = losses[0](score, batch["real"], fake.detach(), batch.get("mix"))
        judged.backward()
        judge_optimizer.step()
        generator_optimizer.zero_grad()
        made = losses[1](score(fake))
        made.backward()
        generator_optimizer.step()
        paid["discriminator loss"].append(judged.item())
        paid["generator loss"].append(made.item())
        if step in (1, STEPS):
            found.update({f"{k} {step}": v.detach().clone() for k, v in {**p, **s}.items()})
    found.update({k: torch.tensor(v) for k, v in paid.items()})
    f.cases.append({
        "name": name, "inputs": encode(inputs), "parameters": start, "outputs": encode(found), "weights": {},
        "gradients": {}, "state": {}})


def batches(*shape):
    return f.random(BATCHES, *shape)


game("gan", {"real": batches(4, 5), "noise": batches(4, 3)},
     {**stack_parameters("generator", [3, 4, 6, 5], last="layer2"), **stack_parameters("discriminator", [5, 6, 4, 1])},
     generator(2), lambda x, p, s: layers(x, p, "discriminator", 2))

game("wgan-gp", {"real": batches(4, 5), "noise": batches(4, 3), "mix": f.positive(BATCHES, 4)},
     {**stack_parameters("generator", [3, 6, 5], last="layer1"),
      **stack_parameters("discriminator", [5, 6, 4, 1], bias=False)},
     generator(1), lambda x, p, s: layers(x, p, "discriminator", 2),
     losses=(wasserstein, wasserstein_of_generator))


def lstm_generator(z, p, s):
    path = "generator/lstm/layer0/forward/"
    bias = p[path + "bias"]
    flat = [p[path + "input"].T, p[path + "state"].T, bias, torch.zeros_like(bias)]
    start = torch.zeros(1, z.shape[0], flat[1].shape[1])
    y, _, _ = torch.lstm(z, (start, start), flat, True, 1, 0.0, False, False, True)
    return torch.tanh(linear(y, p, "generator/output"))


game("lstm-gan", {"real": batches(3, 4, 2), "noise": batches(3, 4, 3)},
     {"generator/lstm/layer0/forward/input": f.random(3, 12, scale=0.5),
      "generator/lstm/layer0/forward/state": f.random(3, 12, scale=0.5),
      "generator/lstm/layer0/forward/bias": f.random(12, scale=0.3),
      **dense_parameters("generator/output", 3, 2), **stack_parameters("discriminator", [8, 5, 1])},
     lstm_generator, lambda x, p, s: layers(x.flatten(1), p, "discriminator", 1))


def norm_parameters(path, channels):
    return {path + "/scale": f.positive(channels) + 0.5, path + "/offset": f.random(channels, scale=0.3)}


def norm_state(path, channels):
    return {path + "/mean": f.random(channels), path + "/variance": f.positive(channels)}


def dcgan_generator(z, p, s):
    def spread(x, block, **window):
        path = f"generator/block{block}"
        return F.conv_transpose2d(x, oihw(p[path + "/filter"]), p[path + "/bias"], **window)

    x = z.reshape(*z.shape, 1, 1)
    x = torch.relu(norm(spread(x, 0), p, s, "generator/block0/norm"))
    x = torch.relu(norm(spread(x, 1, stride=2, padding=1), p, s, "generator/block1/norm"))
    return nhwc(torch.tanh(spread(x, 2, stride=2, padding=1)))


def dcgan_discriminator(images, p, s):
    def gather(x, block):
        path = f"discriminator/block{block}"
        return F.conv2d(x, oihw(p[path + "/filter"]), p[path + "/bias"], stride=2, padding=1)

    x = F.leaky_relu(gather(nchw(images), 0), 0.2)
    x = F.leaky_relu(norm(gather(x, 1), p, s, "discriminator/block1/norm"), 0.2)
    return linear(nhwc(x).flatten(1), p, "discriminator/output")


def spread_filters(path, side, outputs, inputs):
    """A filter of a transposed convolution: [height, width, outputs, inputs], with a bias for each output."""
    filter = f.random(side, side, outputs, inputs, scale=0.4)
    return {path + "/filter": filter, path + "/bias": f.random(outputs, scale=0.3)}


def gather_filters(path, inputs, outputs):
    return {path + "/filter": f.random(4, 4, inputs, outputs, scale=0.4), path + "/bias": f.random(outputs, scale=0.3)}


game("dcgan", {"real": batches(3, 8, 8, 1), "noise": batches(3, 3)},
     {**spread_filters("generator/block0", 2, 4, 3), **norm_parameters("generator/block0/norm", 4),
      **spread_filters("generator/block1", 4, 3, 4), **norm_parameters("generator/block1/norm", 3),
      **spread_filters("generator/block2", 4, 1, 3), **gather_filters("discriminator/block0", 1, 3),
      **gather_filters("discriminator/block1", 3, 4), **norm_parameters("discriminator/block1/norm", 4),
      **dense_parameters("discriminator/output", 16, 1)},
     dcgan_generator, dcgan_discriminator,
     state={k: v for path, n in (("generator/block0", 4), ("generator/block1", 3), ("discriminator/block1", 4))
            for k, v in norm_state(path + "/norm", n).items()})

scores = lambda: {"real": f.random(4, 1, scale=3), "fake": f.random(4, 1, scale=3)}
one = lambda x: torch.ones_like(x)
bce = F.binary_cross_entropy_with_logits
f.add("cross-entropies", scores(), {}, lambda real, fake, p: {
    "discriminator": bce(real, one(real)) + bce(fake, 0 * one(fake)), "generator": bce(fake, one(fake))})
f.add("wasserstein", scores(), {}, lambda real, fake, p: {
    "critic": fake.mean() - real.mean(), "generator": -fake.mean()})
f.add("gradient penalty", {"real": f.random(4, 2, 3), "fake": f.random(4, 2, 3), "mix": f.positive(4)},
      stack_parameters("critic", [6, 5, 4, 1]), lambda real, fake, mix, p: {
          "penalty": penalty(lambda x: layers(x.flatten(1), p, "critic", 2), real, fake, mix)}, rate=0.001)


def convolutional_critic(x, p):
    """Two convolutions with what a critic may have between them, smooth and not."""
    x = torch.tanh(F.conv2d(nchw(x), oihw(p["critic/block0/filter"]), p["critic/block0/bias"], stride=2, padding=1))
    x = nchw(F.layer_norm(nhwc(x), x.shape[1:2]))
    x = F.leaky_relu(F.conv2d(x, oihw(p["critic/block1/filter"]), p["critic/block1/bias"], padding=1), 0.2)
    return linear(nhwc(x).flatten(1), p, "critic/output")


f.add("gradient penalty of convolutions",
      {"real": f.random(2, 4, 4, 2), "fake": f.random(2, 4, 4, 2), "mix": f.positive(2)},
      {**gather_filters("critic/block0", 2, 3), **gather_filters("critic/block1", 3, 2),
       **dense_parameters("critic/output", 2, 1)},
      lambda real, fake, mix, p: {"penalty": penalty(lambda x: convolutional_critic(x, p), real, fake, mix)},
      rate=0.001)
f.write()
