import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { fillUniform, randomStream } from '../../src/base/random.js';
import { decodeSafetensors, encodeSafetensors } from '../../src/data/codecs/safetensors.js';
import {
  activation,
  adam,
  adamax,
  adamW,
  adversarialAutoencoder,
  attention,
  autoencoder,
  autoencoderKl,
  averagePool1d,
  averagePool2d,
  batchNorm,
  betaTcVae,
  betaVae,
  type Checkpoint,
  type Controls,
  capacity,
  ciwae,
  conditional,
  conv1d,
  conv2d,
  convTranspose1d,
  convTranspose2d,
  type Dataset,
  decodeCheckpoint,
  dense,
  dipVae,
  dropout,
  encodeCheckpoint,
  type FitOptions,
  factorVae,
  flatten,
  freeBits,
  fromArray,
  gatedDense,
  globalAveragePool,
  globalMaxPool,
  groupNorm,
  hamiltonian,
  hierarchical,
  hyperspherical,
  infoVae,
  inverseAutoregressiveFlow,
  iwae,
  type Layer,
  type LearningRate,
  layer,
  layerNorm,
  lion,
  maskedConv2d,
  maxPool1d,
  maxPool2d,
  miwae,
  normalizingFlow,
  type Objective,
  type Optimizer,
  objectiveNames,
  piwae,
  poincare,
  rae,
  reshape,
  residual,
  residualVq,
  riemannianHamiltonian,
  rmsprop,
  schedules,
  sgd,
  upsample,
  upsample1d,
  VAE,
  type VAEOptions,
  vae,
  vaeGan,
  vampPrior,
  vqVae,
  waeMmd,
} from '../../src/index.js';
import { layerSchema, learningRateSchema, optimizerSchema } from '../../src/nn/index.js';
import { fitShape } from '../../src/training/index.js';
import { corners, smallShape, smallVAE } from './small.js';
import { bits, trained } from './trained.js';

