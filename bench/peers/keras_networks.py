"""The benchmark's networks in Keras, built from the plain data that vaekit builds them from."""

import math

import keras
import numpy as np
from keras import layers, ops

from work import beta_of


def last_channels(shape):
    """A shape with its channels last, as Keras has them."""
    return (*shape[1:], shape[0])


def apply(described, x):
    """The output of layers for an input."""
    for layer in described:
        kind = layer["type"]
        options = {"activation": layer.get("activation")}
        window = {"strides": layer.get("stride", 1), "padding": "same", **options}
        if kind == "dense":
            x = layers.Flatten()(x) if len(x.shape) > 2 else x
            x = layers.Dense(layer["units"], **options)(x)
        elif kind == "reshape":
            x = layers.Reshape(last_channels(layer["shape"]))(x)
        elif kind == "conv2d":
            x = layers.Conv2D(layer["filters"], layer.get("kernel", 3), **window)(x)
        elif kind == "convTranspose2d":
            x = layers.Conv2DTranspose(layer["filters"], layer.get("kernel", 3), **window)(x)
        elif kind == "groupNorm":
            x = layers.GroupNormalization(layer["groups"], epsilon=1e-5)(x)
        elif kind == "activation":
            x = layers.Activation(layer["name"])(x)
        elif kind == "residual":
            x = layers.Add()([x, apply(layer["layers"], x)])
        else:
            raise SystemExit(f"{kind}: no such layer here")
    return x


class Posterior(layers.Layer):
    """A draw of the posterior; adds the weighted KL divergence to the loss."""

    def __init__(self, model, seed):
        super().__init__()
        self.first, self.last, self.steps = beta_of(model)
        self.seed_generator = keras.random.SeedGenerator(seed)
        self.step = self.add_weight(shape=(), initializer="zeros", trainable=False)

    def call(self, inputs, training=False):
        mean, log_variance = inputs
        weight = self.last
        if training and self.first != self.last:
            done = ops.minimum(self.step / self.steps, 1.0)
            weight = self.first + (self.last - self.first) * done
            self.step.assign(self.step + 1)
        terms = 1 + log_variance - ops.square(mean) - ops.exp(log_variance)
        self.add_loss(-weight * ops.mean(ops.sum(terms, axis=1)))
        epsilon = keras.random.normal(ops.shape(mean), seed=self.seed_generator)
        return mean + ops.exp(log_variance / 2) * epsilon


class Codebook(layers.Layer):
    """The nearest codes in the place of features, learnt by moving averages; adds the commitment (VQ-VAE)."""

    def __init__(self, model, seed, beta=0.25, decay=0.99, revive=0.01):
        super().__init__()
        self.beta, self.decay, self.revive = beta, decay, revive
        latent, self.codes = model["latent"], model["objective"]["codes"]
        reach = math.sqrt(3 / latent)
        uniform = keras.initializers.RandomUniform(-reach, reach, seed)
        self.vectors = self.add_weight(shape=(self.codes, latent), initializer=uniform, trainable=False)
        self.count = self.add_weight(shape=(self.codes,), initializer="ones", trainable=False)
        self.seed_generator = keras.random.SeedGenerator(seed)

    def call(self, features, training=False):
        rows = ops.stop_gradient(ops.reshape(features, (-1, features.shape[-1])))
        products = ops.matmul(rows, ops.transpose(self.vectors))
        codes = ops.argmin(ops.sum(ops.square(self.vectors), axis=1) - 2 * products, axis=1)
        chosen = ops.reshape(ops.take(self.vectors, codes, axis=0), ops.shape(features))
        self.add_loss(self.beta * ops.mean(ops.sum(ops.square(features - chosen), axis=-1)))
        if training:
            self.learn(rows, ops.one_hot(codes, self.codes))
        return features + ops.stop_gradient(chosen - features)

    def learn(self, rows, one_hot):
        kept, new = self.decay, 1 - self.decay
        count = kept * self.count + new * ops.sum(one_hot, axis=0)
        sums = ops.matmul(ops.transpose(one_hot), rows)
        moments = kept * self.vectors * self.count[:, None] + new * sums
        average = ops.mean(count)
        dead = count < self.revive * average
        places = keras.random.randint((self.codes,), 0, ops.shape(rows)[0], seed=self.seed_generator)
        candidates = ops.take(rows, places, axis=0)
        self.vectors.assign(ops.where(dead[:, None], candidates, moments / count[:, None]))
        self.count.assign(ops.where(dead, average, count))


