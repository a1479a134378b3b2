/** Tasks of the benchmark in vaekit. Knows nothing of Node, so that a browser runs it too. */
import { adam, datasets, fromConfig, VAE } from '../../dist/index.js';

/**
 * A task with the values of all examples, one after another.
 * @typedef {Pick<import('../tasks.mjs').Task, 'model' | 'stretches' | 'steps'> & {
 *   examples: Uint8Array | Float32Array,
 *   tell: (line: object) => void,
 * }} Given `tell` takes each line of output
 */

/**
 * The model, and as many of the examples as a task takes.
 * @param {Given} given
 * @param {number} [count] all of them when left out
 */
function modelAndData({ model, examples }, count) {
  const width = model.input.reduce((product, size) => product * size, 1);
  const values = count === undefined ? examples : examples.subarray(0, count * width);
  return {
    vae: new VAE(fromConfig(model, 'model')),
    data: datasets.fromArray(values, model.input),
  };
}

/**
 * Trains on the first examples, as many as a stretch has.
 * @param {Given & { batch: number, threads?: number }} given vaekit chooses the threads where they are left out
 */
export async function train(given) {
  const { stretches, steps, batch, threads, tell } = given;
  const { vae, data } = modelAndData(given, steps * batch);
  let begun = false;
  await vae.fit(data, {
    epochs: stretches,
    batchSize: batch,
    ...(threads === undefined ? {} : { threads }),
    optimizer: adam(),
    callbacks: [
      {
        onProgress({ step }) {
          if (!begun) tell({ first: { steps: step } });
          begun = true;
        },
        onEpochEnd({ loss, seconds, steps }) {
          tell({ steps, msPerStep: (1000 * seconds) / steps, loss });
        },
      },
    ],
  });
}

/** Uses of a model; each gives its line of output. */
const uses = {
  evaluate: async (/** @type {VAE} */ vae, /** @type {datasets.Dataset} */ data) => ({
    loss: (await vae.evaluate(data)).loss,
  }),
  async encode(/** @type {VAE} */ vae, /** @type {datasets.Dataset} */ data) {
    await vae.encode(data);
  },
  async sample(/** @type {VAE} */ vae, /** @type {datasets.Dataset} */ { size }) {
    await vae.sample(size);
  },
};

/**
 * Passes over the first examples; the first pass takes a tenth of them. Samples are as many as the examples.
 * @param {Given & { use: keyof typeof uses, count: number }} given
 */
export async function use(given) {
  const { use: name, count, stretches, tell } = given;
  const { vae, data } = modelAndData(given, count);
  for (let pass = 0; pass < stretches; pass++) {
    const part = pass === 0 ? datasets.take(data, Math.ceil(count / 10)) : data;
    const begin = performance.now();
    const result = await uses[name](vae, part);
    tell({ steps: 1, msPerStep: performance.now() - begin, ...result });
  }
  await vae.release();
}
