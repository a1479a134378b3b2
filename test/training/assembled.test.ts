import type { Tensor } from 'onnxruntime-common';
import { describe, expect, test } from 'vitest';
import { toAssembledStep } from '../../src/graph/assembly/step.js';
import { optimizeLoop } from '../../src/graph/compile.js';
import { type LoopProgram, openLoop } from '../../src/graph/index.js';
import { dense, type Objective, VAE } from '../../src/index.js';
import * as optimizers from '../../src/nn/optimizers/all.js';
import type { UpdateSettings } from '../../src/step/index.js';
import { trainingProgram } from '../../src/step/program.js';
import * as objectives from '../../src/vae/objectives/all.js';
import { feedsOf, layoutOf, updates } from './programs.js';

const batchSize = 12;

function vaeWith(objective?: Objective): VAE {
  return new VAE({
    input: [20],
    latent: 4,
    encoder: [dense(9, { activation: 'tanh' })],
    decoder: [dense(7, { activation: 'relu' }), dense(20)],
    seed: 4,
    ...(objective && { objective }),
  });
}

function programOf(vae: VAE, update: UpdateSettings): LoopProgram {
  const model = vae.model();
  const players = (model.players ?? []).map((player) => ({ ...player }));
  const layout = layoutOf(vae.parameters(), update, players);
  return optimizeLoop(trainingProgram(model, layout, 'uint8', { batchSize }).program);
}

/** Results that are further apart than rounding, with their distance as a share of their largest number. */
function apart(own: Readonly<Record<string, Tensor>>, other: Readonly<Record<string, Tensor>>) {
  return Object.entries(other).flatMap(([name, { data }]) => {
    const [mine, right] = [own[name]!.data as Float32Array, data as Float32Array];
    let [most, distance] = [1, 0];
    for (const [i, each] of right.entries()) {
      most = Math.max(most, Math.abs(each));
      distance = Math.max(distance, Math.abs(each - mine[i]!));
    }
    return distance / most < 2e-5 ? [] : [[name, distance / most]];
  });
}

/** Feeds with a usual learning rate: with one near 1, a step makes much of a rounded digit. */
function usualFeeds(program: LoopProgram, batch: number) {
  const feeds = feedsOf(program, 7, 4, batch);
  for (const [name, { data }] of Object.entries(feeds)) {
    if (name.endsWith('/rate')) (data as Float32Array).fill(0.001);
  }
  return feeds;
}

/** Compares steps in WebAssembly with the runtime's. */
async function compare(program: LoopProgram) {
  const runtime = await openLoop(program);
  const assembled = await openLoop(program, {}, { examples: batchSize });
  for (const batch of [batchSize, 5]) {
    const feeds = usualFeeds(program, batch);
    expect(apart(await assembled.run(feeds), await runtime.run(feeds))).toEqual([]);
  }
  await Promise.all([runtime.release(), assembled.release()]);
}

const isAssembled = (program: LoopProgram) =>
  toAssembledStep(program, new Map([['batch', batchSize]])) !== undefined;

describe('every optimizer', () => {
  test.each(Object.entries(updates))('%s updates as in the runtime', async (_, update) => {
    const program = programOf(vaeWith(), update);
    expect(isAssembled(program)).toBe(true);
    await compare(program);
  });
});

/** Objectives with operators or types that are not computed in WebAssembly, or with a large discriminator. */
const inRuntime = ['factorVae', 'hyperspherical'];

/** Objectives of images, of labels, or of a model that is trained already. */
const others = ['autoencoderKl', 'conditional', 'residualVq', 'riemannianHamiltonian', 'vqVae'];

test.each(Object.entries(objectives).filter(([name]) => !others.includes(name)))(
  'the objective %s has the losses and updates of the runtime',
  async (name, make) => {
    const objective = (make as unknown as () => Objective)();
    const program = programOf(vaeWith(objective), { optimizer: optimizers.adam() });
    const isInRuntime = inRuntime.includes(name);
    expect(isAssembled(program)).toBe(!isInRuntime);
    if (!isInRuntime) await compare(program);
  },
);
