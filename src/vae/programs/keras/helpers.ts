/* Classes and functions that Keras lacks, by name, in a program's order. */
export const kerasHelpers: Readonly<Record<string, string>> = {
  MaskedConv2D: `class MaskedConv2D(layers.Conv2D):
    """A convolution in which a pixel sees those before it, and of kind B also itself."""

    def __init__(self, filters, kernel_size, kind, colours=1, **options):
        super().__init__(filters, kernel_size, padding="same", **options)
        self.kind = kind
        self.colours = colours

    def build(self, input_shape):
        super().build(input_shape)
        height, width, inputs, outputs = self.kernel.shape
        self.visible = np.ones(self.kernel.shape, "float32")
        self.visible[height // 2, width // 2 :] = 0
        self.visible[height // 2 + 1 :] = 0
        source = np.arange(inputs)[:, None] * self.colours // inputs
        target = np.arange(outputs) * self.colours // outputs
        self.visible[height // 2, width // 2] = source < target if self.kind == "A" else source <= target

    def convolution_op(self, inputs, kernel):
        return super().convolution_op(inputs, kernel * self.visible)`,

  nearest: `def nearest(rows, codebook):
    """The places of the vectors that are nearest to rows."""
    likeness = 2 * ops.matmul(rows, codebook.T) - np.square(codebook).sum(axis=1)
    return ops.argmax(likeness, axis=-1)`,

  dot: `def dot(a, b):
    return ops.sum(a * b, axis=-1, keepdims=True)`,

  planar: `def planar(z, u, w, b):
    """A planar flow (Rezende and Mohamed 2015)."""
    change = ops.softplus(dot(w, u)) - 1 - dot(w, u)
    direction = u + change * w / ops.maximum(dot(w, w), 1e-12)
    return z + direction * ops.tanh(dot(w, z) + b)`,

  radial: `def radial(z, center, alpha, beta):
    """A radial flow (Rezende and Mohamed 2015)."""
    apart = z - center
    r = ops.sqrt(ops.maximum(dot(apart, apart), 1e-12))
    alpha, size = ops.softplus(alpha), ops.softplus(beta)
    return z + (size - alpha) / (alpha + r) * apart`,

  length: `def length(x):
    return ops.sqrt(ops.sum(ops.square(x), axis=-1, keepdims=True) + 1e-20)`,

  held: `def held(z, c):
    """Points inside of the Poincare ball of curvature -c; others at its boundary."""
    return z * ops.minimum((1 - 1e-5) / c**0.5 / length(z), 1)`,

  exponential: `def exponential(tangent, c):
    """The exponential map at the origin."""
    size = c**0.5 * length(tangent)
    return tangent * ops.tanh(size) / size`,

  logarithm: `def logarithm(z, c):
    """The tangent at the origin whose exponential a point is."""
    size = c**0.5 * length(z)
    return z * ops.arctanh(size) / size`,

  Gyroplanes: `class Gyroplanes(layers.Layer):
    """Signed distances of points of the ball from planes (Mathieu et al. 2019)."""

    def __init__(self, planes, c, **options):
        super().__init__(**options)
        self.planes = planes
        self.c = c

    def build(self, input_shape):
        self.planes_weight = self.add_weight((self.planes, input_shape[-1]), name="weight")
        self.bias = self.add_weight((self.planes, 1), name="bias")

    def call(self, z):
        c = self.c
        x = -held(exponential(self.planes_weight * self.bias, c), c)
        z = ops.expand_dims(z, 1)
        x2, z2, twice = c * dot(x, x), c * dot(z, z), 2 * c * dot(x, z)
        seen = held(((1 + twice + z2) * x + (1 - x2) * z) / (1 + twice + x2 * z2), c)
        along = dot(seen, self.planes_weight / length(self.planes_weight))
        flat = 1 - c * dot(seen, seen)
        return ops.arcsinh(2 * c**0.5 * along / flat)[..., 0] / c**0.5`,

  TopDown: `class TopDown:
    """Groups of latents from the top downwards, each whitened by the groups above it."""

    def __init__(self, sizes, hidden):
        self.sizes = sizes
        groups = range(len(sizes))

        def network(name, units):
            first = layers.Dense(hidden, activation="silu", name=f"{name}_0")
            last = layers.Dense(units, name=f"{name}_1")
            return lambda x: last(first(x))

        self.posteriors = [network(f"posterior_{group}", 2 * sizes[group]) for group in groups]
        self.priors = [layers.Dense(2 * sizes[group], name=f"prior_{group}_1") for group in groups]
        self.merges = [network(f"merge_{group}", hidden) for group in groups]

    def below(self, group, h, epsilon):
        """The path under a group with whitened latents epsilon."""
        if group == 0:
            return self.merges[0](epsilon)
        mean, log_variance = ops.split(self.priors[group](ops.silu(h)), 2, axis=-1)
        z = mean + ops.exp(log_variance / 2) * epsilon
        return h + self.merges[group](ops.concatenate([h, z], axis=-1))

    def encode(self, features):
        """Mean and log-variance of all groups, each by the means of those above it."""
        seen, h, posteriors = features, None, []
        for group, posterior in enumerate(self.posteriors):
            posteriors.append(ops.split(posterior(seen), 2, axis=-1))
            h = self.below(group, h, posteriors[-1][0])
            seen = ops.concatenate([h, features], axis=-1)
        return [ops.concatenate(parts, axis=-1) for parts in zip(*posteriors)]

    def decode(self, z):
        """The path under all groups, which the decoder's layers see."""
        h, start = None, 0
        for group, size in enumerate(self.sizes):
            h = self.below(group, h, z[:, start : start + size])
            start += size
        return h`,

  categorical_mean: `def categorical_mean(parameters, levels):
    """The mean level, from 0 to 1, by a logit for each."""
    *positions, channels = parameters.shape[1:]
    logits = ops.reshape(parameters, (-1, *positions, levels, channels // levels))
    values = np.linspace(0, 1, levels, dtype="float32")[:, None]
    return ops.sum(ops.softmax(logits, axis=-2) * values, axis=-2)`,

  continuous_bernoulli_mean: `def continuous_bernoulli_mean(logits):
    """1/2 + 1/2 coth(l / 2) - 1/l, near 0 by its series."""
    size = ops.maximum(ops.abs(logits), 0.5)
    closed = ops.sign(logits) * (0.5 / ops.tanh(size / 2) - 1 / size)
    series = logits / 12 - logits**3 / 720 + logits**5 / 30240
    return 0.5 + ops.where(ops.abs(logits) < 0.5, series, closed)`,

  discretized_logistic_mean: `def discretized_logistic_mean(parameters, mixtures):
    """The mean of a mixture of logistics that is held in [0, 1]."""
    *positions, channels = parameters.shape[1:]
    shape = (-1, *positions, 3, mixtures, channels // (3 * mixtures))
    logits, means, scales = ops.unstack(ops.reshape(parameters, shape), axis=-3)
    scales = ops.exp(ops.minimum(ops.softplus(scales + 7) - 7, 40))
    narrow = (ops.softplus((means + 1) / scales) - ops.softplus((means - 1) / scales)) * scales / 2
    half = 0.5 / ops.maximum(scales, 1)
    wide = 0.5 + scales * ops.arctanh(ops.tanh(means * half) * ops.tanh(half))
    return ops.sum(ops.softmax(logits, axis=-2) * ops.where(scales > 1, wide, narrow), axis=-2)`,
};
