/**
 * The reference VAE (784-2-2-784) in TensorFlow.js, as its user writes it: images kept as a tensor,
 * a batch gathered by index, `optimizer.minimize` in `tf.tidy`. Loss and settings are those of
 * `../keras_reference.py`.
 *
 * Usage: node dense.mjs cpu|wasm FOLDER [STEPS [BATCH [STRETCHES]]], with MNIST's IDX files in
 * FOLDER. Prints JSON lines: the versions, then one line a stretch of steps with `msPerStep`.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { version_wasm } from '@tensorflow/tfjs-backend-wasm';

const PIXELS = 784;
const LATENT = 2;
const [backend = 'wasm', folder = '.', ...numbers] = process.argv.slice(2);
const [steps = 200, batch = 32, stretches = 4] = numbers.map(Number);

const glorot = tf.initializers.glorotUniform({});

/**
 * @param {number} inputs
 * @param {number} outputs
 */
function dense(inputs, outputs) {
  const weight = tf.variable(glorot.apply([inputs, outputs]));
  const bias = tf.variable(tf.zeros([outputs]));
  return (/** @type {tf.Tensor} */ x) => tf.add(tf.matMul(x, weight), bias);
}

if (!(await tf.setBackend(backend))) throw new Error(`TensorFlow.js has no backend ${backend}`);
await tf.ready();
console.log(JSON.stringify({ versions: { tfjs: tf.version.tfjs, wasm: version_wasm }, backend }));

const encoder = dense(PIXELS, 2);
const meanHead = dense(2, LATENT);
const logVarianceHead = dense(2, LATENT);
const decoder = dense(LATENT, PIXELS);

/** @param {tf.Tensor2D} x images in [0, 1], [B, 784] */
function loss(x) {
  const hidden = tf.relu(encoder(x));
  const mean = meanHead(hidden);
  const logVariance = logVarianceHead(hidden);
  const epsilon = tf.randomNormal(mean.shape);
  const z = tf.add(mean, tf.mul(tf.exp(tf.div(logVariance, 2)), epsilon));
  const logits = decoder(z);
  const reconstruction = tf.mul(PIXELS, tf.losses.sigmoidCrossEntropy(x, logits));
  const terms = tf.sub(tf.sub(tf.add(1, logVariance), tf.square(mean)), tf.exp(logVariance));
  return /** @type {tf.Scalar} */ (tf.add(reconstruction, tf.mul(-0.5, tf.mean(terms))));
}

const file = readFileSync(join(folder, 'train-images-idx3-ubyte'));
const count = file.readUInt32BE(4);
const images = tf.tidy(() =>
  tf.div(tf.tensor2d(new Uint8Array(file.subarray(16)), [count, PIXELS], 'float32'), 255),
);
const order = tf.util.createShuffledIndices(count);
const optimizer = tf.train.adam(0.001, 0.9, 0.999, 1e-7);

let step = 0;
for (let stretch = 0; stretch < stretches; stretch++) {
  const start = performance.now();
  /** @type {number | undefined} */
  let last;
  for (let i = 0; i < steps; i++, step++) {
    const first = (step * batch) % (count - batch + 1);
    const cost = tf.tidy(() => {
      const indices = tf.tensor1d(Int32Array.from(order.subarray(first, first + batch)), 'int32');
      const x = /** @type {tf.Tensor2D} */ (tf.gather(images, indices));
      return /** @type {tf.Scalar} */ (optimizer.minimize(() => loss(x), true));
    });
    if (i === steps - 1) [last] = await cost.data();
    cost.dispose();
  }
  const msPerStep = (performance.now() - start) / steps;
  console.log(JSON.stringify({ steps, msPerStep, loss: last, tensors: tf.memory().numTensors }));
}
