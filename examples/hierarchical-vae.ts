import { mkdir, writeFile } from 'node:fs/promises';
import { betaVae, datasets, dense, hierarchical, report, reshape, Tensor, VAE } from 'vaekit';

const { EPOCHS = 15, IMAGES = 20_000, JUDGED = 500 } = process.env;

const { train, test } = await datasets.mnist();
const data = datasets.take(train, Number(IMAGES));
const judged = datasets.take(test, Number(JUDGED));

// β rises from 0 to 1, so that no group is given up before the decoder has learnt to use it.
const beta = { type: 'linear', from: 0, to: 1, steps: 500 } as const;
const objectives = {
  'one level': betaVae({ beta }),
  '8 + 8 + 8': hierarchical({ groups: [8, 8, 8], hidden: 256, beta }),
};

console.log('latents    reconstruction    KL  −log p(x)  KL of each group, the top first');
for (const [name, objective] of Object.entries(objectives)) {
  const vae = new VAE({
    input: [1, 28, 28],
    latent: 24,
    encoder: [dense(256, { activation: 'relu' })],
    decoder: [dense(256, { activation: 'relu' }), dense(784), reshape([1, 28, 28])],
    objective,
  });
  await vae.fit(data, { epochs: Number(EPOCHS), batchSize: 128 });
  const { reconstruction, kl = 0, ...metrics } = await vae.evaluate(test);
  const { mean } = await vae.logLikelihood(judged, { samples: 200 });
  const groups = Object.entries(metrics).filter(([metric]) => metric.startsWith('klGroup'));
  console.log(
    [
      name.padEnd(9),
      reconstruction.toFixed(1).padStart(14),
      kl.toFixed(1).padStart(5),
      (-mean).toFixed(1).padStart(9),
      groups.map(([, nats]) => nats.toFixed(1)).join(' + '),
    ].join('  '),
  );
  if (groups.length > 0) await drawBelow(vae);
  await vae.release();
}

/**
 * Decodes four digits with lower groups of eight others: in the first four rows only the top group is the row's own, in
 * the last four also the middle one.
 */
async function drawBelow(vae: VAE): Promise<void> {
  const { mean } = await vae.encode(datasets.take(test, 12).images);
  const latents = (image: number) =>
    Array.from(mean.data as Float32Array).slice(24 * image, 24 * image + 24);
  const mixed = [8, 16].flatMap((own) =>
    [0, 1, 2, 3].flatMap((row) =>
      [4, 5, 6, 7, 8, 9, 10, 11].map((other) => [
        ...latents(row).slice(0, own),
        ...latents(other).slice(own),
      ]),
    ),
  );
  const z = new Tensor('float32', Float32Array.from(mixed.flat()), [mixed.length, 24]);
  await mkdir('runs/examples', { recursive: true });
  const png = await report.samplesPicture(await vae.decode(z), { columns: 8 });
  await writeFile('runs/examples/hierarchical-vae.png', png);
}
