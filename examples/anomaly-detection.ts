import { datasets, dense, reshape, VAE } from 'vaekit';

const { EPOCHS = 10, IMAGES = 20_000, DIGITS = '0123456789' } = process.env;

/** The chance that an anomaly scores higher than a normal example (area under the ROC curve). */
function auroc(normal: Float32Array, anomalous: Float32Array): number {
  const sorted = normal.toSorted();
  let wins = 0;
  for (const score of anomalous) {
    const below = sorted.findIndex((each) => each >= score);
    wins += below < 0 ? sorted.length : below;
  }
  return wins / (normal.length * anomalous.length);
}

const { train, test } = await datasets.mnist();
const data = datasets.take(train, Number(IMAGES));
const places = Array.from({ length: data.size }, (_, i) => i);

for (const anomaly of Array.from(DIGITS, Number)) {
  const vae = new VAE({
    input: [1, 28, 28],
    latent: 8,
    encoder: [dense(256, { activation: 'relu' })],
    decoder: [dense(256, { activation: 'relu' }), dense(784), reshape([1, 28, 28])],
  });
  // Training never sees the anomalous digit.
  const normal = datasets.subset(
    data,
    places.filter((i) => data.labels?.[i] !== anomaly),
  );
  await vae.fit(normal, { epochs: Number(EPOCHS), batchSize: 128 });

  // The score of a test image is its negative ELBO: how badly the model explains it.
  const scores = (await vae.elbo(test.images)).data as Float32Array;
  const scored = (wanted: boolean) =>
    scores.filter((_, i) => (test.labels?.[i] === anomaly) === wanted).map((elbo) => -elbo);
  console.log(`${anomaly} held out: AUROC ${auroc(scored(false), scored(true)).toFixed(3)}`);
  await vae.release();
}
