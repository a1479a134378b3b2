"""Writes test/fixtures/torch-hamiltonian-objectives.{safetensors,json}: loss, parts and gradients of objectives whose
posterior moves by Hamiltonian dynamics, in float64 by PyTorch 2 from the equations of Caterini et al. (2018) and of
Chadebec et al. (2020). The partial derivatives of the latter's energy are by torch.func.

Needs `pip install torch numpy safetensors`. Run from the repository's root, after
torch_objective_fixtures.py, whose examples and noise it takes.
"""

import math

import torch
from torch.distributions import MultivariateNormal, Normal
from torch_cases import (
    STANDARD,
    bound,
    dense,
    examples,
    layer,
    model_of,
    nll,
    posterior,
    results,
    save_results,
    single,
)

torch.manual_seed(12)

shared = examples()
images, several = shared["images"], shared["several"]
gaussian = model_of(shared, "gaussian")
LATENT, LARGEST_STEP, METRIC_HIDDEN, CENTROIDS = 3, 0.5, 4, 5

momenta = single(torch.randn(several.shape))
step_size = {"hamiltonian.stepSize": single(torch.randn(LATENT) * 0.5)}
roots = torch.randn(CENTROIDS, LATENT, LATENT) * 0.5
kept = {
    "riemannian.centroids": single(torch.randn(CENTROIDS, LATENT)),
    "riemannian.matrices": single(roots @ roots.mT),
}
models = {
    "hamiltonian": {**gaussian, **step_size, "hamiltonian.beta0": torch.tensor(0.25)},
    "cooled": {**gaussian, **step_size, "hamiltonian.cooling": single(torch.randn(3) * 0.5)},
    "untempered": {**gaussian, **step_size},
    "riemannian": {
        **gaussian,
        **layer("riemannian.metric.1", METRIC_HIDDEN, images[0].numel()),
        **layer("riemannian.diagonal", LATENT, METRIC_HIDDEN),
        **layer("riemannian.lower", LATENT * (LATENT - 1) // 2, METRIC_HIDDEN),
    },
}


def factors_of(p, tempering, steps):
    """β₀ and the factors of the momenta."""
    if tempering == "none":
        return torch.tensor(1.0), [torch.tensor(1.0)] * steps
    if tempering == "free":
        factors = torch.sigmoid(p["hamiltonian.cooling"])
        return factors.prod() ** 2, list(factors)
    beta0 = torch.sigmoid(p["hamiltonian.beta0"])
    roots = [1 / ((1 - 1 / beta0.sqrt()) * k**2 / steps**2 + 1 / beta0.sqrt()) for k in range(steps + 1)]
    return beta0, [roots[k] / roots[k + 1] for k in range(steps)]


def hamiltonian(p, draw, tempering, steps):
    """The last position, and the logarithm of the ratio of the densities but for p(x, z)."""
    q = posterior(p, images)
    start = q.loc + q.scale * several[:, draw]
    beta0, factors = factors_of(p, tempering, steps)
    rho0 = rho = momenta[:, draw] / beta0.sqrt()
    size = LARGEST_STEP * torch.sigmoid(p["hamiltonian.stepSize"])
    z = start

    def slope(z):
        energy = nll(p, z, images).sum() + 0.5 * (z**2).sum()
        return torch.autograd.grad(energy, z, create_graph=True)[0]

    for factor in factors:
        rho = rho - size / 2 * slope(z)
        z = z + size * rho
        rho = factor * (rho - size / 2 * slope(z))
    log_q = q.log_prob(start).sum(-1) + Normal(0.0, beta0**-0.5).log_prob(rho0).sum(-1)
    log_determinant = LATENT / 2 * torch.log(beta0)
    return z, log_q - log_determinant - STANDARD.log_prob(rho).sum(-1)


def matrices(p):
    hidden = torch.relu(dense(p, "riemannian.metric.1", images.flatten(1)))
    factor = torch.diag_embed(dense(p, "riemannian.diagonal", hidden).exp())
    rows, columns = torch.tril_indices(LATENT, LATENT, offset=-1)
    factor = factor.index_put(
        (torch.arange(len(images))[:, None], rows[None], columns[None]), dense(p, "riemannian.lower", hidden)
    )
    return factor @ factor.mT


def riemannian(p, draw, training, steps, step_size, beta0, temperature, regularization):
    q = posterior(p, images)
    centers, weights_of = (q.loc, matrices(p)) if training else kept.values()

    def inverse_metric(z):
        near = torch.exp(-((z[:, None] - centers[None]) ** 2).sum(-1) / temperature**2)
        return torch.einsum("nm,mij->nij", near, weights_of) + regularization * torch.eye(LATENT)

    def energy(z, rho):
        inverse = inverse_metric(z)
        kinetic = 0.5 * torch.einsum("ni,nij,nj->n", rho, inverse, rho)
        return (nll(p, z, images) + 0.5 * (z**2).sum(-1) - 0.5 * torch.logdet(inverse) + kinetic).sum()

    by_z, by_rho = torch.func.grad(energy, 0), torch.func.grad(energy, 1)
    start = q.loc + q.scale * several[:, draw]
    root = torch.linalg.cholesky(inverse_metric(start))
    normal = momenta[:, draw, :, None] / beta0**0.5
    rho0 = rho = torch.linalg.solve_triangular(root.mT, normal, upper=True)[..., 0]
    heats = [(1 - beta0**-0.5) * k**2 / steps**2 + beta0**-0.5 for k in range(steps + 1)]
    z = start
    for k in range(steps):
        between, moved = rho, z
        for _ in range(3):
            between = rho - step_size / 2 * by_z(z, between)
        for _ in range(3):
            moved = z + step_size / 2 * (by_rho(z, between) + by_rho(moved, between))
        z = moved
        rho = heats[k + 1] / heats[k] * (between - step_size / 2 * by_z(z, between))

    def density(rho, z, beta):
        return MultivariateNormal(torch.zeros(LATENT), precision_matrix=beta * inverse_metric(z)).log_prob(rho)

    log_determinant = LATENT / 2 * math.log(beta0)
    log_q = q.log_prob(start).sum(-1) + density(rho0, start, beta0) - log_determinant
    return z, log_q - density(rho, z, 1)


def objective(p, draw_of, samples, beta, **options):
    def terms_of(draw):
        z, log_q = draw_of(p, draw, **options)
        return nll(p, z, images), log_q - STANDARD.log_prob(z).sum(-1)

    return bound(terms_of, samples, beta)


def case(model, draw_of, samples, beta, options):
    return model, objective, {"draw_of": draw_of, "samples": samples, "beta": beta, **options}


metric = {"steps": 2, "step_size": 0.2, "beta0": 0.4, "temperature": 1.3, "regularization": 0.2}
cases = {
    "hamiltonian": case("hamiltonian", hamiltonian, 1, 1, {"tempering": "fixed", "steps": 2}),
    "hamiltonian free": case("cooled", hamiltonian, 4, 0.5, {"tempering": "free", "steps": 3}),
    "hamiltonian none": case("untempered", hamiltonian, 1, 1, {"tempering": "none", "steps": 1}),
    "riemannianHamiltonian": case("riemannian", riemannian, 1, 0.5, {"training": False, **metric}),
    "riemannian training": case("riemannian", riemannian, 4, 1, {"training": True, **metric}),
}
tensors, scalars = results(models, cases)
tensors.update({f"model.riemannian.{name}": value for name, value in kept.items()})
tensors.update({"momentum": momenta[:, :1], "severalMomenta": momenta})
save_results("torch-hamiltonian-objectives", tensors, scalars)
