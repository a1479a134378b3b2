"""The reference variational autoencoder, as a Keras user writes it.

Dense(2, relu) -> mean and log-variance (2 latents) -> Dense(784, sigmoid) on MNIST, with Adam
(0.001, epsilon 1e-7) and batches of 32. The loss is 784 times the mean binary cross-entropy plus
the weighted Kullback-Leibler divergence.

Needs `pip install tensorflow-cpu keras` and a folder with MNIST's four IDX files. Prints JSON
lines: first the versions, then one line an epoch with `msPerStep` (training alone, without
validation), `loss` and `valLoss`.
"""

import argparse
import json
import os
import time

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras  # noqa: E402
import numpy as np  # noqa: E402
from keras import layers, ops  # noqa: E402

from work import read_images  # noqa: E402

PIXELS = 784


class Sampling(layers.Layer):
    """z = mean + exp(log_variance / 2) * epsilon, with epsilon ~ N(0, I)."""

    def __init__(self, seed, **options):
        super().__init__(**options)
        self.seed_generator = keras.random.SeedGenerator(seed)

    def call(self, inputs):
        mean, log_variance = inputs
        epsilon = keras.random.normal(ops.shape(mean), seed=self.seed_generator)
        return mean + ops.exp(log_variance / 2) * epsilon


class KLDivergence(layers.Layer):
    """Passes its inputs on and adds the divergence of N(mean, variance) from N(0, I) to the loss."""

    def __init__(self, weight, reduction, **options):
        super().__init__(**options)
        self.weight = weight
        self.reduction = reduction

    def call(self, inputs):
        mean, log_variance = inputs
        terms = 1 + log_variance - ops.square(mean) - ops.exp(log_variance)
        if self.reduction == "sum":
            terms = ops.sum(terms, axis=-1)
        self.add_loss(-self.weight * ops.mean(terms))
        return mean, log_variance


def reconstruction_loss(images, reconstructions):
    return PIXELS * keras.losses.binary_crossentropy(images, reconstructions)


def build(latent=2, kl_weight=0.5, kl_reduction="mean", seed=0):
    image = keras.Input((PIXELS,))
    hidden = layers.Dense(2, activation="relu")(image)
    mean = layers.Dense(latent, name="mean")(hidden)
    log_variance = layers.Dense(latent, name="log_variance")(hidden)
    encoder = keras.Model(image, [mean, log_variance], name="encoder")

    code = keras.Input((latent,))
    decoder = keras.Model(code, layers.Dense(PIXELS, activation="sigmoid")(code), name="decoder")

    mean, log_variance = KLDivergence(kl_weight, kl_reduction)(encoder(image))
    vae = keras.Model(image, decoder(Sampling(seed)([mean, log_variance])), name="vae")
    vae.compile(keras.optimizers.Adam(0.001, epsilon=1e-7), loss=reconstruction_loss)
    return vae, encoder, decoder


def read_rows(path):
    """Reads an IDX file of images as float32 in [0, 1], one row an image."""
    images = read_images(path)
    return images.reshape(len(images), -1).astype("float32") / 255


class EpochLines(keras.callbacks.Callback):
    """Prints a JSON line an epoch; the clock stops before validation starts."""

    def __init__(self, steps):
        super().__init__()
        self.steps = steps

    def on_epoch_begin(self, epoch, logs=None):
        self.start = time.perf_counter()

    def on_test_begin(self, logs=None):
        self.seconds = time.perf_counter() - self.start

    def on_epoch_end(self, epoch, logs=None):
        line = {
            "epoch": epoch + 1,
            "steps": self.steps,
            "msPerStep": 1000 * self.seconds / self.steps,
            "loss": logs["loss"],
            "valLoss": logs["val_loss"],
        }
        print(json.dumps(line), flush=True)


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("data", help="folder with MNIST's IDX files")
    arguments.add_argument("--epochs", type=int, default=30)
    arguments.add_argument("--batch-size", type=int, default=32)
    arguments.add_argument("--kl-weight", type=float, default=0.5)
    arguments.add_argument("--kl-reduction", choices=["mean", "sum"], default="mean")
    arguments.add_argument("--seed", type=int, default=0)
    options = arguments.parse_args()

    keras.utils.set_random_seed(options.seed)
    train = read_rows(os.path.join(options.data, "train-images-idx3-ubyte"))
    test = read_rows(os.path.join(options.data, "t10k-images-idx3-ubyte"))
    vae, _, _ = build(
        kl_weight=options.kl_weight, kl_reduction=options.kl_reduction, seed=options.seed
    )
    print(json.dumps({"versions": {"keras": keras.__version__, **backend_version()}}), flush=True)
    vae.fit(
        train,
        train,
        epochs=options.epochs,
        batch_size=options.batch_size,
        validation_data=(test, test),
        callbacks=[EpochLines(-(-len(train) // options.batch_size))],
        verbose=0,
    )


def backend_version():
    backend = keras.backend.backend()
    return {backend: __import__(backend).__version__}


if __name__ == "__main__":
    main()
