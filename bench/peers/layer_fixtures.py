"""Fixtures of layers without convolutions by PyTorch 2, and of pooling with Keras's 'same' padding.

Needs: pip install torch safetensors numpy (and tensorflow-cpu for --keras)
Usage: python3 layer_fixtures.py FOLDER [--keras]

Each case has an input `x`, the layer's parameters and buffers by their names in PyTorch, the output
`y`, the gradients of sum(y * cos(index)) by `x` and the parameters under `d.<name>`, and the buffers
after the step under `next.<name>`; all float32 made from float64. The JSON file beside the tensors
has each case's layer as a config of vaekit, and whether it was training.
"""

import json
import sys
from pathlib import Path

import numpy as np


def numbers(shape, phase):
    count = int(np.prod(shape))
    return np.sin(np.arange(1, count + 1) * (phase + 1.7)).reshape(shape)


def torch_cases():
    from torch import nn

    image = [2, 3, 6, 5]
    sequence = [2, 3, 11]

    def case(layer, module, x=image, training=True, ties=False):
        return dict(layer=layer, module=module.double().train(training), x=x, training=training, ties=ties)

    activations = {
        "relu": nn.ReLU(),
        "leakyRelu": nn.LeakyReLU(),
        "elu": nn.ELU(),
        "gelu": nn.GELU(),
        "silu": nn.SiLU(),
        "tanh": nn.Tanh(),
        "sigmoid": nn.Sigmoid(),
        "softplus": nn.Softplus(),
        "softmax": nn.Softmax(1),
    }
    return {
        "max pool": case(dict(type="maxPool2d", size=2), nn.MaxPool2d(2)),
        "max pool, stride and padding": case(
            dict(type="maxPool2d", size=[3, 2], stride=[2, 1], padding=[1, 1]), nn.MaxPool2d((3, 2), (2, 1), 1)
        ),
        "max pool, apart": case(
            dict(type="maxPool2d", size=2, stride=3, padding=1), nn.MaxPool2d(2, 3, 1)
        ),
        "max pool, equal pixels": case(dict(type="maxPool2d", size=2), nn.MaxPool2d(2), ties=True),
        "max pool, equal pixels, overlapping": case(
            dict(type="maxPool2d", size=3, stride=2), nn.MaxPool2d(3, 2), ties=True
        ),
        "average pool": case(dict(type="averagePool2d", size=[2, 5]), nn.AvgPool2d((2, 5))),
        "average pool, pixels left": case(dict(type="averagePool2d", size=2), nn.AvgPool2d(2)),
        "average pool, stride and padding": case(
            dict(type="averagePool2d", size=[3, 2], stride=[2, 1], padding=1), nn.AvgPool2d((3, 2), (2, 1), 1)
        ),
        "average pool, padding not counted": case(
            dict(type="averagePool2d", size=3, stride=2, padding=1, countPadding=False),
            nn.AvgPool2d(3, 2, 1, count_include_pad=False),
        ),
        "global average pool": case(
            dict(type="globalAveragePool"), nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten())
        ),
        "global max pool": case(dict(type="globalMaxPool"), nn.Sequential(nn.AdaptiveMaxPool2d(1), nn.Flatten())),
        "batch norm": case(dict(type="batchNorm"), nn.BatchNorm1d(5), [7, 5]),
        "batch norm of images": case(dict(type="batchNorm", momentum=0.3, epsilon=0.01), nn.BatchNorm2d(3, 0.01, 0.3)),
        "batch norm of one image": case(dict(type="batchNorm"), nn.BatchNorm2d(3), [1, 3, 4, 4]),
        "batch norm, not training": case(dict(type="batchNorm"), nn.BatchNorm1d(5), [7, 5], training=False),
        "batch norm of images, not training": case(dict(type="batchNorm"), nn.BatchNorm2d(3), training=False),
        "gated dense": case(dict(type="gatedDense", units=3), GatedDense(5, 3), [4, 5]),
        "layer norm": case(dict(type="layerNorm"), nn.LayerNorm(5), [4, 5]),
        "layer norm of images": case(dict(type="layerNorm", epsilon=0.01), nn.LayerNorm(image[1:], 0.01)),
        "group norm": case(dict(type="groupNorm", groups=2), nn.GroupNorm(2, 4), [3, 4, 3, 2]),
        "group norm, one group": case(dict(type="groupNorm", groups=1), nn.GroupNorm(1, 6), [3, 6]),
        "instance norm": case(dict(type="groupNorm", groups=3, epsilon=0.01), nn.GroupNorm(3, 3, 0.01)),
        "upsample, nearest": case(dict(type="upsample", scale=[2, 3]), nn.Upsample(scale_factor=(2, 3))),
        "upsample, bilinear": case(
            dict(type="upsample", scale=2, mode="bilinear"), nn.Upsample(scale_factor=2, mode="bilinear")
        ),
        "upsample, bilinear, uneven": case(
            dict(type="upsample", scale=[1, 3], mode="bilinear"), nn.Upsample(scale_factor=(1, 3), mode="bilinear")
        ),
        "upsample, bilinear, one row": case(
            dict(type="upsample", scale=2, mode="bilinear"),
            nn.Upsample(scale_factor=2, mode="bilinear"),
            [2, 2, 1, 4],
        ),
        "max pool of sequences": case(dict(type="maxPool1d", size=2), nn.MaxPool1d(2), sequence),
        "max pool of sequences, many channels": case(dict(type="maxPool1d", size=3), nn.MaxPool1d(3), [2, 9, 10]),
        "max pool of sequences, stride and padding": case(
            dict(type="maxPool1d", size=3, stride=2, padding=1), nn.MaxPool1d(3, 2, 1), sequence
        ),
        "max pool of sequences, equal values": case(
            dict(type="maxPool1d", size=2), nn.MaxPool1d(2), sequence, ties=True
        ),
        "average pool of sequences": case(dict(type="averagePool1d", size=3), nn.AvgPool1d(3), sequence),
        "average pool of sequences, stride and padding": case(
            dict(type="averagePool1d", size=3, stride=2, padding=1), nn.AvgPool1d(3, 2, 1), sequence
        ),
        "average pool of sequences, padding not counted": case(
            dict(type="averagePool1d", size=3, stride=2, padding=1, countPadding=False),
            nn.AvgPool1d(3, 2, 1, count_include_pad=False),
            sequence,
        ),
        "global average pool of sequences": case(
            dict(type="globalAveragePool"), nn.Sequential(nn.AdaptiveAvgPool1d(1), nn.Flatten()), sequence
        ),
        "upsample of sequences, nearest": case(
            dict(type="upsample1d", scale=3), nn.Upsample(scale_factor=3), sequence
        ),
        "upsample of sequences, linear": case(
            dict(type="upsample1d", scale=2, mode="linear"), nn.Upsample(scale_factor=2, mode="linear"), sequence
        ),
        "batch norm of sequences": case(dict(type="batchNorm"), nn.BatchNorm1d(3), sequence),
        "group norm of sequences": case(dict(type="groupNorm", groups=2), nn.GroupNorm(2, 4), [2, 4, 5]),
        "dropout, not training": case(dict(type="dropout", rate=0.5), nn.Dropout(0.5), training=False),
        **{
            name: case(dict(type="activation", name=name), module, [4, 12], ties=True)
            for name, module in activations.items()
        },
        "softmax of images": case(dict(type="activation", name="softmax"), nn.Softmax(1)),
        "attention": case(dict(type="attention"), Attention(4, 1, 1), [2, 4, 3, 2]),
        "attention, heads and groups": case(
            dict(type="attention", heads=2, groups=3, epsilon=1e-3), Attention(6, 2, 3, 1e-3), [2, 6, 5]
        ),
        "masked convolution A": case(
            dict(type="maskedConv2d", filters=4, mask="A", kernel=5), MaskedConv(3, 4, 5, "A"), [2, 3, 6, 5]
        ),
        "masked convolution B, of colours": case(
            dict(type="maskedConv2d", filters=9, mask="B", kernel=[3, 5], colours=3), MaskedConv(6, 9, (3, 5), "B", 3),
            [2, 6, 4, 5],
        ),
        "masked convolution A, of colours": case(
            dict(type="maskedConv2d", filters=6, mask="A", colours=3, bias=False), MaskedConv(3, 6, 3, "A", 3, False),
            [2, 3, 4, 5],
        ),
        "residual": case(
            dict(
                type="residual",
                layers=[
                    dict(type="dense", units=3),
                    dict(type="activation", name="silu"),
                    dict(type="batchNorm"),
                    dict(type="dense", units=4),
                ],
            ),
            Residual(nn.Linear(4, 3), nn.SiLU(), nn.BatchNorm1d(3), nn.Linear(3, 4)),
            [6, 4],
        ),
    }