/** The names that a schema of kinds knows. */
function kindsOf(schema: z.ZodType): string[] {
  const json = JSON.stringify(z.toJSONSchema(schema, { io: 'input' }));
  const consts = [...json.matchAll(/"type":\{[^{}]*?"const":"(\w+)"/g)].map(([, name]) => name!);
  return [...new Set(consts)].sort();
}

const pair = [dense(6, { activation: 'relu' })];
const quantized = { encoder: [dense(6), reshape([2, 3])], objective: vqVae({ codes: 5 }) };

interface Case {
  readonly name: string;
  readonly model?: Partial<VAEOptions>;
  readonly fit: FitOptions;
  readonly data?: Dataset;
}

const { constant, cyclical, step, multiStep, exponential, cosine, linear, onPlateau } = schedules;
const rates: Readonly<Record<string, LearningRate>> = {
  constant: constant({ initial: 0.01, warmup: 1.5 }),
  step: step({ initial: 0.02, every: 1 }),
  multiStep: multiStep({ initial: 0.02, milestones: [1, 2], factor: 0.5 }),
  exponential: exponential({ initial: 0.02, factor: 0.5 }),
  cosine: cosine({ initial: 0.02 }),
  onPlateau: onPlateau({ initial: 0.05, patience: 0, minDelta: 5 }),
  linear: linear({ from: 0.02, to: 0.001, steps: 11 }),
  cyclical: cyclical({ from: 0.02, to: 0.001, period: 5 }),
};
const learningRate = 0.01;

const optimizers: Readonly<Record<string, Optimizer>> = {
  adam: adam({ learningRate }),
  adamW: adamW({ learningRate }),
  sgd: sgd({ learningRate, momentum: 0.9, nesterov: true }),
  rmsprop: rmsprop({ learningRate, momentum: 0.5 }),
  adamax: adamax({ learningRate }),
  lion: lion({ learningRate: 0.001 }),
};

const objectives: Readonly<Record<string, Partial<VAEOptions> & { objective: Objective }>> = {
  autoencoder: { objective: autoencoder() },
  vae: { objective: vae({ weight: { type: 'linear', steps: 9 } }) },
  betaVae: { objective: betaVae({ beta: { type: 'cyclical', period: 7 } }) },
  freeBits: { objective: freeBits() },
  capacity: { objective: capacity({ steps: 9 }) },
  conditional: { objective: conditional({ classes: 4 }) },
  iwae: { objective: iwae({ samples: 3 }) },
  betaTcVae: { objective: betaTcVae() },
  infoVae: { objective: infoVae() },
  waeMmd: { objective: waeMmd() },
  adversarialAutoencoder: { objective: adversarialAutoencoder({ hidden: 6 }) },
  ciwae: { objective: ciwae({ samples: 3 }) },
  dipVae: { objective: dipVae() },
  factorVae: { objective: factorVae({ hidden: 6, layers: 2 }) },
  normalizingFlow: { objective: normalizingFlow({ length: 2 }) },
  inverseAutoregressiveFlow: {
    objective: inverseAutoregressiveFlow({ length: 2, hidden: 6, context: 3 }),
  },
  hyperspherical: { objective: hyperspherical() },
  hamiltonian: { objective: hamiltonian({ leapfrogSteps: 2 }) },
  riemannianHamiltonian: {
    objective: riemannianHamiltonian({ leapfrogSteps: 1, iterations: 1, hidden: 4, centroids: 9 }),
  },
  miwae: { objective: miwae({ bounds: 2, samples: 2 }) },
  piwae: { objective: piwae({ bounds: 2, samples: 2 }) },
  poincare: { objective: poincare({ decode: 'gyroplanes', planes: 5 }) },
  rae: { objective: rae({ smoothing: 'gradient' }) },
  autoencoderKl: { encoder: [conv2d(3)], objective: autoencoderKl({ beta: 0.1 }) },
  hierarchical: { objective: hierarchical({ groups: 2, hidden: 6, lambda: 0.1 }) },
  residualVq: {
    encoder: [dense(6), reshape([2, 3])],
    objective: residualVq({ depth: 2, codes: 3, dropout: 0.5 }),
  },
  vaeGan: { objective: vaeGan({ channels: [2, 3], hidden: [4] }) },
  vampPrior: { objective: vampPrior({ components: 5, samples: 2 }) },
  vqVae: quantized,
};

const options: Readonly<Record<keyof typeof fitShape, FitOptions>> = {
  clipGradients: { clipGradients: { norm: 1 } },
  accumulate: { accumulate: 3 },
  ema: { ema: 0.9 },
  earlyStopping: { earlyStopping: { patience: 1, minDelta: 8 } },
  keepBest: { keepBest: 'loss', optimizer: sgd({ learningRate: 0.3 }) },
  validationSplit: { validationSplit: 0.2 },
  binarize: { binarize: 'dynamic' },
  augment: { augment: { flip: 'both', shift: 1 } },
  checkpoint: { checkpoint: { epochs: 1 } },
  onNonFinite: { onNonFinite: 'rollback', optimizer: sgd({ learningRate: 200 }), epochs: 2 },
};

const layered: readonly (readonly Layer[])[] = [
  [
    conv2d(4, { kernel: 3, padding: 'same' }),
    batchNorm(),
    activation('relu'),
    maxPool2d(2),
    dropout(0.3),
    residual(conv2d(4, { kernel: 3, padding: 'same' }), batchNorm({ momentum: 0.3 })),
    globalAveragePool(),
  ],
  [averagePool2d(2), convTranspose2d(3, { kernel: 3 }), groupNorm(3), upsample(2), globalMaxPool()],
  [maskedConv2d(4), attention({ heads: 2, groups: 2 }), globalMaxPool()],
  [flatten(), layerNorm(), gatedDense(16), reshape([4, 4]), layer('twice', (x) => x)],
  [
    reshape([4, 4]),
    conv1d(4, { kernel: 3, padding: 'same' }),
    maxPool1d(2),
    convTranspose1d(3, { kernel: 2, stride: 2 }),
    averagePool1d(2),
    upsample1d(2),
  ],
];

const cases: readonly Case[] = [
  ...Object.entries(optimizers).map(([name, optimizer]) => ({ name, fit: { optimizer } })),
  ...Object.entries(rates).map(([name, rate]) => ({
    name: `${name} learning rate`,
    fit: { optimizer: adam({ learningRate: rate }) },
  })),
  ...Object.entries(objectives).map(([name, model]) => ({ name, model, fit: {} })),
  ...Object.entries(options).map(([name, fit]) => ({ name, fit })),
  ...layered.map((encoder) => ({
    name: encoder.map(({ type }) => type).join(', '),
    model: { encoder },
    fit: { optimizer: adamW({ learningRate }) },
  })),
  {
    name: 'all at once',
    model: { encoder: layered[0]!, objective: conditional({ classes: 4 }) },
    fit: {
      optimizer: lion({ learningRate: cosine({ initial: 0.01, warmup: 0.5 }) }),
      clipGradients: { value: 0.1 },
      accumulate: 2,
      ema: 0.95,
      keepBest: 'val_loss',
      earlyStopping: { patience: 3 },
      binarize: 'static',
      augment: { flip: 'horizontal' },
    },
  },
];

const finer = (count: number): Dataset => {
  const values = Float32Array.from(corners(count).images.data as Uint8Array, (x) => x / 255);
  return fromArray(values, smallShape, { name: 'fine', labels: corners(count).labels! });
};

describe('a resumed run is the unbroken one, byte for byte', () => {
  test.each(cases)('$name', async ({ name, model = {}, fit, data = corners(60) }) => {
    const build = () => smallVAE({ encoder: pair, ...model });
    const whole = await trained(build(), data, { ...fit, stepsPerCall: 5 });
    const often = await trained(build(), data, { ...fit, checkpoint: { steps: 1 } });
    expect(often.left).toBe(whole.left);
    expect(often.checkpoints.length).toBeGreaterThan(10);
    const random = fc.sample(fc.nat(often.checkpoints.length - 1), {
      numRuns: 2,
      seed: name.length,
    });
    for (const place of random) {
      const resume = decodeCheckpoint(encodeCheckpoint(often.checkpoints[place]!), 'saved');
      const resumed = await trained(smallVAE({ encoder: pair, ...model }), data, {
        ...fit,
        resume,
        stepsPerCall: 1 + (place % 4),
      });
      expect(resumed.left, `from step ${resume.step}`).toBe(whole.left);
    }
  });

  test('float images, and the last of an epoch', async () => {
    const whole = await trained(smallVAE(), finer(41), { checkpoint: { steps: 6 } });
    // 6 steps an epoch: after validation, the next epoch's first step is due.
    expect(whole.checkpoints.map(({ epoch, batch }) => [epoch, batch])).toEqual(
      [2, 3, 4, 5].map((epoch) => [epoch, 0]),
    );
    for (const resume of whole.checkpoints) {
      expect((await trained(smallVAE(), finer(41), { resume })).left).toBe(whole.left);
    }
  });

  test('with two threads, in a model that is large enough for them', async () => {
    const noise = new Float32Array(96 * 784);
    fillUniform(randomStream(1, 'noise'), noise);
    const data = fromArray(noise, [1, 28, 28]);
    const run = async (fit: FitOptions) => {
      const vae = new VAE({
        input: [1, 28, 28],
        latent: 2,
        encoder: [flatten(), dense(512, { activation: 'relu' })],
        decoder: [dense(512, { activation: 'relu' }), dense(784), reshape([1, 28, 28])],
        seed: 1,
      });
      const options = {
        batchSize: 32,
        threads: 2,
        validationSplit: 0.25,
        checkpoint: { steps: 1 },
      };
      return trained(vae, data, { ...options, ...fit });
    };
    const whole = await run({ epochs: 2 });
    for (const resume of whole.checkpoints.slice(1, 3)) {
      expect((await run({ epochs: 2, resume, stepsPerCall: 2 })).left).toBe(whole.left);
    }
  });

  test('stopped by its signal in training and in validation', async () => {
    const whole = await trained(smallVAE(), corners(60), {});
    let reads = 0;
    for (const stopAt of [3, 17]) {
      const controller = new AbortController();
      const onProgress = () => {
        reads += 1;
        if (reads === stopAt) controller.abort();
      };
      const { signal } = controller;
      const options = { stepsPerCall: 2, signal, callbacks: [{ onProgress }] };
      const stopped = await trained(smallVAE(), corners(60), options);
      const [resume] = stopped.checkpoints;
      expect(stopped.checkpoints).toHaveLength(1);
      expect(stopped.left).toContain('"reason":"aborted"');
      expect((await trained(smallVAE(), corners(60), { resume: resume! })).left).toBe(whole.left);
    }
    const controller = new AbortController();
    const validation = corners(6000, 3);
    const stopping: Dataset = {
      ...validation,
      read(indices, target) {
        if (indices.length > 8 && indices[0]! > 0) controller.abort();
        return validation.read(indices, target);
      },
    };
    const unbroken = await trained(smallVAE(), corners(60), { validation });
    const { signal } = controller;
    const { checkpoints } = await trained(smallVAE(), corners(60), {
      validation: stopping,
      signal,
    });
    const resume = checkpoints[0]!;
    expect(resume).toMatchObject({ step: 8, epoch: 1, batch: 8, history: [] });
    expect((await trained(smallVAE(), corners(60), { validation, resume })).left).toBe(
      unbroken.left,
    );
  });

  test('more epochs than were asked for go on from the end', async () => {
    const short = await trained(smallVAE(), corners(60), { epochs: 2 });
    const long = await trained(smallVAE(), corners(60), { epochs: 4 });
    const resume = short.checkpoints.at(-1)!;
    expect(resume).toMatchObject({ epoch: 3, batch: 0 });
    expect((await trained(smallVAE(), corners(60), { epochs: 4, resume })).left).toBe(long.left);
    const same = await trained(smallVAE(), corners(60), { epochs: 2, resume });
    expect(same.left).toBe(short.left);
  });

  test('the table has every optimizer, schedule, objective, layer and option', () => {
    expect(Object.keys(rates).sort()).toEqual(kindsOf(learningRateSchema));
    // An optimizer's schema holds the learning rate's.
    const known = kindsOf(optimizerSchema).filter((name) => !Object.hasOwn(rates, name));
    expect(Object.keys(optimizers).sort()).toEqual(known);
    expect(Object.keys(objectives).sort()).toEqual([...objectiveNames].sort());
    expect(Object.keys(options).sort()).toEqual(Object.keys(fitShape).sort());
    const used = [...pair, ...layered.flat()].map(({ type }) => type);
    expect([...new Set(used)].sort()).toEqual(kindsOf(layerSchema));
  });
});

describe('numbers changed while training runs', () => {
  /** Changes them after some steps, as a page would. */
  const steered = (controls: Controls, from: number, resume?: Checkpoint) => {
    let step = resume?.step ?? 0;
    return trained(smallVAE({ objective: betaVae({ beta: 2 }) }), corners(64), {
      controls,
      stepsPerCall: 1,
      checkpoint: { steps: 1 },
      ...(resume ? { resume } : {}),
      callbacks: [
        {
          onProgress() {
            step += 1;
            if (step === from)
              Object.assign(controls, { learningRate: 0.1, schedules: { beta: 0 } });
            if (step === from + 9) Object.assign(controls, { schedules: { beta: null } });
          },
        },
      ],
    });
  };

  test('count from the next step, are told, and are resumed', async () => {
    const whole = await steered({}, 5);
    const { changes, history } = whole.checkpoints.at(-1)!;
    expect(changes).toEqual([
      { step: 6, learningRate: 0.1, schedules: { beta: 0 } },
      { step: 15, schedules: { beta: null } },
    ]);
    expect(history.map((line) => line.learning_rate)).toEqual([0.1, 0.1, 0.1, 0.1]);
    expect(history.map((line) => line.beta)).toEqual([0, 2, 2, 2]);
    const plain = await trained(smallVAE({ objective: betaVae({ beta: 2 }) }), corners(64), {
      checkpoint: { steps: 1 },
    });
    const tensorsAt = (run: typeof whole, step: number) =>
      bits(run.checkpoints.find((each) => each.step === step)!.tensors);
    expect(tensorsAt(whole, 5)).toBe(tensorsAt(plain, 5));
    expect(tensorsAt(whole, 6)).not.toBe(tensorsAt(plain, 6));
    for (const step of [3, 9, 20]) {
      const resume = whole.checkpoints.find((each) => each.step === step)!;
      const resumed = await steered({}, 5, decodeCheckpoint(encodeCheckpoint(resume), 'saved'));
      expect(resumed.left, `from step ${step}`).toBe(whole.left);
    }
  });

  test('are settings of the run, too: as they were planned, or as they are in force', async () => {
    const controls = { schedules: { beta: 0 } };
    const whole = await trained(smallVAE({ objective: betaVae({ beta: 2 }) }), corners(64), {
      checkpoint: { steps: 3 },
      controls,
    });
    const resume = whole.checkpoints[0]!;
    const resumed = (beta: number) =>
      trained(smallVAE({ objective: betaVae({ beta }) }), corners(64), { resume });
    expect((await resumed(2)).left).toBe(whole.left);
    expect((await resumed(0)).left).toBe(whole.left);
    await expect(resumed(1)).rejects.toThrow('its model.objective.beta is 2, but here it is 1');
  });

  test.each([
    [{ learningRate: -1 }, 'controls.learningRate is -1. Give a number from 0.'],
    [{ schedules: { bta: 1 } }, "controls.schedules: there is no 'bta'. Did you mean 'beta'?"],
    [{ schedules: { beta: Number.NaN } }, 'controls.schedules.beta is NaN. Give a finite number.'],
  ])('%j is refused', async (controls, message) => {
    const model = smallVAE({ objective: betaVae() });
    expect(model.schedules).toEqual(['beta']);
    await expect(model.fit(corners(64), { controls })).rejects.toThrow(message);
  });
});

describe('a checkpoint that does not fit is refused', () => {
  const taken = trained(smallVAE(), corners(60), { epochs: 1 });

  test.each<[string, FitOptions, RegExp]>([
    ['batch size', { batchSize: 4 }, /its batchSize is 8, but here it is 4\. Resume with/],
    [
      'optimizer',
      { optimizer: sgd() },
      /its optimizer\.learningRate is 0\.001, but here it is 0\.01/,
    ],
    ['option', { ema: 0.9 }, /its ema is not given, but here it is 0\.9/],
    ['validation', { validation: corners(20, 4) }, /its validation\.values is "\w+", but/],
  ])('another %s', async (_, fit, message) => {
    const resume = (await taken).checkpoints[0]!;
    await expect(trained(smallVAE(), corners(60), { ...fit, resume })).rejects.toThrow(message);
  });

  test('other data, another model', async () => {
    const resume = (await taken).checkpoints[0]!;
    await expect(trained(smallVAE(), corners(60, 5), { resume })).rejects.toThrow(
      /its data\.values/,
    );
    await expect(trained(smallVAE({ latent: 3 }), corners(60), { resume })).rejects.toThrow(
      /^The checkpoint is of another run: its model\.latent is 2, but here it is 3\./,
    );
    const { 'optimizer/m/mean.bias': _, ...tensors } = resume.tensors;
    await expect(
      trained(smallVAE(), corners(60), { resume: { ...resume, tensors } }),
    ).rejects.toThrow(/^The checkpoint's optimizer\/m\/mean\.bias is missing/);
  });

  test('damaged and foreign bytes', async () => {
    const bytes = encodeCheckpoint((await taken).checkpoints[0]!);
    expect(() => decodeCheckpoint(bytes.subarray(0, 900), 'a.safetensors')).toThrow(
      /^a\.safetensors/,
    );
    expect(() => decodeCheckpoint(encodeSafetensors({}), 'b')).toThrow('b is no checkpoint.');
    const text = (change: object) => {
      const { metadata } = decodeSafetensors(bytes, '');
      return encodeSafetensors({}, { ...metadata, ...change });
    };
    expect(() => decodeCheckpoint(text({ format: '3' }), 'c')).toThrow(
      /^c: checkpoints of format 3/,
    );
    expect(() => decodeCheckpoint(text({ checkpoint: '{"step":-1}' }), 'd')).toThrow(/^d: step: /);
  });

  test('numbers that are not finite survive the file', async () => {
    const resume = (await taken).checkpoints[0]!;
    const line = { ...resume.history[0]!, val_loss: Number.NaN, kl: Number.NEGATIVE_INFINITY };
    const again = decodeCheckpoint(encodeCheckpoint({ ...resume, history: [line] }), 'saved');
    expect(again.history).toEqual([line]);
    expect(Object.keys(again.history[0]!)).toEqual(Object.keys(line));
  });
});
