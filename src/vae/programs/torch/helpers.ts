/* Classes and functions that PyTorch lacks, by name, in a program's order. */
export const torchHelpers: Readonly<Record<string, string>> = {
  Residual: `class Residual(nn.Sequential):
    """x + f(x), f being the modules one after another."""

    def forward(self, x):
        return x + super().forward(x)`,

  Attention: `class Attention(nn.Module):
    """Self-attention over the positions of images, added to its input."""

    def __init__(self, channels, heads=1, groups=1, eps=1e-6):
        super().__init__()
        self.norm = nn.GroupNorm(groups, channels, eps=eps)
        self.attention = nn.MultiheadAttention(channels, heads, batch_first=True)

    def forward(self, x):
        rows = self.norm(x).flatten(2).transpose(1, 2)
        rows, _ = self.attention(rows, rows, rows, need_weights=False)
        return x + rows.transpose(1, 2).reshape(x.shape)`,

  MaskedConv2d: `class MaskedConv2d(nn.Conv2d):
    """A convolution in which a pixel sees those before it, and with mask B also itself."""

    def __init__(self, inputs, outputs, kernel_size, mask, colours=1, bias=True):
        super().__init__(inputs, outputs, kernel_size, padding="same", bias=bias)
        _, _, height, width = self.weight.shape
        visible = torch.ones(self.weight.shape)
        visible[:, :, height // 2, width // 2 :] = 0
        visible[:, :, height // 2 + 1 :] = 0
        source = torch.arange(inputs) * colours // inputs
        target = torch.arange(outputs)[:, None] * colours // outputs
        own = source < target if mask == "A" else source <= target
        visible[:, :, height // 2, width // 2] = own.float()
        self.register_buffer("visible", visible, persistent=False)

    def forward(self, x):
        return self._conv_forward(x, self.weight * self.visible, self.bias)`,

  MeanInside: `class MeanInside(nn.Module):
    """Means of windows over the values inside of the image, without its padding."""

    def __init__(self, pad, pool):
        super().__init__()
        self.pad = pad
        self.pool = pool

    def forward(self, x):
        inside = self.pool(self.pad(torch.ones_like(x[:1, :1])))
        return self.pool(self.pad(x)) / inside`,

  MaskedLinear: `class MaskedLinear(nn.Linear):
    """A linear layer of which each output sees the inputs that its mask names."""

    def __init__(self, mask):
        super().__init__(mask.shape[1], mask.shape[0])
        self.register_buffer("mask", mask.float(), persistent=False)

    def forward(self, x):
        return F.linear(x, self.weight * self.mask, self.bias)`,

  MADE: `class MADE(nn.Module):
    """Shift and gate of each latent from those before it (Germain et al. 2015)."""

    def __init__(self, latent, hidden, layers, context, reverse=False):
        super().__init__()
        order = torch.arange(1, latent + 1)
        if reverse:
            order = order.flip(0)
        units = torch.arange(hidden) * latent // hidden
        degrees = [order] + [units] * layers
        masks = [after[:, None] >= before for before, after in zip(degrees, degrees[1:])]
        masks.append(order.repeat(2)[:, None] > units)
        self.layers = nn.ModuleList([MaskedLinear(mask) for mask in masks])
        self.context = nn.Linear(context, hidden, bias=False)

    def forward(self, z, context):
        first, *rest = self.layers
        x = first(z) + self.context(context)
        for layer in rest:
            x = layer(F.elu(x))
        return x.chunk(2, dim=1)`,

  TopDown: `class TopDown(nn.Module):
    """Groups of latents from the top downwards, each whitened by the groups above it."""

    def __init__(self, features, sizes, hidden):
        super().__init__()

        def network(inputs, outputs):
            return nn.Sequential(nn.Linear(inputs, hidden), nn.SiLU(), nn.Linear(hidden, outputs))

        self.sizes = sizes
        groups = [(0 if group == 0 else hidden, size) for group, size in enumerate(sizes)]
        self.posteriors = nn.ModuleList([network(h + features, 2 * size) for h, size in groups])
        self.priors = nn.ModuleList([nn.Linear(h, 2 * size) for h, size in groups[1:]])
        self.merges = nn.ModuleList([network(h + size, hidden) for h, size in groups])

    def below(self, group, h, epsilon):
        """The path under a group with whitened latents epsilon."""
        if group == 0:
            return self.merges[0](epsilon)
        mean, log_variance = self.priors[group - 1](F.silu(h)).chunk(2, dim=1)
        z = mean + torch.exp(log_variance / 2) * epsilon
        return h + self.merges[group](torch.cat([h, z], dim=1))

    def encode(self, features):
        """Mean and log-variance of all groups, each by the means of those above it."""
        seen, h, posteriors = features, None, []
        for group, posterior in enumerate(self.posteriors):
            posteriors.append(posterior(seen).chunk(2, dim=1))
            h = self.below(group, h, posteriors[-1][0])
            seen = torch.cat([h, features], dim=1)
        return tuple(torch.cat(parts, dim=1) for parts in zip(*posteriors))

    def forward(self, z):
        h = None
        for group, epsilon in enumerate(z.split(self.sizes, dim=1)):
            h = self.below(group, h, epsilon)
        return h`,

  nearest: `def nearest(rows, codebook):
    """The places of the vectors that are nearest to rows."""
    return (codebook.square().sum(1) - 2 * rows @ codebook.T).argmin(-1)`,

  planar: `def planar(z, u, w, b):
    """A planar flow (Rezende and Mohamed 2015)."""
    inner = (w * u).sum(1, keepdim=True)
    change = F.softplus(inner) - 1 - inner
    direction = u + change * w / w.square().sum(1, keepdim=True).clamp(min=1e-12)
    return z + direction * torch.tanh((w * z).sum(1, keepdim=True) + b)`,

  radial: `def radial(z, center, alpha, beta):
    """A radial flow (Rezende and Mohamed 2015)."""
    apart = z - center
    r = apart.square().sum(1, keepdim=True).clamp(min=1e-12).sqrt()
    alpha, size = F.softplus(alpha), F.softplus(beta)
    return z + (size - alpha) / (alpha + r) * apart`,

  held: `def held(z, c):
    """Points inside of the Poincare ball of curvature -c; others at its boundary."""
    most = (1 - 1e-5) / c**0.5
    return z * (most / z.norm(dim=-1, keepdim=True).clamp(min=1e-10)).clamp(max=1)`,

  exponential: `def exponential(tangent, c):
    """The exponential map at the origin."""
    length = c**0.5 * tangent.norm(dim=-1, keepdim=True).clamp(min=1e-10)
    return tangent * torch.tanh(length) / length`,

  logarithm: `def logarithm(z, c):
    """The tangent at the origin whose exponential a point is."""
    length = c**0.5 * z.norm(dim=-1, keepdim=True).clamp(min=1e-10)
    return z * torch.atanh(length) / length`,

  mobius_add: `def mobius_add(x, y, c):
    """The sum of points in the ball."""
    x2, y2 = c * x.square().sum(-1, keepdim=True), c * y.square().sum(-1, keepdim=True)
    twice = 2 * c * (x * y).sum(-1, keepdim=True)
    return ((1 + twice + y2) * x + (1 - x2) * y) / (1 + twice + x2 * y2)`,

  Gyroplanes: `class Gyroplanes(nn.Module):
    """Signed distances of points of the ball from planes (Mathieu et al. 2019)."""

    def __init__(self, latent, planes, c):
        super().__init__()
        self.c = c
        self.weight = nn.Parameter(torch.zeros(planes, latent))
        self.bias = nn.Parameter(torch.zeros(planes, 1))

    def forward(self, z):
        c = self.c
        through = held(exponential(self.weight * self.bias, c), c)
        seen = held(mobius_add(-through, z[:, None], c), c)
        along = (seen * F.normalize(self.weight, dim=1)).sum(-1)
        flat = 1 - c * seen.square().sum(-1)
        return torch.asinh(2 * c**0.5 * along / flat) / c**0.5`,

  categorical_mean: `def categorical_mean(parameters, levels):
    """The mean level, from 0 to 1, by a logit for each."""
    probabilities = parameters.unflatten(1, (levels, -1)).softmax(1)
    return torch.einsum("bk...,k->b...", probabilities, torch.linspace(0, 1, levels))`,

  continuous_bernoulli_mean: `def continuous_bernoulli_mean(logits):
    """1/2 + 1/2 coth(l / 2) - 1/l, near 0 by its series."""
    size = logits.abs().clamp(min=0.5)
    closed = logits.sign() * (0.5 / torch.tanh(size / 2) - 1 / size)
    series = logits / 12 - logits**3 / 720 + logits**5 / 30240
    return 0.5 + torch.where(logits.abs() < 0.5, series, closed)`,

  discretized_logistic_mean: `def discretized_logistic_mean(parameters, mixtures):
    """The mean of a mixture of logistics that is held in [0, 1]."""
    logits, means, scales = parameters.unflatten(1, (3, mixtures, -1)).unbind(1)
    scales = (F.softplus(scales + 7) - 7).clamp(max=40).exp()
    narrow = (F.softplus((means + 1) / scales) - F.softplus((means - 1) / scales)) * scales / 2
    half = 0.5 / scales.clamp(min=1)
    wide = 0.5 + scales * torch.atanh(torch.tanh(means * half) * torch.tanh(half))
    return (logits.softmax(1) * torch.where(scales > 1, wide, narrow)).sum(1)`,
};
