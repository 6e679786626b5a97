"""Writes Tests/References/NN/attention.json: attention, positions and transformer blocks, computed by PyTorch.

Run:  python reference_attention.py  (needs torch 2.13.0)

Matrices are [in, out]; PyTorch keeps those of query, key and value transposed and one above the other.
"""

import torch
import torch.nn.functional as F
from torch.func import functional_call

from reference_cases import Family

f = Family("attention", seed=6)
mask = torch.tensor([[True, True, True, False], [True, True, False, False]])


def dense(path, n, m):
    return {f"{path}/weight": f.random(n, m, scale=0.5), f"{path}/bias": f.random(m, scale=0.5)}


def attention(path, units, memory=None):
    memory = memory or units
    return {**dense(path + "query", units, units), **dense(path + "key", memory, units),
            **dense(path + "value", memory, units), **dense(path + "output", units, units)}


def projections(p, path):
    parts = [path + n for n in ("query", "key", "value")]
    return {
        "in_proj_weight": torch.cat([p[n + "/weight"].T for n in parts]),
        "in_proj_bias": torch.cat([p[n + "/bias"] for n in parts]),
        "out_proj.weight": p[path + "output/weight"].T, "out_proj.bias": p[path + "output/bias"]}


f.add(
    "products", {"q": f.random(2, 3, 4), "k": f.random(2, 4, 4), "v": f.random(2, 4, 5)}, {},
    lambda q, k, v, p: {"y": F.scaled_dot_product_attention(q, k, v)})
f.add(
    "products causal", {"q": f.random(2, 3, 4), "k": f.random(2, 3, 4), "v": f.random(2, 3, 2)}, {},
    lambda q, k, v, p: {"y": F.scaled_dot_product_attention(q, k, v, is_causal=True)})
f.add(
    "products mask", {"q": f.random(2, 3, 4), "k": f.random(2, 4, 4), "v": f.random(2, 4, 2), "mask": mask}, {},
    lambda q, k, v, mask, p: {"y": F.scaled_dot_product_attention(q, k, v, attn_mask=mask[:, None, :])})

heads = torch.nn.MultiheadAttention(4, 2, batch_first=True)
f.add(
    "heads self", {"x": f.random(2, 4, 4), "mask": mask}, attention("", 4),
    lambda x, mask, p: {"y": functional_call(
        heads, projections(p, ""), (x, x, x), dict(key_padding_mask=~mask, need_weights=False))[0]})
f.add(
    "heads memory", {"x": f.random(2, 3, 4), "memory": f.random(2, 5, 4)}, attention("", 4),
    lambda x, memory, p: {"y": functional_call(
        heads, projections(p, ""), (x, memory, memory), dict(need_weights=False))[0]})


def positions(x, p):
    steps, units = x.shape[1:]
    place = torch.arange(steps)[:, None] / 10000 ** (2 * (torch.arange(units) // 2) / units)
    return {"y": x + torch.where(torch.arange(units) % 2 == 0, place.sin(), place.cos())}


f.add("positions", {"x": f.random(2, 6, 4)}, {}, positions)
f.add("positions odd", {"x": f.random(1, 3, 5)}, {}, positions)
f.add(
    "positions learned", {"x": f.random(2, 3, 4)}, {"position": f.random(5, 4)},
    lambda x, p: {"y": x + p["position"][:3]})


def block(name, norm_first, activation, causal):
    layer = torch.nn.TransformerEncoderLayer(
        4, 2, 6, dropout=0.0, activation=activation, batch_first=True, norm_first=norm_first)
    norms = {f"{n}/{k}": f.random(4) for n in ("attentionNorm", "hiddenNorm") for k in ("scale", "offset")}

    def run(x, p):
        named = {"self_attn." + k: v for k, v in projections(p, "attention/").items()}
        for theirs, ours in (("norm1", "attentionNorm"), ("norm2", "hiddenNorm")):
            named[theirs + ".weight"], named[theirs + ".bias"] = p[ours + "/scale"], p[ours + "/offset"]
        for theirs, ours in (("linear1", "hidden"), ("linear2", "output")):
            named[theirs + ".weight"], named[theirs + ".bias"] = p[ours + "/weight"].T, p[ours + "/bias"]
        blocked = torch.ones(4, 4, dtype=torch.bool).triu(1) if causal else None
        return {"y": functional_call(layer, named, (x,), dict(src_mask=blocked))}

    f.add(
        name, {"x": f.random(2, 4, 4)},
        {**attention("attention/", 4), **norms, **dense("hidden", 4, 6), **dense("output", 6, 4)}, run)


block("block before causal", True, "gelu", True)
block("block after", False, "relu", False)
f.write()
