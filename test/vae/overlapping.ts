import type * as vaekit from '../../src/index.js';

/*
 * Overlapping calls of several models, compared with each call alone. Node's tests run it, and a page in
 * Chromium: so the library is an argument.
 */

/** All numbers of an answer, whatever its form. */
function numbersOf(answer: unknown): number[] {
  if (answer === undefined) return [];
  if (typeof answer === 'number') return [answer];
  if (typeof answer === 'bigint') return [Number(answer)];
  const object = answer as object;
  if ('data' in object && 'dims' in object) {
    return [...(object.dims as number[]), ...Array.from(object.data as Float32Array, Number)];
  }
  const values = ArrayBuffer.isView(object)
    ? Array.from(object as unknown as Float32Array)
    : Object.entries(object)
        // The time that an epoch takes is never the same.
        .filter(([name]) => name !== 'seconds')
        .map(([, value]) => value as unknown);
  return values.flatMap(numbersOf);
}

const isSame = (one: readonly number[], other: readonly number[]) =>
  one.length === other.length && one.every((value, i) => Object.is(value, other[i]));

const shape = [1, 8, 8];

/** Models of unlike sizes, layers and outputs. */
function models(library: typeof vaekit) {
  const { VAE, batchNorm, conditional, conv2d, dense, flatten, reshape, vqVae } = library;
  const common = { input: shape, seed: 5 };
  const decoder = [dense(64), reshape(shape)];
  const build = {
    dense: () =>
      new VAE({ ...common, latent: 2, encoder: [dense(16, { activation: 'relu' })], decoder }),
    conditional: () =>
      new VAE({
        ...common,
        latent: 3,
        encoder: [conv2d(4, { kernel: 3, padding: 'same' }), flatten(), dense(24), batchNorm()],
        decoder,
        likelihood: 'gaussian',
        objective: conditional({ classes: 3 }),
      }),
    codes: () =>
      new VAE({
        ...common,
        latent: 4,
        encoder: [conv2d(4, { kernel: 2, stride: 2 })],
        decoder: [flatten(), dense(64), reshape(shape)],
        objective: vqVae({ codes: 8 }),
      }),
  };
  return build;
}

/** Examples with labels, made up. */
function examples({ datasets }: typeof vaekit, count: number) {
  const pixels = Uint8Array.from({ length: count * 64 }, (_, i) => (i * i * 31 + 7 * i) % 251);
  return datasets.fromArray(pixels, shape, {
    labels: Array.from({ length: count }, (_, i) => i % 3),
  });
}

type Call = readonly [name: string, call: () => Promise<unknown>];

/** Calls of a model that give the same answer each time. */
function callsOf(library: typeof vaekit, name: string, vae: vaekit.VAE): Call[] {
  const data = examples(library, 300);
  const { images } = data;
  const labels = vae.labelsOf(data);
  const z = async () => (await vae.encode(images, { labels })).mean;
  const calls: Record<string, () => Promise<unknown>> = {
    encode: () => vae.encode(images, { labels }),
    decode: async () => vae.decode(await z(), { labels }),
    reconstruct: () => vae.reconstruct(images, { labels }),
    sample: () => vae.sample(40, { seed: 3 }),
    evaluate: () => vae.evaluate(data, { seed: 4 }),
  };
  if (vae.hasBound) {
    calls.elbo = () => vae.elbo(images, { labels, seed: 6 });
    calls.logLikelihood = () => vae.logLikelihood(data, { samples: 8 });
    calls.valueAndGradients = async () => {
      const { mean } = await vae.encode(images, { labels });
      return vae.valueAndGradients(images, { epsilon: mean, ...(labels ? { labels } : {}) });
    };
  }
  return Object.entries(calls).map(([method, call]) => [`${name}.${method}`, call]);
}

/**
 * Starts many calls at a time, trainings among them.
 * @param rounds how often each call is made
 * @returns how many calls there were, and the names of those that failed or gave something else than
 *   alone
 */
export async function overlapping(
  library: typeof vaekit,
  rounds: number,
): Promise<{ calls: number; different: string[] }> {
  const build = models(library);
  const open = Object.entries(build).map(([name, make]) => [name, make()] as const);
  const trainings = Object.entries(build).map(([name, make]): Call => {
    const train = async () => {
      const vae = make();
      const { epochs } = await vae.fit(examples(library, 120), { epochs: 2, batchSize: 16 });
      const parameters = vae.parameters();
      await vae.release();
      return [epochs, parameters];
    };
    return [`${name}.fit`, train];
  });
  const calls = open.flatMap(([name, vae]) => callsOf(library, name, vae));
  const alone = new Map<string, number[]>();
  for (const [name, call] of [...calls, ...trainings]) alone.set(name, numbersOf(await call()));
  const different: string[] = [];
  const underWay: Promise<void>[] = [];
  const start = ([name, call]: Call) => {
    const check = (answer: unknown) => {
      if (!isSame(numbersOf(answer), alone.get(name)!)) different.push(`${name}: other numbers`);
    };
    underWay.push(call().then(check, (error) => void different.push(`${name}: ${error}`)));
  };
  for (let round = 0; round < rounds; round++) {
    // Starts each round's calls in another order, with pauses, so that calls meet others at all moments.
    for (let i = 0; i < calls.length; i++) {
      start(calls[(i * 7 + round * 5) % calls.length]!);
      if (i % 4 === round % 4) await new Promise((resolve) => setTimeout(resolve, round % 3));
    }
    if (round % 4 === 0) start(trainings[(round / 4) % trainings.length]!);
    // Calls under way go on, and later ones compile again.
    if (round % 5 === 2) underWay.push(open[round % open.length]![1].release());
  }
  await Promise.all(underWay);
  for (const [, vae] of open) await vae.release();
  return { calls: underWay.length, different };
}
