import { betaVae, datasets, dense, factorVae, judges, reshape, VAE } from 'vaekit';

const { EPOCHS = 20, POSITIONS = 8, VOTES = 5000 } = process.env;

const sprites = datasets.sprites({ scales: 3, orientations: 6, positions: Number(POSITIONS) });
const votes = { train: Number(VOTES), test: Number(VOTES) };
const objectives = {
  'β = 1': betaVae({ beta: 1 }),
  'β = 8': betaVae({ beta: 8 }),
  FactorVAE: factorVae({ gamma: 10 }),
};

console.log('objective    MIG  FactorVAE  β-VAE   SAP  DCI  informativeness');
for (const [name, objective] of Object.entries(objectives)) {
  const vae = new VAE({
    input: [1, 64, 64],
    latent: 6,
    encoder: [dense(200, { activation: 'relu' })],
    decoder: [dense(200, { activation: 'tanh' }), dense(64 * 64), reshape([1, 64, 64])],
    objective,
  });
  await vae.fit(sprites, { epochs: Number(EPOCHS), batchSize: 64 });
  const { mean } = await vae.encode(sprites);
  const found = await judges.disentanglement(mean, sprites, { votes });
  const scores = [found.mig, found.factorVae, found.betaVae, found.sap];
  const dci = [found.dci.disentanglement, found.dci.informativeness];
  const shown = [...scores, ...dci].map((score) => score.toFixed(2));
  const widths = [7, 9, 5, 4, 3, 15];
  console.log([name.padEnd(9), ...shown.map((text, i) => text.padStart(widths[i]!))].join('  '));
  await vae.release();
}
