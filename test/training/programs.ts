import { Tensor } from 'onnxruntime-common';
import { fillNormal, fillUniform, randomStream } from '../../src/base/random.js';
import { elementCount } from '../../src/base/shape.js';
import type { LoopProgram, Value } from '../../src/graph/index.js';
import { inputName } from '../../src/graph/program.js';
import type { VAE } from '../../src/index.js';
import type { Optimizer } from '../../src/nn/index.js';
import * as optimizers from '../../src/nn/optimizers/all.js';
import type { Cutting } from '../../src/step/computed.js';
import {
  Layout,
  mainPlayer,
  type Player,
  sizesAt,
  type UpdateSettings,
  updateStages,
} from '../../src/step/index.js';
import { trainingProgram } from '../../src/step/program.js';

/** Keeps the gradient as it comes, and changes nothing. */
const keepGradient: Optimizer = {
  type: 'keep',
  options: {},
  learningRate: 0,
  slots: ['gradient'],
  scalars: () => ({}),
  update: (gradient, parameter) => ({ parameter, slots: { gradient } }),
};

/** Every optimizer by itself, and one with each stage of an update. */
export const updates: Record<string, UpdateSettings> = {
  ...Object.fromEntries(
    Object.entries(optimizers).map(([name, make]) => [
      name,
      { optimizer: (make as () => Optimizer)() },
    ]),
  ),
  accumulating: { optimizer: optimizers.adam(), accumulate: 3 },
  averaging: { optimizer: optimizers.adam(), ema: 0.9 },
  clipping: { optimizer: optimizers.adam(), clipGradients: { norm: 0.5 } },
};

/**
 * The layout of parameters that are there already, and of their update's state.
 * @param states names of those that are not trained
 */
export function layoutOf(
  parameters: Readonly<Record<string, Tensor>>,
  update: UpdateSettings,
  players: readonly Player[] = [],
  states: readonly string[] = [],
): Layout {
  const specs = Object.entries(parameters).map(
    ([name, { dims }]) =>
      ({
        name,
        shape: dims,
        initializer: 'zeros',
        trained: !states.includes(name),
      }) as const,
  );
  return new Layout(specs, [{ name: mainPlayer }, ...players], updateStages(update));
}

/** The training step of a model whose optimizer puts out the gradient. */
export function programOf(
  vae: VAE,
  dtype: 'uint8' | 'float32',
  cutting?: Cutting,
  states: readonly string[] = [],
): LoopProgram {
  const model = vae.model();
  const players = model.players?.map((player) => ({ ...player, optimizer: keepGradient }));
  const layout = layoutOf(vae.parameters(), { optimizer: keepGradient }, players, states);
  return trainingProgram(model, layout, dtype, cutting).program;
}

/** Random feeds of a step that is repeated. */
export function feedsOf(
  program: LoopProgram,
  seed: number,
  steps: number,
  batch: number,
): Record<string, Tensor> {
  const drawn = (value: Value, leading: readonly number[]) => {
    const name = inputName(value);
    const dims = [...leading, ...sizesAt(value.shape, batch)];
    let values = new Float32Array(elementCount(dims));
    const stream = randomStream(seed, name);
    if (name.startsWith('parameters') || name.startsWith('noise')) fillNormal(stream, values);
    else fillUniform(stream, values);
    // Parameters are so near to 0 that no layer's output overflows.
    if (name.startsWith('parameters')) values = values.map((value) => value / 10);
    return [
      name,
      value.dtype === 'uint8'
        ? new Tensor(
            'uint8',
            Uint8Array.from(values, (each) => each * 256),
            dims,
          )
        : new Tensor('float32', values, dims),
    ] as const;
  };
  return {
    iterations: new Tensor('int64', BigInt64Array.of(BigInt(steps)), []),
    ...Object.fromEntries([
      ...program.carried.map(({ current }) => drawn(current, [])),
      ...program.steps.map((value) => drawn(value, [steps])),
      ...program.invariant.map((value) => drawn(value, [])),
    ]),
  };
}
