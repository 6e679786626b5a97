"""Writes Tests/References/NN/activations.json: activation functions, computed by PyTorch, kinks and ends included.

Run:  python reference_activations.py  (needs torch 2.13.0)
"""

import torch
import torch.nn.functional as F

from reference_cases import Family, nchw, nhwc

f = Family("activations", seed=7)

# F.hardsigmoid holds 1/6 in float32 whatever the type.
FUNCTIONS = {
    "relu": F.relu, "relu6": F.relu6, "leakyRelu": lambda x: F.leaky_relu(x, 0.2), "elu": lambda x: F.elu(x, 0.7),
    "selu": F.selu, "logSigmoid": F.logsigmoid, "softsign": F.softsign, "silu": F.silu,
    "mish": F.mish, "hardSigmoid": lambda x: F.relu6(x + 3) / 6, "hardSilu": F.hardswish, "hardTanh": F.hardtanh,
    "gelu": F.gelu,
    "gelu tanh": lambda x: F.gelu(x, approximate="tanh"), "sigmoid": torch.sigmoid, "tanh": torch.tanh,
    "softplus": lambda x: F.softplus(x, threshold=1000), "softmax": lambda x: F.softmax(x, -1),
    "logSoftmax": lambda x: F.log_softmax(x, -1), "glu": lambda x: F.glu(x, -1),
}
for name, function in FUNCTIONS.items():
    points = torch.cat([f.random(10, scale=3), torch.tensor([-30.0, -6, -3, -1, 0, 0, 1, 3, 6, 30])]).reshape(2, 10)
    f.add(name, {"x": points}, {}, lambda x, p, function=function: {"y": function(x)}, rate=0.1)

f.add("parametricRelu", {"x": f.random(2, 3, 4)}, {"slope": f.random(4)},
      lambda x, p: {"y": F.prelu(x.permute(0, 2, 1), p["slope"]).permute(0, 2, 1)})
f.add("parametricRelu shared nchw", {"x": f.random(1, 2, 3, 2)}, {"slope": f.random(1)},
      lambda x, p: {"y": F.prelu(x, p["slope"])})
f.write()
