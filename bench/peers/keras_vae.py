"""The benchmark's larger variational autoencoders, as a Keras user writes them.

`mlp` is 784-512-2-512-784, `conv` the convolutional network of Keras's own VAE example, both with
the textbook's ELBO; the rest is that of keras_reference.py, and so are the needs. KERAS_BACKEND
chooses the backend. Prints JSON lines: the versions, the first loss, and one line a stretch of
steps with `msPerStep` and `loss`.
"""

import argparse
import json
import os
import time

from keras_reference import (
    PIXELS,
    KLDivergence,
    Sampling,
    backend_version,
    read_images,
    reconstruction_loss,
)

import keras  # noqa: E402
from keras import layers  # noqa: E402

LATENT = 2


def networks(name):
    """The encoder's layers, and the decoder's."""
    if name == "mlp":
        return (
            [layers.Dense(512, activation="relu")],
            [layers.Dense(512, activation="relu"), layers.Dense(PIXELS, activation="sigmoid")],
        )
    halved = {"strides": 2, "padding": "same", "activation": "relu"}
    return (
        [
            layers.Reshape((28, 28, 1)),
            layers.Conv2D(32, 3, **halved),
            layers.Conv2D(64, 3, **halved),
            layers.Flatten(),
            layers.Dense(16, activation="relu"),
        ],
        [
            layers.Dense(7 * 7 * 64, activation="relu"),
            layers.Reshape((7, 7, 64)),
            layers.Conv2DTranspose(64, 3, **halved),
            layers.Conv2DTranspose(32, 3, **halved),
            layers.Conv2DTranspose(1, 3, padding="same", activation="sigmoid"),
            layers.Flatten(),
        ],
    )


def build(name, seed):
    encoder, decoder = networks(name)
    image = keras.Input((PIXELS,))
    hidden = image
    for layer in encoder:
        hidden = layer(hidden)
    mean, log_variance = layers.Dense(LATENT)(hidden), layers.Dense(LATENT)(hidden)
    y = Sampling(seed)(KLDivergence(0.5, "sum")([mean, log_variance]))
    for layer in decoder:
        y = layer(y)
    vae = keras.Model(image, y)
    vae.compile(keras.optimizers.Adam(0.001, epsilon=1e-7), loss=reconstruction_loss)
    return vae


class StretchLines(keras.callbacks.Callback):
    """Prints a JSON line an epoch, which here is a stretch of steps."""

    def __init__(self, steps):
        super().__init__()
        self.steps = steps

    def on_epoch_begin(self, epoch, logs=None):
        self.start = time.perf_counter()

    def on_epoch_end(self, epoch, logs=None):
        seconds = time.perf_counter() - self.start
        line = {
            "steps": self.steps,
            "msPerStep": 1000 * seconds / self.steps,
            "loss": float(logs["loss"]),
        }
        print(json.dumps(line), flush=True)


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("network", choices=["mlp", "conv"])
    arguments.add_argument("data", help="folder with MNIST's IDX files")
    arguments.add_argument("--batch-size", type=int, default=128)
    arguments.add_argument("--steps", type=int, default=100, help="steps in a stretch")
    arguments.add_argument("--stretches", type=int, default=3)
    arguments.add_argument("--seed", type=int, default=0)
    options = arguments.parse_args()

    keras.utils.set_random_seed(options.seed)
    train = read_images(os.path.join(options.data, "train-images-idx3-ubyte"))
    vae = build(options.network, options.seed)
    print(json.dumps({"versions": {"keras": keras.__version__, **backend_version()}}), flush=True)
    batch = options.batch_size
    vae.fit(train[:batch], train[:batch], batch_size=batch, verbose=0)
    print(json.dumps({"first": {"steps": 1}}), flush=True)
    seen = train[: options.steps * batch]
    vae.fit(
        seen,
        seen,
        epochs=options.stretches,
        batch_size=batch,
        callbacks=[StretchLines(options.steps)],
        verbose=0,
    )


if __name__ == "__main__":
    main()
