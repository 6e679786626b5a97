"""Writes Tests/References/NN/metrics.json: metrics, computed by their definitions with PyTorch tensors.

Run:  python reference_metrics.py  (needs torch 2.13.0)

The area under the curve counts pairs, of which Tapestry sorts scores; scores are rounded so that many are equal.
"""

import torch

from reference_cases import Family, encode

f = Family("metrics", seed=8)


def record(name, inputs, outputs):
    f.cases.append({
        "name": name, "inputs": encode(inputs), "parameters": {}, "outputs": encode(outputs), "weights": {},
        "gradients": {}, "state": {}})


def area(scores, labels):
    pairs = scores[labels][:, None] - scores[~labels][None, :]
    return ((pairs > 0).double() + (pairs == 0).double() / 2).mean()


for name, decimals, count in (("area", 4, 40), ("area ties", 0, 60)):
    scores = f.random(count).mul(10**decimals).round().div(10**decimals)
    labels = f.random(count) + scores > 0.3
    record(name, {"scores": scores, "labels": labels}, {"y": area(scores, labels)})

labels = torch.randint(0, 4, (50,), generator=f.generator)
logits = f.random(50, 4) + 1.5 * torch.nn.functional.one_hot(labels, 4)
mask = f.random(50) > -0.5
order = logits.argsort(-1, descending=True)
hits = order == labels[:, None]
predicted = order[:, 0]
matrix = torch.zeros(4, 4)
matrix.index_put_((labels, predicted), torch.tensor(1.0), accumulate=True)
right, real, called = matrix.diagonal(), matrix.sum(1), matrix.sum(0)
precision, recall = right / called, right / real
f1 = 2 * precision * recall / (precision + recall)
yes, scores = labels == 1, logits[:, 1]
record("classes", {"logits": logits, "labels": labels, "mask": mask, "yes": yes}, {
    "accuracy": hits[:, 0].double().mean(), "accuracy masked": hits[mask][:, 0].double().mean(),
    "top 2": hits[:, :2].any(-1).double().mean(), "top 3 masked": hits[mask][:, :3].any(-1).double().mean(),
    "binary": ((scores > 0) == yes).double().mean(), "binary masked": ((scores > 0) == yes)[mask].double().mean(),
    "confusion": matrix, "precision each": precision, "precision macro": precision.mean(),
    "precision micro": right.sum() / called.sum(), "precision binary": precision[1], "recall each": recall,
    "recall macro": recall.mean(), "recall micro": right.sum() / real.sum(), "recall binary": recall[1], "f1 each": f1,
    "f1 macro": f1.mean(), "f1 micro": right.sum() / real.sum(), "f1 binary": f1[1],
    "perplexity": torch.nn.functional.cross_entropy(logits, labels).exp()})
f.write()
