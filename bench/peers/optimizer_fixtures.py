"""Fixtures of optimizers and learning-rate schedules by PyTorch 2 and Keras 3, all in float64.

Needs: pip install torch, or pip install tensorflow-cpu keras
Usage: python3 optimizer_fixtures.py (torch | keras) FILE.json

Each optimizer, under its config in vaekit, makes 50 steps from `start` down the function
sum(a / 2 (p - c)^2 + cos p); its `trajectory` has p after every tenth. Where a framework places
epsilon elsewhere than vaekit, which follows Keras, it is 0 here. Schedules (PyTorch only) give their
rates: one an epoch, or `perEpoch`.
"""

import json
import math
import os
import sys
from pathlib import Path

import numpy as np

A = [0.5, 1.0, 2.0, 3.0, 0.1, 1.5]
C = [3.0, -2.0, 1.5, -4.0, 5.0, 0.5]
START = [0.0, 1.0, -1.0, 2.0, -3.0, 4.0]
STEPS = 50


def gradient(p):
    return np.array(A) * (p - np.array(C)) - np.sin(p)


def torch_optimizers():
    import torch

    cases = [
        ({"type": "sgd", "learningRate": 0.01}, lambda p: torch.optim.SGD(p, 0.01)),
        (
            {"type": "sgd", "learningRate": 0.01, "momentum": 0.9},
            lambda p: torch.optim.SGD(p, 0.01, momentum=0.9),
        ),
        (
            {"type": "sgd", "learningRate": 0.01, "momentum": 0.9, "nesterov": True},
            lambda p: torch.optim.SGD(p, 0.01, momentum=0.9, nesterov=True),
        ),
        ({"type": "adam", "learningRate": 0.05, "epsilon": 0}, lambda p: torch.optim.Adam(p, 0.05, eps=0)),
        (
            {"type": "adamW", "learningRate": 0.05, "epsilon": 0, "weightDecay": 0.3},
            lambda p: torch.optim.AdamW(p, 0.05, eps=0, weight_decay=0.3),
        ),
        (
            {"type": "rmsprop", "learningRate": 0.02, "rho": 0.95, "epsilon": 0},
            lambda p: torch.optim.RMSprop(p, 0.02, alpha=0.95, eps=0),
        ),
        (
            {"type": "rmsprop", "learningRate": 0.02, "rho": 0.95, "momentum": 0.5, "epsilon": 0},
            lambda p: torch.optim.RMSprop(p, 0.02, alpha=0.95, eps=0, momentum=0.5),
        ),
        (
            {"type": "adamax", "learningRate": 0.05, "epsilon": 0},
            lambda p: torch.optim.Adamax(p, 0.05, eps=0),
        ),
    ]
    for config, make in cases:
        p = torch.tensor(START, dtype=torch.float64, requires_grad=True)
        optimizer = make([p])
        trajectory = []
        for step in range(STEPS):
            p.grad = torch.tensor(gradient(p.detach().numpy()))
            optimizer.step()
            if step % 10 == 9:
                trajectory.append(p.tolist())
        yield {"optimizer": config, "trajectory": trajectory}


def keras_optimizers():
    os.environ.setdefault("KERAS_BACKEND", "tensorflow")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    import keras

    keras.config.set_floatx("float64")
    o = keras.optimizers
    cases = [
        (
            {"type": "sgd", "learningRate": 0.01, "momentum": 0.9, "nesterov": True},
            o.SGD(0.01, momentum=0.9, nesterov=True),
        ),
        ({"type": "adam", "learningRate": 0.05, "epsilon": 0.01}, o.Adam(0.05, epsilon=0.01)),
        (
            {"type": "adamW", "learningRate": 0.05, "epsilon": 0.01, "weightDecay": 0.3},
            o.AdamW(0.05, epsilon=0.01, weight_decay=0.3),
        ),
        (
            {"type": "rmsprop", "learningRate": 0.02, "momentum": 0.5, "epsilon": 0.01},
            o.RMSprop(0.02, momentum=0.5, epsilon=0.01),
        ),
        ({"type": "adamax", "learningRate": 0.05, "epsilon": 0.01}, o.Adamax(0.05, epsilon=0.01)),
        ({"type": "lion", "learningRate": 0.03}, o.Lion(0.03, weight_decay=0)),
        (
            {"type": "lion", "learningRate": 0.03, "beta1": 0.8, "weightDecay": 0.3},
            o.Lion(0.03, beta_1=0.8, weight_decay=0.3),
        ),
    ]
    for config, optimizer in cases:
        p = keras.Variable(np.array(START), dtype="float64")
        optimizer.build([p])
        trajectory = []
        for step in range(STEPS):
            optimizer.apply([keras.ops.convert_to_tensor(gradient(keras.ops.convert_to_numpy(p)))], [p])
            if step % 10 == 9:
                trajectory.append(keras.ops.convert_to_numpy(p).tolist())
        yield {"optimizer": config, "trajectory": trajectory}


