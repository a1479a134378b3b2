"""Fixtures of convolutions of images and sequences by PyTorch 2, and of Keras's 'same' padding by Keras 3.

Needs: pip install torch safetensors numpy (and tensorflow-cpu keras for --keras)
Usage: python3 convolution_fixtures.py FOLDER [--keras]

Each case has an image `x`, a `weight`, a `bias`, the output `y`, and the gradients of
sum(y * cos(index)) under `d.x`, `d.weight`, `d.bias`; all float32 made from float64.
The options of each case are in the JSON file beside the tensors.
"""

import json
import sys
from pathlib import Path

import numpy as np

CASES = {
    "plain": dict(x=[2, 3, 7, 6], filters=4, kernel=[3, 3]),
    "stride and padding": dict(x=[2, 9, 8, 7], filters=5, kernel=[3, 2], stride=[2, 1], padding=[1, 1]),
    "dilation": dict(x=[2, 8, 9, 9], filters=3, kernel=[3, 3], dilation=[2, 3], padding=[2, 1]),
    "groups": dict(x=[2, 6, 6, 6], filters=4, kernel=[3, 3], groups=2, padding=[1, 1]),
    "depthwise": dict(x=[2, 8, 6, 5], filters=8, kernel=[3, 3], groups=8, stride=[2, 2]),
    "transposed": dict(x=[2, 5, 4, 3], filters=6, kernel=[3, 3], transposed=True),
    "transposed stride": dict(x=[2, 9, 4, 5], filters=4, kernel=[3, 3], stride=[2, 2], padding=[1, 1], outputPadding=[1, 1], transposed=True),
    "transposed stride 3": dict(x=[2, 8, 3, 3], filters=2, kernel=[5, 4], stride=[3, 2], padding=[2, 0], outputPadding=[2, 0], transposed=True),
    "transposed few filters": dict(x=[2, 16, 5, 6], filters=1, kernel=[3, 3], padding=[1, 1], transposed=True),
    "transposed dilation": dict(x=[2, 4, 5, 5], filters=3, kernel=[2, 3], stride=[2, 1], dilation=[2, 2], transposed=True),
    "transposed groups": dict(x=[2, 6, 4, 4], filters=4, kernel=[3, 3], stride=[2, 2], groups=2, transposed=True),
    "sequences": dict(x=[2, 3, 11], filters=4, kernel=[3]),
    "sequences, stride and padding": dict(x=[2, 9, 14], filters=5, kernel=[5], stride=[2], padding=[2]),
    "sequences, dilation": dict(x=[2, 8, 13], filters=3, kernel=[3], dilation=[3], padding=[2]),
    "sequences, few filters": dict(x=[2, 16, 9], filters=2, kernel=[5], padding=[2]),
    "sequences, groups": dict(x=[2, 6, 8], filters=4, kernel=[4], groups=2, padding=[1]),
    "sequences, one step": dict(x=[3, 4, 1], filters=2, kernel=[3], padding=[1]),
    "sequences, transposed": dict(x=[2, 5, 7], filters=6, kernel=[3], transposed=True),
    "sequences, transposed stride": dict(x=[2, 9, 6], filters=4, kernel=[5], stride=[2], padding=[2], outputPadding=[1], transposed=True),
    "sequences, transposed few filters": dict(x=[2, 16, 9], filters=1, kernel=[3], padding=[1], transposed=True),
    "sequences, transposed dilation": dict(x=[2, 4, 6], filters=3, kernel=[3], stride=[2], dilation=[2], transposed=True),
    "sequences, transposed groups": dict(x=[2, 6, 5], filters=4, kernel=[3], stride=[2], groups=2, transposed=True),
}

SAME = {
    "same": dict(x=[2, 3, 7, 6], filters=4, kernel=[3, 3]),
    "same stride": dict(x=[2, 8, 8, 7], filters=4, kernel=[3, 3], stride=[2, 2]),
    "same even kernel": dict(x=[2, 9, 5, 6], filters=2, kernel=[4, 2], stride=[2, 3]),
    "same transposed": dict(x=[2, 8, 4, 5], filters=4, kernel=[3, 3], stride=[2, 2], transposed=True),
    "same transposed wide stride": dict(x=[2, 3, 4, 5], filters=4, kernel=[2, 2], stride=[3, 3], transposed=True),
}


def numbers(shape, phase):
    count = int(np.prod(shape))
    return np.sin(np.arange(1, count + 1) * (phase + 1.7)).reshape(shape)


def parts(case):
    channels, groups = case["x"][1], case.get("groups", 1)
    transposed = case.get("transposed", False)
    first, second = (channels, case["filters"] // groups) if transposed else (case["filters"], channels // groups)
    return numbers(case["x"], 0), numbers([first, second, *case["kernel"]], 1), numbers([case["filters"]], 2)


def by_torch(case):
    import torch
    import torch.nn.functional as F

    x, weight, bias = (torch.tensor(each, requires_grad=True) for each in parts(case))
    options = dict(stride=case.get("stride", 1), padding=case.get("padding", 0), dilation=case.get("dilation", 1), groups=case.get("groups", 1))
    axes = len(case["kernel"])
    if case.get("transposed"):
        convolve = {1: F.conv_transpose1d, 2: F.conv_transpose2d}[axes]
        y = convolve(x, weight, bias, output_padding=case.get("outputPadding", 0), **options)
    else:
        y = {1: F.conv1d, 2: F.conv2d}[axes](x, weight, bias, **options)
    (y * torch.cos(torch.arange(y.numel(), dtype=torch.float64)).reshape(y.shape)).sum().backward()
    tensors = {"x": x, "weight": weight, "bias": bias, "y": y, "d.x": x.grad, "d.weight": weight.grad, "d.bias": bias.grad}
    return {name: each.detach().numpy() for name, each in tensors.items()}


def by_keras(case):
    import tensorflow as tf

    x, weight, bias = (tf.Variable(each) for each in parts(case))
    stride = case.get("stride", [1, 1])
    with tf.GradientTape() as tape:
        image = tf.transpose(x, [0, 2, 3, 1])
        if case.get("transposed"):
            n, _, h, w = case["x"]
            y = tf.nn.conv2d_transpose(image, tf.transpose(weight, [2, 3, 1, 0]), [n, h * stride[0], w * stride[1], case["filters"]], stride, "SAME")
        else:
            y = tf.nn.conv2d(image, tf.transpose(weight, [2, 3, 1, 0]), stride, "SAME")
        y = tf.transpose(y + bias, [0, 3, 1, 2])
        target = tf.reduce_sum(y * tf.reshape(tf.cos(tf.cast(tf.range(tf.size(y)), tf.float64)), tf.shape(y)))
    gradients = tape.gradient(target, [x, weight, bias])
    names = ["x", "weight", "bias", "y", "d.x", "d.weight", "d.bias"]
    return {name: each.numpy() for name, each in zip(names, [x, weight, bias, y, *gradients])}


def main():
    from safetensors.numpy import save_file

    folder = Path(sys.argv[1])
    keras = "--keras" in sys.argv
    cases, make, file = (SAME, by_keras, "keras-same") if keras else (CASES, by_torch, "torch-convolution")
    tensors = {}
    for name, case in cases.items():
        for part, value in make(case).items():
            tensors[f"{name}/{part}"] = np.ascontiguousarray(value, dtype=np.float32)
    save_file(tensors, folder / f"{file}.safetensors")
    (folder / f"{file}.json").write_text(json.dumps(cases, indent=2) + "\n")


main()