def Residual(*modules):
    from torch import nn

    class Sum(nn.Sequential):
        def forward(self, x):
            return x + super().forward(x)

    return Sum(*modules)


def Attention(channels, heads, groups, epsilon=1e-6):
    """Attention as diffusers 0.35 has it in AutoencoderKL: models/attention_processor.py, AttnProcessor2_0."""
    from torch import nn
    from torch.nn import functional as F

    class Block(nn.Module):
        # Parameters about 0, so that shares of attention are no 0 and 1.
        middle = 0

        def __init__(self):
            super().__init__()
            self.group_norm = nn.GroupNorm(groups, channels, epsilon)
            self.to_q, self.to_k, self.to_v = (nn.Linear(channels, channels) for _ in range(3))
            self.to_out = nn.ModuleList([nn.Linear(channels, channels)])

        def forward(self, x):
            rows = self.group_norm(x.flatten(2)).transpose(1, 2)
            apart = (part(rows).unflatten(2, (heads, -1)).transpose(1, 2) for part in (self.to_q, self.to_k, self.to_v))
            seen = F.scaled_dot_product_attention(*apart).transpose(1, 2).flatten(2)
            return self.to_out[0](seen).transpose(1, 2).reshape(x.shape) + x

    return Block()


def MaskedConv(channels, filters, kernel, mask, colours=1, bias=True):
    """Masked convolutions of PixelCNN (van den Oord et al. 2016, figure 2 and section 3.4)."""
    import torch
    from torch import nn

    class Conv(nn.Conv2d):
        def forward(self, x):
            keep = torch.ones_like(self.weight)
            height, width = keep.shape[2] // 2, keep.shape[3] // 2
            keep[:, :, height, width:] = 0
            keep[:, :, height + 1 :] = 0
            into, out = torch.arange(channels) // (channels // colours), torch.arange(filters) // (filters // colours)
            keep[:, :, height, width] = (
                out[:, None] > into[None] if mask == "A" else out[:, None] >= into[None]
            ).double()
            return self._conv_forward(x, self.weight * keep, self.bias)

    return Conv(channels, filters, kernel, padding="same", bias=bias)


