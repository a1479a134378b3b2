"""Makes the tests' reference values with Keras 3 on TensorFlow.

Needs `pip install tensorflow-cpu keras safetensors` and a folder with MNIST's IDX files. Writes
into --out (default: the repository's test/fixtures), for each of two models, a `.safetensors` file
of tensors and a `.json` file of scalars:

- `keras-reference`: the dense reference VAE 784-2-2-784 (relu), gradients with KL weight 0.5 under
  both reductions, and 200 steps of Adam.
- `keras-mlp`: a VAE 784-16-3-16-784 with tanh hidden layers and the textbook ELBO, gradients only.

Parameters carry vaekit's names and layouts (dense weights are [out, in], transposed from Keras).
All values are computed in float64 from float32 parameters and noise and uint8 images, then rounded
once to float32; --exact FOLDER also writes them unrounded, for torch_check.py.
"""

import argparse
import json
import os
from pathlib import Path

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras  # noqa: E402
import numpy as np  # noqa: E402
import tensorflow as tf  # noqa: E402
from keras import layers, ops  # noqa: E402
from safetensors.numpy import save_file  # noqa: E402

from keras_reference import PIXELS, backend_version  # noqa: E402

IMAGES, BATCH, STEPS = 64, 32, 200
ADAM = {"learning_rate": 0.001, "beta_1": 0.9, "beta_2": 0.999, "epsilon": 1e-7}
REFERENCE = {"hidden": [2], "latent": 2, "activation": "relu"}
MLP = {"hidden": [16], "latent": 3, "activation": "tanh"}


def layer_sizes(spec):
    """Inputs and outputs of each dense layer, by vaekit's name."""
    encoder = [PIXELS, *spec["hidden"]]
    # The reference's decoder is one layer; the MLP's mirrors its encoder.
    decoder = [spec["latent"], *(spec["hidden"] if spec["activation"] == "tanh" else []), PIXELS]
    sizes = {f"encoder.{i}": pair for i, pair in enumerate(zip(encoder, encoder[1:]))}
    sizes["mean"] = sizes["logVariance"] = (encoder[-1], spec["latent"])
    sizes |= {f"decoder.{i}": pair for i, pair in enumerate(zip(decoder, decoder[1:]))}
    return sizes


def initial_parameters(spec, rng):
    """Random weights and nonzero biases, float32, such that no unit is dead or saturated."""
    parameters = {}
    for name, (inputs, outputs) in layer_sizes(spec).items():
        # About a tenth of MNIST's pixels are lit: the first layer's inputs have variance 0.1.
        scale = np.sqrt((10 if inputs == PIXELS else 1) / inputs) * 0.7
        weight = rng.normal(0, scale, (outputs, inputs))
        bias = rng.normal(0, 0.1, outputs)
        if spec["activation"] == "relu" and inputs == PIXELS:
            bias = rng.uniform(0.2, 0.4, outputs)
        parameters[f"{name}.weight"] = weight.astype(np.float32)
        parameters[f"{name}.bias"] = bias.astype(np.float32)
    return parameters


