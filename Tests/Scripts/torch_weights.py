#!/usr/bin/env python3
"""Writes weights as PyTorch keeps them, with inputs and the logits PyTorch computes, for the tests of name maps.

usage: torch_weights.py [FOLDER]        by default Tests/Fixtures/Weights

half.safetensors holds numbers in float16 and bfloat16, and each of these converted to float32. For each of MLP, CNN, LSTM, GRU and attention, in float32 and float64: MODEL-DTYPE.safetensors is the state dictionary as
`safetensors.torch.save_file` writes it, MODEL-DTYPE.npz holds `x` and `logits`. The weights of the float64 MLP are there
as `numpy.savez` and as `torch.save` write them, too. Needs PyTorch 2, numpy 2 and safetensors.
"""
import pathlib
import sys

import numpy
import safetensors.torch
import torch
from torch import nn


class MLP(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1, self.fc2 = nn.Linear(6, 5), nn.Linear(5, 3)

    def forward(self, x):
        return self.fc2(torch.relu(self.fc1(x)))


class CNN(nn.Module):
    """Two convolutions, the second of two groups, batch normalisation, and dense layers over flattened images."""

    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(1, 4, 3, padding=1), nn.BatchNorm2d(4), nn.ReLU(), nn.MaxPool2d(2),
            nn.Conv2d(4, 6, 3, groups=2, bias=False), nn.ReLU())
        self.classifier = nn.Sequential(nn.Flatten(), nn.Linear(6 * 2 * 3, 5), nn.ReLU(), nn.Linear(5, 3))

    def forward(self, x):
        return self.classifier(self.features(x))


class Recurrent(nn.Module):
    """An embedding, two recurrent layers in both directions, and a dense layer over every step."""

    def __init__(self, kind):
        super().__init__()
        self.embed = nn.Embedding(9, 4)
        self.rnn = kind(4, 3, num_layers=2, bidirectional=True, batch_first=True)
        self.head = nn.Linear(6, 5)

    def forward(self, x):
        return self.head(self.rnn(self.embed(x))[0])


class Attention(nn.Module):
    def __init__(self):
        super().__init__()
        self.norm, self.attn = nn.LayerNorm(6), nn.MultiheadAttention(6, 2, batch_first=True)

    def forward(self, x):
        y = self.norm(x)
        return x + self.attn(y, y, y)[0]


def models():
    image, token = torch.randn(2, 1, 8, 10), torch.randint(0, 9, (2, 7))
    yield "mlp", MLP(), torch.randn(4, 6)
    yield "cnn", CNN(), image
    yield "lstm", Recurrent(nn.LSTM), token
    yield "gru", Recurrent(nn.GRU), token
    yield "attention", Attention(), torch.randn(2, 3, 6)


def write(folder):
    folder.mkdir(parents=True, exist_ok=True)
    numbers = torch.tensor([0, -0.0, 1, -2.5, 65504, 3e38, -1e-7, 6e-8, 6.2e-5, float("inf"), -float("inf")])
    half, brain = numbers.half(), numbers.bfloat16()
    safetensors.torch.save_file(
        {"half": half, "brain": brain, "half wide": half.float(), "brain wide": brain.float()},
        folder / "half.safetensors")
    torch.manual_seed(7)
    for name, model, x in models():
        with torch.no_grad():
            # Parameters that start as constants would not show a mistake, nor would running statistics of no batch.
            for parameter in model.parameters():
                parameter.add_(torch.randn(parameter.shape) * 0.1)
            model.train()
            model(x)
            model.eval()
            for dtype in [torch.float32, torch.float64]:
                model.to(dtype)
                given = x.to(dtype) if x.is_floating_point() else x
                stem = f"{name}-{str(dtype).removeprefix('torch.')}"
                safetensors.torch.save_file(model.state_dict(), folder / f"{stem}.safetensors")
                # Images go to the tests with their channels last, as Tapestry takes them.
                shown = given.permute(0, 2, 3, 1) if given.dim() == 4 else given
                shown = shown.to(torch.int32) if not x.is_floating_point() else shown
                numpy.savez(folder / f"{stem}.npz", x=shown.contiguous().numpy(), logits=model(given).numpy())
            if name == "mlp":
                numpy.savez(folder / "weights.npz", **{k: v.numpy() for k, v in model.state_dict().items()})
                torch.save(model.state_dict(), folder / "weights.pt")


write(pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else
      pathlib.Path(__file__).resolve().parent.parent / "Fixtures" / "Weights")
