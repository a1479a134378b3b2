/**
 * One training of bench/gpu.mjs in a process of its own. Prints a JSON line.
 *
 * Usage: node child.mjs DEVICE NETWORK losses|speed|places [STEPS]
 */
import { adam, datasets, fromConfig, VAE } from '../../dist/index.js';
import { waves } from '../made-up.mjs';
import { networks } from './networks.mjs';

const [device = 'cpu', name = 'mlp', what = 'speed', given] = process.argv.slice(2);
const {
  model,
  batch,
  steps: usual,
} = /** @type {import('./networks.mjs').Network} */ (networks[name]);
const steps = given === undefined ? usual : Number(given);
/** A test of software adapters does with fewer examples. */
const size = Math.min(batch, Number(process.env.GPU_BATCH ?? batch));
const data = datasets.fromArray(waves(steps * size, model.input), [...model.input]);
const vae = new VAE(fromConfig(model, name));

/** @type {number[]} */
const losses = [];
/** @type {number[]} */
const stretches = [];
let firstSeconds = 0;
/** @type {readonly { name: string, cat: string, dur: number, args: Record<string, unknown> }[]} */
let events = [];
const began = performance.now();
const epochs = what === 'speed' ? 4 : 1;
const training = vae.fit(data, {
  device: /** @type {'cpu'} */ (device),
  epochs,
  batchSize: size,
  optimizer: adam(),
  ...(what === 'losses' ? { stepsPerCall: 1 } : {}),
  ...(what === 'places' ? { stepsPerCall: Math.min(steps, 10) } : {}),
  callbacks: [
    {
      onProgress({ metrics }) {
        firstSeconds ||= (performance.now() - began) / 1000;
        if (what === 'losses') losses.push(metrics.loss ?? Number.NaN);
      },
      onEpochEnd: ({ seconds }) => void stretches.push((1000 * seconds) / steps),
      ...(what === 'places'
        ? {
            onEvents: (/** @type {typeof events} */ all) => {
              events = all;
            },
          }
        : {}),
    },
  ],
});
// Numbers that stand-ins for CUDA leave may be none; the places are known all the same.
await (what === 'places'
  ? training.catch((error) => {
      if (events.length === 0) throw error;
    })
  : training);

/** Microseconds and runs of operators, by where they ran and which they are, the longest first. */
function places() {
  /** @type {Map<string, { microseconds: number, runs: number }>} */
  const found = new Map();
  for (const { name: event, cat, dur, args } of events) {
    // A scan's time is the time of the operators inside of it.
    if (cat !== 'Node' || !event.endsWith('_kernel_time') || args.op_name === 'Scan') continue;
    const place = String(args.provider).replace('ExecutionProvider', '').toLowerCase();
    const key = `${place} ${args.op_name}`;
    const { microseconds, runs } = found.get(key) ?? { microseconds: 0, runs: 0 };
    found.set(key, { microseconds: microseconds + dur, runs: runs + 1 });
  }
  return [...found]
    .map(([key, { microseconds, runs }]) => ({
      key,
      microsecondsPerStep: microseconds / steps,
      runsPerStep: runs / steps,
    }))
    .sort((a, b) => b.microsecondsPerStep - a.microsecondsPerStep);
}

const parameters = Object.values(vae.parameters()).map(({ data: values }) =>
  Array.from(/** @type {Float32Array} */ (values)).reduce((sum, value) => sum + Math.abs(value), 0),
);
console.log(
  JSON.stringify({
    ...(what === 'losses' ? { losses, parameters } : {}),
    ...(what === 'speed' ? { stretches, firstSeconds } : {}),
    ...(what === 'places' ? { places: places() } : {}),
    residentMegabytes: process.resourceUsage().maxRSS / 1024,
  }),
);
await vae.release();
