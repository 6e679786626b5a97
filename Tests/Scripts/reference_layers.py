"""Writes Tests/References/NN/layers.json: convolutions, pooling, upsampling and embedding, computed by PyTorch.

Run:  python reference_layers.py  (needs torch 2.13.0)
"""

import torch
import torch.nn.functional as F

from reference_cases import Family, nchw, nhwc, oihw

f = Family("layers", seed=1)


def convolution(name, x, filters, kernel, groups=1, **options):
    f.add(
        name, {"x": f.random(*x)},
        {"filter": f.random(*kernel, x[3] // groups, filters), "bias": f.random(filters)},
        lambda x, p: {"y": nhwc(F.conv2d(nchw(x), oihw(p["filter"]), p["bias"], groups=groups, **options))})


convolution("convolution2D valid", [2, 5, 4, 2], 3, [3, 2])
convolution("convolution2D strides padding", [2, 5, 6, 2], 3, [3, 3], stride=(2, 1), padding=(1, 2))
convolution("convolution2D same", [1, 4, 5, 2], 2, [3, 3], padding="same")
convolution("convolution2D dilation groups", [1, 6, 6, 4], 6, [2, 3], groups=2, dilation=(2, 1))
convolution("convolution2D depthwise", [1, 5, 5, 3], 6, [3, 3], groups=3, padding=1)

# TensorFlow's padding where there are strides: as many as give ceil(extent / stride) windows, the odd one after.
f.add(
    "convolution2D same strides", {"x": f.random(1, 6, 5, 2)}, {"filter": f.random(3, 4, 2, 2), "bias": f.random(2)},
    lambda x, p: {"y": nhwc(F.conv2d(F.pad(nchw(x), (1, 2, 0, 1)), oihw(p["filter"]), p["bias"], stride=2))})
f.add(
    "convolution2D nchw", {"x": f.random(2, 2, 4, 5)}, {"filter": f.random(3, 3, 2, 3), "bias": f.random(3)},
    lambda x, p: {"y": F.conv2d(x, oihw(p["filter"]), p["bias"], stride=2, padding=1)})


def line(name, x, filters, kernel, groups=1, pad=(0, 0), **options):
    f.add(
        name, {"x": f.random(*x)},
        {"filter": f.random(kernel, x[2] // groups, filters), "bias": f.random(filters)},
        lambda x, p: {"y": F.conv1d(
            F.pad(x.permute(0, 2, 1), pad), p["filter"].permute(2, 1, 0), p["bias"], groups=groups,
            **options).permute(0, 2, 1)})


line("convolution1D valid", [2, 7, 3], 4, 3)
line("convolution1D strides padding groups", [2, 8, 4], 4, 3, groups=2, pad=(1, 2), stride=2)
line("convolution1D same", [1, 6, 2], 3, 4, pad=(1, 2))
line("convolution1D same strides", [1, 6, 2], 3, 4, pad=(1, 1), stride=2)
line("convolution1D depthwise", [2, 5, 3], 6, 2, groups=3)
line("convolution1D causal", [1, 6, 2], 3, 3, pad=(4, 0), dilation=2)


def transposed(name, x, filters, kernel, groups=1, **options):
    f.add(
        name, {"x": f.random(*x)},
        {"filter": f.random(*kernel, filters // groups, x[3]), "bias": f.random(filters)},
        lambda x, p: {"y": nhwc(F.conv_transpose2d(
            nchw(x), p["filter"].permute(3, 2, 0, 1), p["bias"], groups=groups, **options))})


transposed("transposed valid", [2, 3, 4, 2], 3, [3, 2], stride=2)
transposed("transposed padding", [1, 3, 3, 2], 2, [4, 4], stride=2, padding=1)
transposed("transposed output padding", [1, 3, 2, 2], 3, [3, 3], stride=2, padding=1, output_padding=1)
transposed("transposed dilation groups", [1, 3, 3, 4], 4, [2, 2], groups=2, dilation=2)

f.add(
    "transposed nchw", {"x": f.random(1, 2, 3, 2)}, {"filter": f.random(3, 3, 3, 2), "bias": f.random(3)},
    lambda x, p: {"y": F.conv_transpose2d(x, p["filter"].permute(3, 2, 0, 1), p["bias"], stride=2)})


def transposed_line(name, x, filters, kernel, groups=1, cut=(0, 0), **options):
    def run(x, p):
        y = F.conv_transpose1d(
            x.permute(0, 2, 1), p["filter"].permute(2, 1, 0), p["bias"], groups=groups, **options).permute(0, 2, 1)
        return {"y": y[:, cut[0]:y.shape[1] - cut[1]]}

    f.add(
        name, {"x": f.random(*x)},
        {"filter": f.random(kernel, filters // groups, x[2]), "bias": f.random(filters)}, run)


transposed_line("transposed1D valid", [2, 3, 2], 3, 3, stride=2)
transposed_line("transposed1D padding", [1, 4, 2], 2, 4, stride=2, padding=1, output_padding=1)
transposed_line("transposed1D dilation groups", [1, 4, 4], 2, 3, groups=2, dilation=2)
transposed_line("transposed1D same", [1, 3, 2], 2, 5, stride=2, cut=(1, 2))

image = [2, 5, 6, 3]
f.add("maxPool", {"x": f.random(*image)}, {}, lambda x, p: {"y": nhwc(F.max_pool2d(nchw(x), 2))})
f.add(
    "averagePool counting", {"x": f.random(1, 5, 4, 2)}, {},
    lambda x, p: {"y": nhwc(F.avg_pool2d(nchw(x), 3, 2, 1))})
f.add("maxPool nchw", {"x": f.random(2, 3, 5, 6)}, {}, lambda x, p: {"y": F.max_pool2d(x, (2, 3), (2, 1), (1, 1))})
f.add("averagePool", {"x": f.random(*image)}, {}, lambda x, p: {"y": nhwc(F.avg_pool2d(nchw(x), 2, 1))})
f.add(
    "averagePool nchw", {"x": f.random(2, 3, 5, 6)}, {},
    lambda x, p: {"y": F.avg_pool2d(x, 3, 2, 1, count_include_pad=False)})
f.add(
    "maxPool1D", {"x": f.random(2, 7, 3)}, {},
    lambda x, p: {"y": F.max_pool1d(x.permute(0, 2, 1), 3, 2).permute(0, 2, 1)})
f.add(
    "averagePool1D", {"x": f.random(2, 7, 3)}, {},
    lambda x, p: {"y": F.avg_pool1d(x.permute(0, 2, 1), 2).permute(0, 2, 1)})
f.add("globalMaxPool", {"x": f.random(*image)}, {}, lambda x, p: {"y": x.amax(dim=(1, 2))})
f.add("globalAveragePool nchw", {"x": f.random(2, 3, 4, 5)}, {}, lambda x, p: {"y": x.mean(dim=(2, 3))})
f.add("globalMaxPool nchw", {"x": f.random(1, 3, 2, 3)}, {}, lambda x, p: {"y": x.amax(dim=(2, 3))})
f.add(
    "upsample nearest", {"x": f.random(2, 2, 3, 2)}, {},
    lambda x, p: {"y": nhwc(F.interpolate(nchw(x), scale_factor=(2, 3), mode="nearest"))})
f.add(
    "upsample bilinear", {"x": f.random(2, 3, 4, 2)}, {},
    lambda x, p: {"y": nhwc(F.interpolate(nchw(x), scale_factor=(2, 3), mode="bilinear", align_corners=False))})
f.add(
    "upsample nearest nchw", {"x": f.random(1, 2, 2, 3)}, {},
    lambda x, p: {"y": F.interpolate(x, scale_factor=(3, 2), mode="nearest")})
f.add(
    "upsample bilinear nchw", {"x": f.random(1, 2, 2, 3)}, {},
    lambda x, p: {"y": F.interpolate(x, scale_factor=(2, 2), mode="bilinear", align_corners=False)})
f.add("flatten", {"x": f.random(2, 3, 2, 2)}, {}, lambda x, p: {"y": x.flatten(1)})
f.add(
    "embedding", {"x": torch.tensor([[1, 4, 1], [0, 2, 4]])}, {"weight": f.random(5, 3)},
    lambda x, p: {"y": F.embedding(x, p["weight"])})
f.add(
    "dense", {"x": f.random(2, 3, 4)}, {"weight": f.random(4, 5), "bias": f.random(5)},
    lambda x, p: {"y": F.linear(x, p["weight"].T, p["bias"])})
f.write()
