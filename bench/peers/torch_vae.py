"""The benchmark's variational autoencoders, as a PyTorch user writes them, on the CPU or by CUDA.

Networks, losses and settings are those of keras_reference.py and keras_vae.py. Needs `pip install
torch numpy` and a folder with MNIST's IDX files, or `waves` for made-up images. Prints JSON lines: the versions, the first loss,
and one line a stretch of steps with `msPerStep` and `loss`.
"""

import argparse
import json
import os
import time

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

PIXELS = 784


def networks(name, latent):
    """The encoder, how many features it gives, and the decoder."""
    if name == "dense":
        return nn.Sequential(nn.Linear(PIXELS, 2), nn.ReLU()), 2, nn.Linear(latent, PIXELS)
    if name == "mlp":
        encoder = nn.Sequential(nn.Linear(PIXELS, 512), nn.ReLU())
        decoder = nn.Sequential(nn.Linear(latent, 512), nn.ReLU(), nn.Linear(512, PIXELS))
        return encoder, 512, decoder
    if name == "colour":
        return colour_networks(latent)
    encoder = nn.Sequential(
        nn.Unflatten(1, (1, 28, 28)),
        nn.Conv2d(1, 32, 3, stride=2, padding=1),
        nn.ReLU(),
        nn.Conv2d(32, 64, 3, stride=2, padding=1),
        nn.ReLU(),
        nn.Flatten(),
        nn.Linear(3136, 16),
        nn.ReLU(),
    )
    decoder = nn.Sequential(
        nn.Linear(latent, 3136),
        nn.ReLU(),
        nn.Unflatten(1, (64, 7, 7)),
        nn.ConvTranspose2d(64, 64, 3, stride=2, padding=1, output_padding=1),
        nn.ReLU(),
        nn.ConvTranspose2d(64, 32, 3, stride=2, padding=1, output_padding=1),
        nn.ReLU(),
        nn.ConvTranspose2d(32, 1, 3, padding=1),
        nn.Flatten(),
    )
    return encoder, 16, decoder


def colour_networks(latent):
    """The same for pictures of 3 x 64 x 64."""
    down = [nn.Unflatten(1, (3, 64, 64))]
    for inside, outside in [(3, 32), (32, 64), (64, 128)]:
        down += [nn.Conv2d(inside, outside, 3, stride=2, padding=1), nn.ReLU()]
    encoder = nn.Sequential(*down, nn.Flatten(), nn.Linear(8192, 256), nn.ReLU())
    up = [nn.Linear(latent, 8192), nn.ReLU(), nn.Unflatten(1, (128, 8, 8))]
    for inside, outside in [(128, 128), (128, 64), (64, 32)]:
        up += [nn.ConvTranspose2d(inside, outside, 3, stride=2, padding=1, output_padding=1), nn.ReLU()]
    return encoder, 256, nn.Sequential(*up, nn.ConvTranspose2d(32, 3, 3, padding=1), nn.Flatten())


class VAE(nn.Module):
    def __init__(self, network, latent=2):
        super().__init__()
        self.encoder, width, self.decoder = networks(network, latent)
        self.mean = nn.Linear(width, latent)
        self.log_variance = nn.Linear(width, latent)
        for layer in self.modules():
            if hasattr(layer, "weight"):
                nn.init.xavier_uniform_(layer.weight)
                nn.init.zeros_(layer.bias)

    def forward(self, x):
        hidden = self.encoder(x)
        mean, log_variance = self.mean(hidden), self.log_variance(hidden)
        z = mean + torch.exp(log_variance / 2) * torch.randn_like(mean)
        return self.decoder(z), mean, log_variance


def loss_function(x, logits, mean, log_variance, kl_weight):
    reconstruction = x.shape[1] * F.binary_cross_entropy_with_logits(logits, x)
    kl = -kl_weight * torch.mean(1 + log_variance - mean.square() - log_variance.exp())
    return reconstruction + kl


def read_images(path):
    """Reads an IDX file of unsigned bytes as float32 in [0, 1], one row an image."""
    with open(path, "rb") as file:
        magic, count, rows, columns = np.frombuffer(file.read(16), ">i4")
        if magic != 0x803:
            raise SystemExit(f"{path}: not an IDX file of images")
        pixels = np.frombuffer(file.read(), np.uint8)
    return torch.from_numpy(pixels.reshape(count, rows * columns).astype("float32") / 255)


def made_images(count, pixels):
    """Smooth images as float32 in [0, 1], one row an image."""
    phase = torch.rand(count, 1) * 6.283
    return 0.5 + 0.5 * torch.sin(phase + torch.arange(pixels) * (0.05 + 0.2 * torch.rand(count, 1)))


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("network", choices=["dense", "mlp", "conv", "colour"])
    arguments.add_argument("data", help="folder with MNIST's IDX files; waves: made-up images")
    arguments.add_argument("--device", default="cpu")
    arguments.add_argument("--batch-size", type=int, default=32)
    arguments.add_argument("--steps", type=int, default=1875, help="steps in a stretch")
    arguments.add_argument("--stretches", type=int, default=2)
    arguments.add_argument("--compile", action="store_true", help="by torch.compile")
    arguments.add_argument("--seed", type=int, default=0)
    options = arguments.parse_args()

    torch.manual_seed(options.seed)
    device = torch.device(options.device)
    is_colour = options.network == "colour"
    if options.data == "waves":
        train = made_images(options.steps * options.batch_size, 12288 if is_colour else PIXELS)
    else:
        train = read_images(os.path.join(options.data, "train-images-idx3-ubyte"))
    train = train.to(device)
    vae = VAE(options.network, 32 if is_colour else 2).to(device)
    # Of the mean over two latents; the textbook's sum is twice that.
    kl_weight = 0.5 if options.network == "dense" else 1.0
    optimizer = torch.optim.Adam(vae.parameters(), lr=0.001, eps=1e-7)

    def loss_of(x):
        return loss_function(x, *vae(x), kl_weight)

    objective = torch.compile(loss_of) if options.compile else loss_of
    versions = {"torch": torch.__version__, "threads": torch.get_num_threads()}
    print(json.dumps({"versions": versions}), flush=True)

    def step(x):
        loss = objective(x)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        return loss.detach()

    step(train[: options.batch_size]).item()
    print(json.dumps({"first": {"steps": 1}}), flush=True)
    batches = iter(())
    for _ in range(options.stretches):
        start = time.perf_counter()
        for _ in range(options.steps):
            rows = next(batches, None)
            if rows is None or len(rows) < options.batch_size:
                batches = iter(torch.randperm(len(train)).split(options.batch_size))
                rows = next(batches)
            loss = step(train[rows.to(device)])
        # What was asked of a graphics processor may not be done yet.
        loss.item()
        seconds = time.perf_counter() - start
        line = {
            "steps": options.steps,
            "msPerStep": 1000 * seconds / options.steps,
            "loss": loss.item(),
        }
        print(json.dumps(line), flush=True)


if __name__ == "__main__":
    main()
