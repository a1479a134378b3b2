import { mkdir, writeFile } from 'node:fs/promises';
import {
  activation,
  adam,
  conv1d,
  convTranspose1d,
  datasets,
  dense,
  groupNorm,
  report,
  reshape,
  VAE,
} from 'vaekit';

const { EPOCHS = 20, BEATS = 2000 } = process.env;
const steps = 140;

/** Numbers of a normal distribution, the same each time (mulberry32, Box and Muller). */
let state = 1;
function uniform(): number {
  state = (state + 0x6d2b79f5) | 0;
  let mixed = Math.imul(state ^ (state >>> 15), state | 1);
  mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
  return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
}
const normal = () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());

/** Waves of a heartbeat by place, width and height; a strange one lacks the first and has a wide third. */
function beat(isStrange: boolean): number[] {
  const waves = [
    [28, 4, isStrange ? 0 : 0.2],
    [49, 2, -0.15],
    [53, isStrange ? 4 : 2, 1],
    [59, 2, -0.3],
    [87, 7, 0.35],
  ].map(([place = 0, width = 0, height = 0]) => ({
    place: place + 2 * normal(),
    width: width * (1 + 0.15 * normal()),
    height: height * (1 + 0.15 * normal()),
  }));
  return Array.from({ length: steps }, (_, step) =>
    waves.reduce(
      (sum, { place, width, height }) =>
        sum + height * Math.exp(-(((step - place) / width) ** 2) / 2),
      0.02 * normal(),
    ),
  );
}

/** Beats as examples [channels, steps]. */
const beats = (count: number, isStrange: boolean) =>
  datasets.fromArray(
    Float32Array.from(Array.from({ length: count }, () => beat(isStrange)).flat()),
    [1, steps],
  );
const train = beats(Number(BEATS), false);
const [usual, strange] = [beats(500, false), beats(500, true)];

// The network of the preset `sequence`: 140 steps become 70, which dense layers see as a whole.
const window = { kernel: 5, stride: 2, padding: 2 };
const active = [groupNorm(8), activation('silu')];
const vae = new VAE({
  input: [1, steps],
  latent: 16,
  example: { scaling: 'standardize' },
  encoder: [conv1d(32, window), ...active, dense(256, { activation: 'silu' })],
  decoder: [
    dense(256, { activation: 'silu' }),
    dense(32 * 70, { activation: 'silu' }),
    reshape([32, 70]),
    convTranspose1d(32, { ...window, outputPadding: 1 }),
    ...active,
    conv1d(2, { kernel: 5, padding: 2 }), // a mean and a spread for each step
  ],
  likelihood: { type: 'gaussian', variance: 'pixel' },
});
const { epochs } = await vae.fit(train, {
  epochs: Number(EPOCHS),
  batchSize: 64,
  optimizer: adam({ learningRate: 0.002 }),
  validation: usual,
});
console.log(`first epoch: val_loss ${epochs.at(0)?.val_loss?.toFixed(1)}`);
console.log(`last epoch: val_loss ${epochs.at(-1)?.val_loss?.toFixed(1)}`);

// A strange beat has a low ELBO. AUROC is the chance that it is lower than a usual beat's.
const scores = async (data: typeof train) => (await vae.elbo(data)).data as Float32Array;
const [high, low] = [await scores(usual), await scores(strange)];
const wins = low.reduce((sum, each) => sum + high.filter((other) => other > each).length, 0);
console.log(`strange beats: AUROC ${(wins / (low.length * high.length)).toFixed(3)}`);

await mkdir('runs/examples', { recursive: true });
const shown = datasets.take(usual, 10);
const pictures = {
  'sequences-reconstructions.png': await report.sequenceReconstructionsPicture(
    shown.images,
    await vae.reconstruct(shown),
  ),
  'sequences-samples.png': await report.sequencesPicture(await vae.sample(36)),
};
for (const [name, png] of Object.entries(pictures)) await writeFile(`runs/examples/${name}`, png);