class Model:
    """The VAE in Keras layers, holding `parameters`, in Keras's current float type."""

    def __init__(self, spec, parameters):
        self.layers = {}
        for name, (inputs, outputs) in layer_sizes(spec).items():
            hidden = name.startswith("encoder") or (
                name.startswith("decoder") and outputs != PIXELS
            )
            activation = spec["activation"] if hidden else None
            layer = layers.Dense(outputs, activation=activation, dtype=keras.config.floatx())
            layer.build((None, inputs))
            layer.set_weights([parameters[f"{name}.weight"].T, parameters[f"{name}.bias"]])
            self.layers[name] = layer

    @property
    def variables(self):
        return [variable for layer in self.layers.values() for variable in layer.weights]

    def named(self, values):
        """Values in the order of `variables`, by vaekit's name and layout."""
        names = [f"{name}.{kind}" for name in self.layers for kind in ("weight", "bias")]
        return {name: np.array(value).T.copy() for name, value in zip(names, values)}

    def stack(self, part, x):
        for name, layer in self.layers.items():
            if name.startswith(part):
                x = layer(x)
        return x

    def loss(self, x, epsilon, kl_weight, kl_reduction, from_logits=True):
        """The reference's loss: (total, reconstruction, divergence)."""
        hidden = self.stack("encoder", x)
        mean = self.layers["mean"](hidden)
        log_variance = self.layers["logVariance"](hidden)
        logits = self.stack("decoder", mean + ops.exp(log_variance / 2) * epsilon)
        # Keras clips plain probabilities to [1e-7, 1 - 1e-7]. A model that ends in Keras's own
        # sigmoid does not: its output carries the logits, and the loss takes those.
        outputs = logits if from_logits else tf.convert_to_tensor(tf.sigmoid(logits))
        entropy = keras.losses.binary_crossentropy(x, outputs, from_logits=from_logits)
        reconstruction = ops.mean(PIXELS * entropy)
        terms = 1 + log_variance - ops.square(mean) - ops.exp(log_variance)
        if kl_reduction == "sum":
            terms = ops.sum(terms, axis=-1)
        kl = -kl_weight * ops.mean(terms)
        return reconstruction + kl, reconstruction, kl

    def value_and_gradients(self, *arguments):
        with tf.GradientTape() as tape:
            values = self.loss(*arguments)
        gradients = tape.gradient(values[0], [variable.value for variable in self.variables])
        scalars = dict(zip(("loss", "reconstruction", "kl"), map(float, values)))
        return scalars, self.named(gradients)


def trajectory(dtype, parameters, images, indices, epsilon):
    """Losses before each Adam step, and the parameters after the last, all in `dtype`."""
    keras.config.set_floatx(dtype)
    model = Model(REFERENCE, parameters)
    # NumPy's doubles, since TensorFlow takes a Python float for a float32 and Adam's bias
    # corrections would carry its rounding (1e-5 relative in the first steps).
    optimizer = keras.optimizers.Adam(**{key: np.float64(x) for key, x in ADAM.items()})
    optimizer.build(model.variables)
    x = tf.constant(images.reshape(-1, PIXELS), dtype) / 255

    @tf.function
    def step(rows, noise):
        with tf.GradientTape() as tape:
            loss, _, _ = model.loss(tf.gather(x, rows), noise, 0.5, "mean")
        gradients = tape.gradient(loss, [variable.value for variable in model.variables])
        optimizer.apply(gradients, model.variables)
        return loss

    noise = tf.constant(epsilon, dtype)
    losses = np.array([step(rows, noise[i]) for i, rows in enumerate(indices)], dtype)
    return losses, model.named([variable.numpy() for variable in model.variables])


def check_health(spec, parameters, images, gradients):
    """Asserts that the first layer is alive, away from its kinks, and that gradients are not tiny."""
    x = images.reshape(-1, PIXELS) / 255.0
    before = x @ parameters["encoder.0.weight"].T.astype("float64") + parameters["encoder.0.bias"]
    active = (before > 0).mean(axis=0)
    if spec["activation"] == "relu":
        assert ((active > 0.2) & (active < 0.95)).all(), f"share of active images: {active}"
        assert abs(before).min() > 1e-4, "an image lies on a kink of relu"
    else:
        assert (abs(np.tanh(before)) < 0.99).mean() > 0.5, "tanh is saturated"
    for name, gradient in gradients.items():
        norm = np.linalg.norm(gradient)
        assert 1e-3 < norm < 1e4, f"gradient of {name} has norm {norm}"


def relative(a, b):
    """Largest difference over the largest magnitude."""
    return float(np.max(np.abs(np.asarray(a) - np.asarray(b))) / np.max(np.abs(np.asarray(b))))


