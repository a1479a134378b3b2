"""A task of the benchmark, as a Keras user writes it.

Needs `pip install keras` and a backend, which KERAS_BACKEND chooses. Prints JSON lines: the versions, the first
loss, and one line a stretch of steps, or a pass over the examples, with `msPerStep` and `loss`.
"""

import argparse
import json
import os
import time

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras  # noqa: E402
import numpy as np  # noqa: E402
from keras_networks import build  # noqa: E402
from keras_reference import backend_version  # noqa: E402
from work import encode_rows, passes, read_examples, read_facts, tell  # noqa: E402


class StretchLines(keras.callbacks.Callback):
    """Prints a JSON line an epoch, which here is a stretch of steps."""

    def __init__(self, steps):
        super().__init__()
        self.steps = steps

    def on_epoch_begin(self, epoch, logs=None):
        self.start = time.perf_counter()

    def on_epoch_end(self, epoch, logs=None):
        seconds = time.perf_counter() - self.start
        milliseconds = 1000 * seconds / self.steps
        tell(steps=self.steps, msPerStep=milliseconds, loss=float(logs["loss"]))


def first(examples, count):
    """The first of the examples, or of each part of them."""
    return [part[:count] for part in examples] if isinstance(examples, list) else examples[:count]


def train(vae, examples, task):
    batch, steps = task["batch"], task["steps"]
    vae.fit(first(examples, batch), batch_size=batch, verbose=0)
    tell(first={"steps": 1})
    vae.fit(
        first(examples, steps * batch),
        epochs=task["stretches"],
        batch_size=batch,
        callbacks=[StretchLines(steps)],
        verbose=0,
    )


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("task", type=json.loads, help="JSON: see tasks.mjs")
    arguments.add_argument("--seed", type=int, default=0)
    options = arguments.parse_args()

    keras.utils.set_random_seed(options.seed)
    task, facts = options.task, read_facts(options.task)
    x = read_examples(task)
    x = np.moveaxis(x, 1, -1).copy() if x.ndim == 4 else x
    seen = encode_rows(x, facts) if facts else x
    vae, encoder, decoder = build(task["model"], x.shape[1:], seen.shape[1:], facts, options.seed)
    tell(versions={"keras": keras.__version__, **backend_version()})
    batch = {"batch_size": task["batch"], "verbose": 0}

    def encode(count):
        encoder.predict(x[:count], **batch)

    def sample(count):
        z = np.random.standard_normal((count, task["model"]["latent"])).astype("float32")
        decoder.predict(z, **batch)

    if task["use"] == "train":
        train(vae, [x, seen] if facts else x, task)
    elif task["use"] == "evaluate":
        passes(task, lambda count: float(vae.evaluate(x[:count], **batch)))
    elif task["use"] == "encode":
        passes(task, encode)
    else:
        passes(task, sample)


if __name__ == "__main__":
    main()
