import { rm } from 'node:fs/promises';
import {
  datasets,
  dense,
  graph,
  type Layer,
  layer,
  type Posterior,
  reshape,
  Tensor,
  VAE,
} from 'vaekit';

const { EPOCHS = 10, IMAGES = 60_000 } = process.env;
const { add, exp, mul, sigmoid } = graph;

/** x · σ(βx) with a trained β for each unit (Ramachandran et al. 2017): [batch, units]. */
const swish = (units: number): Layer =>
  layer('swish', (x, scope) => {
    const beta = scope.parameter('beta', [units], 'ones');
    return mul(x, sigmoid(mul(x, beta)));
  });

/** z = mean + σ · ε. `scope.normal` gives new noise at every step. */
const sampling = layer<Posterior>('mySampling', ({ mean, logVariance }, scope) => {
  const epsilon = scope.normal(mean.shape);
  return add(mean, mul(exp(mul(logVariance, 0.5)), epsilon));
});

const { train, test } = await datasets.mnist();
const vae = new VAE({
  input: [1, 28, 28],
  latent: 2,
  encoder: [dense(64), swish(64)],
  decoder: [dense(64), swish(64), dense(784), reshape([1, 28, 28])],
  sampling,
});

await vae.fit(datasets.take(train, Number(IMAGES)), { epochs: Number(EPOCHS), batchSize: 128 });
const { loss } = await vae.evaluate(test);
console.log(`test loss: ${loss.toFixed(1)}`);
const name = 'encoder.1.beta';
const trained = vae.parameters();
const betas = trained[name]!.data as Float32Array;
console.log(`β: ${Math.min(...betas).toFixed(2)} to ${Math.max(...betas).toFixed(2)}`);

// Is the derivative right? With every β = 1: the sum over the gradient, and a central difference.
const images = datasets.take(test, 100).images;
const epsilon = new Tensor('float32', new Float32Array(200).fill(0.5), [100, 2]);
const at = (beta: number) => {
  vae.setParameters({ [name]: new Tensor('float32', new Float32Array(64).fill(beta), [64]) });
  return vae.valueAndGradients(images, { epsilon });
};
const gradient = (await at(1)).gradients[name]!.data as Float32Array;
const derivative = gradient.reduce((total, each) => total + each, 0);
const difference = ((await at(1.02)).loss - (await at(0.98)).loss) / 0.04;
console.log(`derivative: ${derivative.toFixed(1)}, by differences: ${difference.toFixed(1)}`);
vae.setParameters(trained);

// A file cannot hold a function, so the layer is given again when the model is loaded.
const path = 'runs/examples/own-layer';
await rm(path, { recursive: true, force: true });
await vae.save(path);
const again = await VAE.load(path, { layers: { swish: swish(64) }, sampling });
console.log(`test loss after loading: ${(await again.evaluate(test)).loss.toFixed(1)}`);