def make_reference(images, rng):
    parameters = initial_parameters(REFERENCE, rng)
    # A step's images differ from each other, as within an epoch.
    indices = np.stack([rng.permutation(IMAGES)[:BATCH] for _ in range(STEPS)]).astype(np.int64)
    epsilon = rng.normal(size=(STEPS, BATCH, REFERENCE["latent"])).astype(np.float32)
    tensors = {**parameters, "images": images, "indices": indices, "epsilon": epsilon}

    keras.config.set_floatx("float64")
    model = Model(REFERENCE, parameters)
    x = images.reshape(-1, PIXELS)[indices[0]] / 255.0
    noise = epsilon[0].astype("float64")
    scalars = {}
    for reduction in ("mean", "sum"):
        scalars[reduction], gradients = model.value_and_gradients(x, noise, 0.5, reduction)
        check_health(REFERENCE, parameters, images, gradients)
        tensors |= {f"{reduction}.gradient.{name}": value for name, value in gradients.items()}
    clipped = float(model.loss(x, noise, 0.5, "mean", False)[0])

    losses, final = trajectory("float64", parameters, images, indices, epsilon)
    losses32, final32 = trajectory("float32", parameters, images, indices, epsilon)
    tensors |= {"losses": losses, **{f"final.{name}": value for name, value in final.items()}}
    assert relative(losses[0], scalars["mean"]["loss"]) < 1e-14
    return tensors, {
        "model": "784-2-2-784, relu, KL weight 0.5; gradients of the batch images[indices[0]] "
        "with epsilon[0], under `mean.gradient.*` and `sum.gradient.*` by the KL's reduction; "
        "`losses` (before each step) and `final.*` of 200 Adam steps with reduction mean",
        "klWeight": 0.5,
        "adam": ADAM,
        **scalars,
        "keras": {
            "clippedLoss": clipped,
            "clippedLossRelativeDifference": relative(clipped, scalars["mean"]["loss"]),
            "float32LossesRelativeDifference": relative(losses32, losses),
            "float32FinalRelativeDifference": max(relative(final32[n], final[n]) for n in final),
        },
    }


def make_mlp(images, rng):
    parameters = initial_parameters(MLP, rng)
    epsilon = rng.normal(size=(BATCH, MLP["latent"])).astype(np.float32)
    keras.config.set_floatx("float64")
    x = images[:BATCH].reshape(-1, PIXELS) / 255.0
    scalars, gradients = Model(MLP, parameters).value_and_gradients(
        x, epsilon.astype("float64"), 0.5, "sum"
    )
    check_health(MLP, parameters, images, gradients)
    gradients = {f"sum.gradient.{name}": value for name, value in gradients.items()}
    return {**parameters, "epsilon": epsilon, **gradients}, {
        "model": "784-16-3-16-784, tanh, KL weight 0.5 summed (the textbook ELBO); gradients of "
        "the first 32 images of keras-reference with epsilon, under `sum.gradient.*`",
        "klWeight": 0.5,
        "sum": scalars,
    }


def write(folder, name, tensors, scalars):
    folder.mkdir(parents=True, exist_ok=True)
    ordered = {key: np.ascontiguousarray(value) for key, value in tensors.items()}
    save_file(ordered, folder / f"{name}.safetensors", {"precision": scalars["precision"]})
    text = json.dumps(scalars, indent=2)
    (folder / f"{name}.json").write_text(text + "\n")
    print(f"{folder / name}.safetensors: {(folder / f'{name}.safetensors').stat().st_size} bytes")


def main():
    here = Path(__file__).resolve().parent
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("data", type=Path, help="folder with MNIST's IDX files")
    arguments.add_argument("--out", type=Path, default=here.parents[1] / "test" / "fixtures")
    arguments.add_argument("--exact", type=Path, help="folder for the float64 values as well")
    arguments.add_argument("--seed", type=int, default=0)
    options = arguments.parse_args()

    raw = (options.data / "t10k-images-idx3-ubyte").read_bytes()
    images = np.frombuffer(raw, np.uint8, IMAGES * PIXELS, 16).reshape(IMAGES, 1, 28, 28)
    rng = np.random.default_rng(options.seed)
    versions = {"keras": keras.__version__, **backend_version()}
    for name, make in (("keras-reference", make_reference), ("keras-mlp", make_mlp)):
        tensors, scalars = make(images, rng)
        scalars = {"versions": versions, **scalars}
        if options.exact:
            exact = {"precision": "float64 throughout, from float32 parameters and noise"}
            write(options.exact, name, tensors, {**exact, **scalars})
        rounded = {
            key: value.astype(np.float32) if value.dtype == np.float64 else value
            for key, value in tensors.items()
        }
        precision = "float64 throughout, from float32 parameters and noise; tensors rounded once to float32"
        write(options.out, name, rounded, {"precision": precision, **scalars})
        print(json.dumps(scalars, indent=2))


if __name__ == "__main__":
    main()
