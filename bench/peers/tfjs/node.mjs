/**
 * A VAE of the benchmark in TensorFlow.js in Node.
 *
 * Usage: node node.mjs cpu|wasm NETWORK FOLDER STEPS BATCH STRETCHES, with MNIST's IDX files in
 * FOLDER. Prints JSON lines, as every contestant.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { version_wasm } from '@tensorflow/tfjs-backend-wasm';
import { train } from './vae.mjs';

const [backend = 'wasm', network = 'dense', folder = '.', ...numbers] = process.argv.slice(2);
const [steps = 200, batch = 32, stretches = 4] = numbers.map(Number);
const tell = (/** @type {object} */ line) => console.log(JSON.stringify(line));

if (!(await tf.setBackend(backend))) throw new Error(`TensorFlow.js has no backend ${backend}`);
await tf.ready();
tell({ versions: { tfjs: tf.version.tfjs, wasm: version_wasm } });
const file = readFileSync(join(folder, 'train-images-idx3-ubyte'));
await train({ network, pixels: new Uint8Array(file.subarray(16)), batch, stretches, steps, tell });
