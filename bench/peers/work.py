"""The common part of peers' programs: their task, its examples, and their output."""

import json
import os
import time

import numpy as np


def tell(**line):
    print(json.dumps(line), flush=True)


def read_images(path):
    """Reads an IDX file of unsigned bytes: [N, 1, rows, columns]."""
    with open(path, "rb") as file:
        magic, count, rows, columns = np.frombuffer(file.read(16), ">i4")
        if magic != 0x803:
            raise SystemExit(f"{path}: not an IDX file of images")
        pixels = np.frombuffer(file.read(), np.uint8)
    return pixels.reshape(count, 1, rows, columns)


def read_examples(task):
    """Examples as float32, pixels in [0, 1]: [N, ...input]."""
    path = task["data"]
    is_file = path.endswith(".npy")
    values = np.load(path) if is_file else read_images(os.path.join(path, "train-images-idx3-ubyte"))
    return values.astype("float32") / 255 if values.dtype == np.uint8 else values


def read_facts(task):
    """Facts of a table's columns by which they are seen and judged; none of other examples."""
    if "facts" not in task:
        return None
    with open(task["facts"]) as file:
        return json.load(file)


def encode_rows(rows, facts):
    """Rows of a table as vaekit's encoder sees them: numbers standardized, then categories one-hot."""
    counts = facts["categories"]
    numbers = rows[:, [place for place, count in enumerate(counts) if count == 0]]
    standard = (numbers - facts["numbers"]["mean"]) / facts["numbers"]["deviation"]
    one_hot = [rows[:, [place]] == np.arange(count) for place, count in enumerate(counts) if count > 0]
    return np.concatenate([np.arcsinh(standard), *one_hot], axis=1).astype("float32")


def beta_of(model):
    """The factor before -sum(1 + log_variance - mean^2 - variance): at first, at last, and the steps between."""
    objective = model.get("objective")
    if objective:
        beta = objective["beta"]
        return beta["from"] / 2, beta["to"] / 2, beta["steps"]
    weight = model["kl"]["weight"]
    if model["kl"]["reduction"] == "mean":
        weight /= model["latent"]
    return weight, weight, 1


def passes(task, use):
    """Times passes over a number of examples, of which the first takes a tenth; `use` may give a mean loss."""
    for index in range(task["stretches"]):
        count = task["count"] if index > 0 else -(-task["count"] // 10)
        start = time.perf_counter()
        loss = use(count)
        milliseconds = 1000 * (time.perf_counter() - start)
        tell(steps=1, msPerStep=milliseconds, **({} if loss is None else {"loss": loss}))
