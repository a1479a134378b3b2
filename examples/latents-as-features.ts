import { datasets, dense, reshape, type Tensor, VAE } from 'vaekit';

const { EPOCHS = 20, IMAGES = 20_000 } = process.env;

const { train, test } = await datasets.mnist();
const data = datasets.take(train, Number(IMAGES));
const asked = datasets.take(test, 1000);

// Training sees no label.
const vae = new VAE({
  input: [1, 28, 28],
  latent: 16,
  encoder: [dense(256, { activation: 'relu' })],
  decoder: [dense(256, { activation: 'relu' }), dense(784), reshape([1, 28, 28])],
});
await vae.fit(data, { epochs: Number(EPOCHS), batchSize: 128 });

/** The share of the asked images whose class most of the 3 nearest known images have. */
function accuracy(knownFeatures: Tensor, askedFeatures: Tensor, count: number): number {
  const width = askedFeatures.size / asked.size;
  const [known, points] = [knownFeatures.data, askedFeatures.data] as ArrayLike<number>[];
  let right = 0;
  for (let row = 0; row < asked.size; row++) {
    const nearest: { distance: number; label: number }[] = [];
    for (let i = 0; i < count; i++) {
      let distance = 0;
      for (let k = 0; k < width; k++) {
        distance += (points![row * width + k]! - known![i * width + k]!) ** 2;
      }
      if (nearest.length < 3 || distance < nearest[2]!.distance) {
        nearest.push({ distance, label: data.labels![i]! });
        nearest.sort((a, b) => a.distance - b.distance).splice(3);
      }
    }
    const [a, b, c] = nearest.map(({ label }) => label);
    if ((b === c ? b : a) === asked.labels![row]) right += 1;
  }
  return right / asked.size;
}

const known = datasets.take(data, 5000).images;
const [knownMeans, askedMeans] = [await vae.encode(known), await vae.encode(asked.images)];
console.log('labelled images  pixels  latents');
for (const count of [50, 500, 5000].filter((each) => each <= data.size)) {
  const pixels = accuracy(known, asked.images, count);
  const latents = accuracy(knownMeans.mean, askedMeans.mean, count);
  const columns = [
    String(count),
    `${(100 * pixels).toFixed(1)} %`,
    `${(100 * latents).toFixed(1)} %`,
  ];
  console.log(
    `${columns[0]!.padStart(15)}  ${columns[1]!.padStart(6)}  ${columns[2]!.padStart(7)}`,
  );
}