PLATEAU = [9, 8, 7, 7, 7.05, 6.99, 6.5, 6.6, 6.7, 6.8, 6.9, 7, 7, 7, 7, 7, 6.4, 6.4, 6.4, 6.4]


def torch_schedules():
    import torch
    from torch.optim import lr_scheduler as s

    def rates(make, count, metrics=None, rate=0.1):
        optimizer = torch.optim.SGD([torch.zeros(1)], rate)
        schedule = make(optimizer)
        found = []
        for step in range(count):
            found.append(optimizer.param_groups[0]["lr"])
            optimizer.step()
            schedule.step(*([] if metrics is None else [metrics[step]]))
        return found

    def warm(epochs, after):
        def make(optimizer):
            line = s.LambdaLR(optimizer, lambda step: min(1, step / epochs))
            return s.SequentialLR(optimizer, [line, after(optimizer)], [epochs])

        return make

    cases = [
        ({"type": "step", "initial": 0.1, "every": 4, "factor": 0.5}, lambda o: s.StepLR(o, 4, 0.5), 1),
        (
            {"type": "multiStep", "initial": 0.1, "milestones": [2, 3, 11], "factor": 0.5},
            lambda o: s.MultiStepLR(o, [2, 3, 11], 0.5),
            1,
        ),
        ({"type": "exponential", "initial": 0.1, "factor": 0.9}, lambda o: s.ExponentialLR(o, 0.9), 1),
        ({"type": "cosine", "initial": 0.1}, lambda o: s.CosineAnnealingLR(o, 60), 3),
        ({"type": "cosine", "initial": 0.1, "final": 0.01}, lambda o: s.CosineAnnealingLR(o, 20, 0.01), 1),
        (
            {"type": "cosine", "initial": 0.1, "warmup": 5},
            warm(5, lambda o: s.CosineAnnealingLR(o, 15)),
            1,
        ),
        (
            {"type": "exponential", "initial": 0.1, "factor": 0.9, "warmup": 4},
            warm(4, lambda o: s.ExponentialLR(o, 0.9)),
            1,
        ),
    ]
    for config, make, per_epoch in cases:
        yield {"schedule": config, "perEpoch": per_epoch, "rates": rates(make, 20 * per_epoch)}
    for config, options in [
        ({"factor": 0.5, "patience": 2}, {"factor": 0.5, "patience": 2, "threshold": 1e-4}),
        (
            {"factor": 0.1, "patience": 1, "cooldown": 2, "minimum": 0.005, "minDelta": 0.2},
            {"factor": 0.1, "patience": 1, "cooldown": 2, "min_lr": 0.005, "threshold": 0.2},
        ),
    ]:
        yield {
            "schedule": {"type": "onPlateau", "initial": 0.1, "metric": "loss", **config},
            "perEpoch": 1,
            "metrics": PLATEAU,
            "rates": rates(
                lambda o, options=options: s.ReduceLROnPlateau(o, threshold_mode="abs", **options),
                len(PLATEAU),
                PLATEAU,
            ),
        }


def main():
    framework, path = sys.argv[1:]
    problem = {"a": A, "c": C, "start": START}
    if framework == "torch":
        fixture = {**problem, "optimizers": list(torch_optimizers()), "schedules": list(torch_schedules())}
    else:
        fixture = {**problem, "optimizers": list(keras_optimizers())}
    assert all(math.isfinite(x) for case in fixture["optimizers"] for row in case["trajectory"] for x in row)
    Path(path).write_text(json.dumps(fixture) + "\n")


main()