def GatedDense(features, units):
    """The GatedDense of https://github.com/jmtomczak/vae_vampprior, with vaekit's names of parameters."""
    import torch
    from torch import nn

    class Gated(nn.Module):
        def __init__(self):
            super().__init__()
            self.weight = nn.Parameter(torch.empty(units, features))
            self.bias = nn.Parameter(torch.empty(units))
            self.gateWeight = nn.Parameter(torch.empty(units, features))
            self.gateBias = nn.Parameter(torch.empty(units))

        def forward(self, x):
            gate = torch.sigmoid(nn.functional.linear(x, self.gateWeight, self.gateBias))
            return nn.functional.linear(x, self.weight, self.bias) * gate

    return Gated()


def by_torch(case):
    import torch

    module = case["module"]
    values = numbers(case["x"], 0) * 3
    x = torch.tensor(np.round(values) if case["ties"] else values, requires_grad=True)
    named = {**dict(module.named_parameters()), **dict(module.named_buffers())}
    named = {name: each for name, each in named.items() if not name.endswith("num_batches_tracked")}
    with torch.no_grad():
        for phase, (name, each) in enumerate(named.items()):
            each.copy_(torch.tensor(getattr(module, "middle", 1) + 0.5 * numbers(each.shape, phase + 1)))
    before = {name: each.detach().clone() for name, each in named.items()}
    y = module(x)
    (y * torch.cos(torch.arange(y.numel(), dtype=torch.float64)).reshape(y.shape)).sum().backward()
    after = {f"next.{name}": each for name, each in module.named_buffers() if name in named}
    gradients = {f"d.{name}": each.grad for name, each in module.named_parameters()}
    tensors = {"x": x, **before, "y": y, "d.x": x.grad, **gradients, **after}
    return {name: each.detach().numpy() for name, each in tensors.items()}


def keras_cases():
    pools = {
        "even": dict(size=[2, 2]),
        "overlapping": dict(size=[3, 2], stride=[2, 1]),
        "apart": dict(size=[2, 2], stride=[3, 3]),
    }
    return {
        f"{kind}, {name}": dict(layer=dict(type=kind, padding="same", **options), x=[2, 3, 5, 7], training=True)
        for kind in ["maxPool2d", "averagePool2d"]
        for name, options in pools.items()
    }


def by_keras(case):
    import tensorflow as tf

    layer = case["layer"]
    pool = tf.nn.max_pool2d if layer["type"] == "maxPool2d" else tf.nn.avg_pool2d
    x = tf.Variable(numbers(case["x"], 0))
    with tf.GradientTape() as tape:
        y = pool(tf.transpose(x, [0, 2, 3, 1]), layer["size"], layer.get("stride", layer["size"]), "SAME")
        y = tf.transpose(y, [0, 3, 1, 2])
        target = tf.reduce_sum(y * tf.reshape(tf.cos(tf.cast(tf.range(tf.size(y)), tf.float64)), tf.shape(y)))
    return {"x": x.numpy(), "y": y.numpy(), "d.x": tape.gradient(target, x).numpy()}


def main():
    from safetensors.numpy import save_file

    folder = Path(sys.argv[1])
    keras = "--keras" in sys.argv
    cases = keras_cases() if keras else torch_cases()
    file, make = ("keras-pooling", by_keras) if keras else ("torch-layers", by_torch)
    tensors = {}
    for name, case in cases.items():
        for part, value in make(case).items():
            tensors[f"{name}/{part}"] = np.ascontiguousarray(value, dtype=np.float32)
    save_file(tensors, folder / f"{file}.safetensors")
    settings = {name: {"layer": case["layer"], "training": case["training"]} for name, case in cases.items()}
    (folder / f"{file}.json").write_text(json.dumps(settings, indent=2) + "\n")


main()
