"""A task of the benchmark, as a PyTorch user writes it, on the CPU or by CUDA.

Needs `pip install torch numpy`. Prints JSON lines: the versions, the first loss, and one line a stretch of
steps, or a pass over the examples, with `msPerStep` and `loss`.
"""

import argparse
import json
import time

import torch
from torch_networks import VAE
from work import encode_rows, passes, read_examples, read_facts, tell


def train(vae, seen, x, task, options):
    device = torch.device(options.device)
    optimizer = torch.optim.Adam(vae.parameters(), lr=0.001, eps=1e-7)
    objective = torch.compile(vae) if options.compile else vae

    def step(rows):
        loss = objective(seen[rows], x[rows])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        return loss.detach()

    batch, steps = task["batch"], task["steps"]
    batches = iter(())
    for stretch in range(task["stretches"]):
        start = time.perf_counter()
        total = torch.zeros((), device=device)
        for index in range(steps):
            rows = next(batches, None)
            if rows is None or len(rows) < batch:
                batches = iter(torch.randperm(len(x)).split(batch))
                rows = next(batches)
            total += step(rows.to(device))
            if stretch == index == 0:
                total.item()
                tell(first={"steps": 1})
        # Waits for the graphics processor, which may not be done yet.
        loss = total.item() / steps
        seconds = time.perf_counter() - start
        tell(steps=steps, msPerStep=1000 * seconds / steps, loss=loss)


@torch.inference_mode()
def use(vae, seen, x, task):
    """A tenth of the examples and then all, once or more often, in batches."""
    batch, latent = task["batch"], task["model"]["latent"]

    def evaluate(count):
        parts = zip(seen[:count].split(batch), x[:count].split(batch))
        return sum(len(rows) * vae(part, rows).item() for part, rows in parts) / count

    def encode(count):
        torch.cat([vae.encode(part) for part in seen[:count].split(batch)])

    def sample(count):
        torch.cat([vae.decode(torch.randn(batch, latent)) for _ in range(0, count, batch)])

    passes(task, {"evaluate": evaluate, "encode": encode, "sample": sample}[task["use"]])


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("task", type=json.loads, help="JSON: see tasks.mjs")
    arguments.add_argument("--device", default="cpu")
    arguments.add_argument("--compile", action="store_true", help="by torch.compile")
    arguments.add_argument("--seed", type=int, default=0)
    options = arguments.parse_args()

    torch.manual_seed(options.seed)
    device = torch.device(options.device)
    if device.type == "cuda":
        # Products in TF32 on cards that have it, as ONNX Runtime computes them.
        torch.set_float32_matmul_precision("high")
    task, facts = options.task, read_facts(options.task)
    rows = read_examples(task)
    x = torch.from_numpy(rows).to(device)
    seen = torch.from_numpy(encode_rows(rows, facts)).to(device) if facts else x
    vae = VAE(task["model"], seen.shape[1:], facts).to(device)
    tell(versions={"torch": torch.__version__, "threads": torch.get_num_threads()})
    if task["use"] == "train":
        train(vae, seen, x, task, options)
    else:
        use(vae.eval(), seen, x, task)


if __name__ == "__main__":
    main()