class Likelihood(layers.Layer):
    """Adds -log p(x | z) to the loss, the mean over examples; passes the decoder's output on."""

    def call(self, inputs):
        x, parameters = inputs
        self.add_loss(ops.mean(self.nats(x, parameters)))
        return parameters


def sum_of_example(values):
    return ops.sum(values, axis=tuple(range(1, len(values.shape))))


class Bernoulli(Likelihood):
    """Goes by probabilities, as Keras's examples do: on JAX the MLP's step takes a quarter less so than by logits."""

    def nats(self, x, logits):
        return sum_of_example(ops.binary_crossentropy(x, ops.sigmoid(logits)))


class FixedGaussian(Likelihood):
    def __init__(self, variance):
        super().__init__()
        self.variance = variance

    def nats(self, x, mean):
        size = math.prod(x.shape[1:])
        squares = sum_of_example(ops.square(x - mean)) / self.variance
        return 0.5 * (squares + size * math.log(2 * math.pi * self.variance))


class Table(Likelihood):
    """Each group of columns by its likelihood."""

    def __init__(self, facts):
        super().__init__()
        self.groups, self.log_spreads = facts["groups"], {}
        for index, group in enumerate(self.groups):
            columns = len(group["places"])
            for name, values in group["statistics"].items():
                group["statistics"][name] = np.reshape(values, (columns, -1)).astype("float32")
            if group["likelihood"] == "mixture":
                shape = group["statistics"]["means"].shape
                self.log_spreads[index] = self.add_weight(shape=shape, initializer="zeros")

    def nats(self, rows, parameters):
        start, nats = 0, 0
        for index, group in enumerate(self.groups):
            columns, each = len(group["places"]), group["parameters"]
            x = ops.take(rows, np.array(group["places"]), axis=1)
            own = ops.reshape(parameters[:, start : start + columns * each], (-1, columns, each))
            start += columns * each
            nats += sum_of_example(self.nats_of(group, x, own, self.log_spreads.get(index)))
        return nats

    def nats_of(self, group, x, own, log_spread):
        facts = group["statistics"]
        if group["likelihood"] == "bernoulli":
            return ops.binary_crossentropy(x, own[..., 0] + facts["logit"][:, 0], from_logits=True)
        if group["likelihood"] == "categorical":
            places = ops.cast(x, "int32")
            return ops.sparse_categorical_crossentropy(places, own + facts["logits"], from_logits=True)
        odds, offsets = ops.split(own, 2, axis=2)
        odds = odds + facts["logWeights"]
        trained = 0.5 * ops.log(np.square(facts["ratios"]) + ops.exp(2 * log_spread))
        spread = np.log(facts["deviations"]) + trained
        errors = (x[..., None] - facts["means"] - offsets * facts["deviations"]) * ops.exp(-spread)
        joint = odds - spread - 0.5 * ops.square(errors)
        odds, joint = ops.logsumexp(odds, axis=2), ops.logsumexp(joint, axis=2)
        return odds - joint + 0.5 * math.log(2 * math.pi)


def likelihood_of(model, facts):
    likelihood = model.get("likelihood", "bernoulli")
    if likelihood == "bernoulli":
        return Bernoulli()
    return Table(facts) if likelihood == "table" else FixedGaussian(likelihood["variance"])


def build(model, x_shape, seen_shape, facts, seed):
    """The whole, encoder and decoder. The whole takes examples, of a table also as the encoder sees them."""
    x = keras.Input(x_shape)
    seen = keras.Input(seen_shape) if facts else x
    features = apply(model["encoder"], seen)
    if model.get("objective", {}).get("type") == "vqVae":
        point, z = features, Codebook(model, seed)(features)
    else:
        flat = layers.Flatten()(features) if len(features.shape) > 2 else features
        point = layers.Dense(model["latent"])(flat)
        z = Posterior(model, seed)([point, layers.Dense(model["latent"])(flat)])
    code = keras.Input(z.shape[1:])
    decoder = keras.Model(code, apply(model["decoder"], code))
    output = likelihood_of(model, facts)([x, decoder(z)])
    vae = keras.Model([x, seen] if facts else x, output)
    vae.compile(keras.optimizers.Adam(0.001, epsilon=1e-7))
    images = keras.Model(code, layers.Activation("sigmoid")(decoder(code)))
    return vae, keras.Model(seen, point), images
