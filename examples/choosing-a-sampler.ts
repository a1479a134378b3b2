import { datasets, dense, judges, type Objective, rae, reshape, samplers, VAE, vae } from 'vaekit';

const { EPOCHS = 20, IMAGES = 10_000 } = process.env;

const { train, test } = await datasets.mnist();
const data = datasets.take(train, Number(IMAGES));
const judged = datasets.take(test, Math.min(Number(IMAGES), 5000));
const epochs = Number(EPOCHS);

async function trained(objective: Objective): Promise<VAE> {
  const model = new VAE({
    input: [1, 28, 28],
    latent: 16,
    encoder: [dense(256, { activation: 'relu' })],
    decoder: [dense(256, { activation: 'relu' }), dense(784), reshape([1, 28, 28])],
    objective,
  });
  await model.fit(data, { epochs, batchSize: 128 });
  return model;
}

const fitted = [
  samplers.gaussian(),
  samplers.gaussianMixture({ components: 10 }),
  samplers.twoStage({ hidden: 256, learningRate: 1e-3, epochs }),
  samplers.maf({ epochs }),
  samplers.iaf({ epochs }),
];

const models = { vae: await trained(vae()), rae: await trained(rae()) };
const real = await models.vae.encode(judged);

console.log('model  sampler          Fréchet  kernel  coverage  seconds to fit');
for (const [name, model] of Object.entries(models)) {
  const prior = model.sampler ? [model.sampler] : [];
  for (const sampler of [...prior, ...fitted]) {
    const start = performance.now();
    await model.fitSampler(sampler, data);
    const seconds = (performance.now() - start) / 1000;
    // Drawings of both models are seen by the encoder of the VAE.
    const drawn = await models.vae.encode(await model.sample(judged.size, { seed: 1 }));
    const frechet = await judges.frechetDistance(real.mean, drawn.mean);
    const kernel = judges.kernelDistance(real.mean, drawn.mean, { subsets: 20 });
    const { coverage } = judges.neighbours(real.mean, drawn.mean);
    console.log(
      [
        name.padEnd(5),
        sampler.type.padEnd(15),
        frechet.toFixed(3).padStart(7),
        kernel.mean.toFixed(2).padStart(6),
        coverage.toFixed(3).padStart(8),
        seconds.toFixed(1).padStart(14),
      ].join('  '),
    );
  }
}
