import { createHash } from 'node:crypto';
import type { Tensor } from 'onnxruntime-common';
import { expect, test } from 'vitest';
import { optimizeLoop } from '../../src/graph/compile.js';
import { type LoopProgram, toLoopModel } from '../../src/graph/index.js';
import { toInPlaceStep } from '../../src/graph/kernel/index.js';
import { toMicrobatchedStep } from '../../src/graph/microbatch/index.js';
import { nextName } from '../../src/graph/program.js';
import { dense, VAE } from '../../src/index.js';
import { createSession, worksInPlace } from '../../src/runtime/node.js';
import type { Session, SessionOptions } from '../../src/runtime/session.js';
import type { UpdateSettings } from '../../src/step/index.js';
import { trainingProgram } from '../../src/step/program.js';
import { feedsOf, layoutOf, updates } from './programs.js';

const isThere = worksInPlace({ thread: {} });

const vae = new VAE({
  input: [40],
  latent: 3,
  encoder: [dense(24, { activation: 'relu' })],
  decoder: [dense(1400, { activation: 'relu' }), dense(40)],
  seed: 4,
});

const batchSize = 48;

function programOf(update: UpdateSettings, isCut: boolean): LoopProgram {
  const cutting = { batchSize, ...(isCut && { cacheBytes: 1 << 16 }) };
  const layout = layoutOf(vae.parameters(), update);
  return optimizeLoop(trainingProgram(vae.model(), layout, 'float32', cutting).program);
}

/** A text for the bits of numbers. */
const digest = (values: Tensor['data']) =>
  createHash('sha256')
    .update(new Uint8Array((values as Float32Array).slice().buffer))
    .digest('hex');

/** Digests of results of four calls: three steps, one that goes on, the same again, and the first. */
async function resultsBy(program: LoopProgram, options: SessionOptions, batch: number) {
  const session: Session = await createSession(toLoopModel(program), {
    ...options,
    keep: program.carried.map(nextName),
  });
  const read = async (results: Readonly<Record<string, Tensor>>) =>
    Object.fromEntries(
      await Promise.all(
        Object.entries(results).map(
          async ([name, each]) => [name, digest(await each.getData())] as const,
        ),
      ),
    );
  const feeds = feedsOf(program, 7, 3, batch);
  const once = feedsOf(program, 8, 1, batch);
  const first = await session.run(feeds);
  const state = Object.fromEntries(
    program.carried.map((carry) => {
      const next = nextName(carry);
      return [next.slice(0, -'.next'.length), first[next]!];
    }),
  );
  const second = await session.run({ ...once, ...state });
  const third = await session.run({ ...once, ...state });
  const again = await session.run(feeds);
  const found = await Promise.all([first, second, third, again].map(read));
  await session.release();
  return found;
}

test.skipIf(!isThere).each(Object.entries(updates))(
  'a step has the same bits where its state is: %s',
  async (name, update) => {
    const whole = programOf(update, false);
    expect(whole.microbatches).toBeUndefined();
    const inPlace = toInPlaceStep(whole)!;
    const given = { threads: 1, thread: {} };
    const expected = await resultsBy(whole, given, batchSize);
    expect(expected[1]).toEqual(expected[2]);
    expect(await resultsBy(whole, { ...given, inPlace }, batchSize)).toEqual(expected);

    const cut = programOf(update, true);
    const step = toInPlaceStep(cut)!;
    // A norm is no matter of single numbers.
    expect(step.between !== undefined).toBe(name === 'clipping');
    for (const batch of [batchSize, batchSize - 3, 10]) {
      const [loop, lanes, own] = await Promise.all([
        resultsBy(cut, given, batch),
        resultsBy(
          cut,
          {
            threads: 2,
            thread: {},
            microbatched: toMicrobatchedStep({ ...cut, microbatches: cut.microbatches! }),
          },
          batch,
        ),
        resultsBy(cut, { threads: 2, thread: {}, inPlace: step }, batch),
      ]);
      expect(lanes).toEqual(loop);
      expect(own).toEqual(loop);
    }
  },
);
