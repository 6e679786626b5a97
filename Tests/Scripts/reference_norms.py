"""Writes Tests/References/NN/norms.json: normalisation layers, computed by PyTorch.

Run:  python reference_norms.py  (needs torch 2.13.0)
"""

import torch
import torch.nn.functional as F

from reference_cases import Family, nchw, nhwc

f = Family("norms", seed=2)


def affine(n):
    return {"scale": f.random(n), "offset": f.random(n)}


def batch(name, x, channels, training, to=lambda x: x, back=lambda x: x, calls=1):
    start = {"mean": f.random(channels), "variance": f.positive(channels)}
    running = {k: v.clone() for k, v in start.items()}

    def run(x, p):
        for _ in range(calls):
            y = F.batch_norm(
                to(x), running["mean"], running["variance"], p["scale"], p["offset"], training=training, momentum=0.1)
        return {"y": back(y)}

    f.add(name, {"x": x}, affine(channels), run, start=start, state=lambda: running)


batch("batch 2 axes", f.random(6, 3), 3, True)
batch("batch images", f.random(2, 3, 4, 3), 3, True, nchw, nhwc)
batch("batch nchw", f.random(2, 3, 4, 2), 3, True)
batch("batch three passes", f.random(5, 2), 2, True, calls=3)
batch("batch evaluation", f.random(4, 3), 3, False)

f.add(
    "layer", {"x": f.random(2, 3, 4)}, affine(4),
    lambda x, p: {"y": F.layer_norm(x, (4,), p["scale"], p["offset"])})
f.add(
    "layer two axes", {"x": f.random(2, 3, 4)}, {"scale": f.random(3, 4), "offset": f.random(3, 4)},
    lambda x, p: {"y": F.layer_norm(x, (3, 4), p["scale"], p["offset"])})
f.add(
    "group", {"x": f.random(2, 3, 2, 6)}, affine(6),
    lambda x, p: {"y": nhwc(F.group_norm(nchw(x), 3, p["scale"], p["offset"]))})
f.add(
    "group nchw", {"x": f.random(2, 4, 3, 2)}, affine(4),
    lambda x, p: {"y": F.group_norm(x, 2, p["scale"], p["offset"])})
f.write()
