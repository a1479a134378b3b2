/**
 * The benchmark's VAEs in TensorFlow.js, as its user writes them: `optimizer.minimize` in `tf.tidy`.
 * Each batch is made into a tensor from the pixels: gathering it from a tensor of all images takes
 * several times as long. Networks, losses and settings are as in `../../networks.mjs`. Knows nothing
 * of Node, so that a browser runs it too.
 */
import * as tf from '@tensorflow/tfjs';

const PIXELS = 784;
const LATENT = 2;

const glorot = tf.initializers.glorotUniform({});

/** @typedef {(x: tf.Tensor) => tf.Tensor} Layer */

/**
 * A function of its input and of a new weight and bias.
 * @template {tf.Tensor} Input
 * @template {tf.Rank} Rank
 * @param {number[]} shape of the weight
 * @param {number} outputs
 * @param {(x: Input, weight: tf.Tensor<Rank>) => tf.Tensor} apply
 * @param {Layer} [activation]
 * @returns {Layer}
 */
function layer(shape, outputs, apply, activation = (x) => x) {
  const weight = /** @type {tf.Variable<Rank>} */ (tf.variable(glorot.apply(shape)));
  const bias = tf.variable(tf.zeros([outputs]));
  return (x) => activation(tf.add(apply(/** @type {Input} */ (x), weight), bias));
}

/**
 * @param {number} inputs
 * @param {number} outputs
 * @param {Layer} [activation]
 */
const dense = (inputs, outputs, activation) =>
  layer(
    [inputs, outputs],
    outputs,
    (/** @type {tf.Tensor2D} */ x, /** @type {tf.Tensor2D} */ weight) => tf.matMul(x, weight),
    activation,
  );

/**
 * @param {number} inputs
 * @param {number} outputs
 */
const halve = (inputs, outputs) =>
  layer(
    [3, 3, inputs, outputs],
    outputs,
    (/** @type {tf.Tensor4D} */ x, /** @type {tf.Tensor4D} */ weight) =>
      tf.conv2d(x, weight, 2, 'same'),
    tf.relu,
  );

/**
 * @param {number} inputs
 * @param {number} outputs
 * @param {number} size of the output
 * @param {number} stride
 * @param {Layer} [activation]
 */
const transposed = (inputs, outputs, size, stride, activation) =>
  layer(
    [3, 3, outputs, inputs],
    outputs,
    (/** @type {tf.Tensor4D} */ x, /** @type {tf.Tensor4D} */ weight) =>
      tf.conv2dTranspose(x, weight, [x.shape[0], size, size, outputs], stride, 'same'),
    activation,
  );

/**
 * @param {number[]} shape without the batch axis
 * @returns {Layer}
 */
const reshape = (shape) => (x) => tf.reshape(x, [x.shape[0] ?? 0, ...shape]);

/** @type {Record<string, () => { encoder: Layer[], width: number, decoder: Layer[] }>} */
const networks = {
  dense: () => ({
    encoder: [dense(PIXELS, 2, tf.relu)],
    width: 2,
    decoder: [dense(LATENT, PIXELS)],
  }),
  mlp: () => ({
    encoder: [dense(PIXELS, 512, tf.relu)],
    width: 512,
    decoder: [dense(LATENT, 512, tf.relu), dense(512, PIXELS)],
  }),
  conv: () => ({
    encoder: [
      reshape([28, 28, 1]),
      halve(1, 32),
      halve(32, 64),
      reshape([3136]),
      dense(3136, 16, tf.relu),
    ],
    width: 16,
    decoder: [
      dense(LATENT, 3136, tf.relu),
      reshape([7, 7, 64]),
      transposed(64, 64, 14, 2, tf.relu),
      transposed(64, 32, 28, 2, tf.relu),
      transposed(32, 1, 28, 1),
      reshape([PIXELS]),
    ],
  }),
};

/**
 * Trains in the backend that is set.
 * @param {object} options
 * @param {string} options.network dense, mlp or conv
 * @param {Uint8Array} options.pixels of all images, 784 each
 * @param {number} options.batch
 * @param {number} options.stretches
 * @param {number} options.steps in a stretch
 * @param {(line: object) => void} options.tell takes each line of output
 */
export async function train({ network, pixels, batch, stretches, steps, tell }) {
  const build = networks[network];
  if (!build) throw new Error(`${network}: give one of ${Object.keys(networks).join(', ')}`);
  const { encoder, width, decoder } = build();
  const meanHead = dense(width, LATENT);
  const logVarianceHead = dense(width, LATENT);
  // Weighs the mean over latents; the textbook's sum is LATENT times as much.
  const klWeight = network === 'dense' ? 0.5 : 0.5 * LATENT;
  const apply = (/** @type {Layer[]} */ layers, /** @type {tf.Tensor} */ x) =>
    layers.reduce((y, each) => each(y), x);

  /** @param {tf.Tensor} x images in [0, 1], [B, 784] */
  const loss = (x) => {
    const hidden = apply(encoder, x);
    const mean = meanHead(hidden);
    const logVariance = logVarianceHead(hidden);
    const epsilon = tf.randomNormal(mean.shape);
    const z = tf.add(mean, tf.mul(tf.exp(tf.div(logVariance, 2)), epsilon));
    const logits = apply(decoder, z);
    const reconstruction = tf.mul(PIXELS, tf.losses.sigmoidCrossEntropy(x, logits));
    const terms = tf.sub(tf.sub(tf.add(1, logVariance), tf.square(mean)), tf.exp(logVariance));
    return /** @type {tf.Scalar} */ (tf.add(reconstruction, tf.mul(-klWeight, tf.mean(terms))));
  };

  const count = pixels.length / PIXELS;
  const order = tf.util.createShuffledIndices(count);
  const values = new Float32Array(batch * PIXELS);
  /** @param {number} first the batch's place in the order */
  const gather = (first) => {
    for (let i = 0; i < batch; i++) {
      const start = (order[first + i] ?? 0) * PIXELS;
      for (let j = 0; j < PIXELS; j++) values[i * PIXELS + j] = (pixels[start + j] ?? 0) / 255;
    }
    return tf.tensor2d(values, [batch, PIXELS]);
  };
  const optimizer = tf.train.adam(0.001, 0.9, 0.999, 1e-7);
  let step = 0;
  for (let stretch = 0; stretch < stretches; stretch++) {
    const start = performance.now();
    /** @type {number | undefined} */
    let last;
    for (let i = 0; i < steps; i++, step++) {
      const first = (step * batch) % (count - batch + 1);
      const cost = /** @type {tf.Scalar} */ (
        tf.tidy(() => {
          const x = gather(first);
          return optimizer.minimize(() => loss(x), true) ?? x;
        })
      );
      if (step === 0 || i === steps - 1) [last] = await cost.data();
      cost.dispose();
      if (step === 0) tell({ first: { steps: 1 } });
    }
    tell({ steps, msPerStep: (performance.now() - start) / steps, loss: last });
  }
}
