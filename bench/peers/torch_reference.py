"""The reference variational autoencoder, as a PyTorch user writes it, on the CPU.

The same network, loss and settings as keras_reference.py. Needs `pip install torch numpy` and a
folder with MNIST's four IDX files. Prints JSON lines: first the versions, then one line an epoch
with `msPerStep` (training alone), `loss` and `valLoss`.
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


class VAE(nn.Module):
    def __init__(self, latent=2):
        super().__init__()
        self.encoder = nn.Linear(PIXELS, 2)
        self.mean = nn.Linear(2, latent)
        self.log_variance = nn.Linear(2, latent)
        self.decoder = nn.Linear(latent, PIXELS)
        for layer in self.children():
            nn.init.xavier_uniform_(layer.weight)
            nn.init.zeros_(layer.bias)

    def forward(self, x):
        hidden = F.relu(self.encoder(x))
        mean, log_variance = self.mean(hidden), self.log_variance(hidden)
        z = mean + torch.exp(log_variance / 2) * torch.randn_like(mean)
        return self.decoder(z), mean, log_variance


def loss_function(x, logits, mean, log_variance, kl_weight=0.5):
    reconstruction = PIXELS * F.binary_cross_entropy_with_logits(logits, x)
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


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("data", help="folder with MNIST's IDX files")
    arguments.add_argument("--epochs", type=int, default=30)
    arguments.add_argument("--batch-size", type=int, default=32)
    arguments.add_argument("--seed", type=int, default=0)
    options = arguments.parse_args()

    torch.manual_seed(options.seed)
    train = read_images(os.path.join(options.data, "train-images-idx3-ubyte"))
    test = read_images(os.path.join(options.data, "t10k-images-idx3-ubyte"))
    vae = VAE()
    optimizer = torch.optim.Adam(vae.parameters(), lr=0.001, eps=1e-7)
    print(json.dumps({"versions": {"torch": torch.__version__}}), flush=True)
    for epoch in range(options.epochs):
        start = time.perf_counter()
        total = torch.zeros(())
        batches = torch.randperm(len(train)).split(options.batch_size)
        for rows in batches:
            x = train[rows]
            loss = loss_function(x, *vae(x))
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.detach() * len(rows)
        seconds = time.perf_counter() - start
        with torch.no_grad():
            val_loss = loss_function(test, *vae(test))
        line = {
            "epoch": epoch + 1,
            "steps": len(batches),
            "msPerStep": 1000 * seconds / len(batches),
            "loss": float(total) / len(train),
            "valLoss": float(val_loss),
        }
        print(json.dumps(line), flush=True)


if __name__ == "__main__":
    main()
