import {
  type NumbersInForce,
  numbersInForce,
  settingsInForce,
} from '../../../src/training/in-force.js';
import type { Change, Checkpoint, Controls } from '../../../src/training/index.js';
import { formFields } from './fields.js';

/** Numbers that are in force in the place of planned ones, by the names of their fields. */
export type Steered = Readonly<Record<string, number>>;

/** A number that was changed while a model trained. */
export interface NumberChange {
  /** Epochs that were done by then, with the part of the one under way. */
  readonly epochs: number;
  /** The name of its field. */
  readonly name: string;
  readonly value: number;
}

const ofObjective = 'model.objective.';

const liveFields = formFields.filter(({ live }) => live);

/** Steered numbers as the library names them. */
function numbersOf(steered: Steered): NumbersInForce {
  const given = liveFields.filter(({ name }) => steered[name] !== undefined);
  const rate = given.find(({ path }) => !path.startsWith(ofObjective));
  const schedules = given.filter(({ path }) => path.startsWith(ofObjective));
  return {
    ...(rate ? { learningRate: steered[rate.name]! } : {}),
    schedules: Object.fromEntries(
      schedules.map(({ name, path }) => [path.slice(ofObjective.length), steered[name]!]),
    ),
  };
}

/** The controls of a training by which steered numbers are in force. */
export const controlsOf = (steered: Steered): Controls => ({ ...numbersOf(steered) });

/** The config of a run as its numbers now are. */
export function configInForce<
  Run extends { readonly model?: unknown; readonly training?: unknown },
>(config: Run, steered: Steered = {}): Run {
  const training = config.training as { readonly optimizer?: unknown } | undefined;
  const numbers = numbersOf(steered);
  const { model } = settingsInForce({ model: config.model }, numbers);
  const { optimizer } = settingsInForce({ optimizer: training?.optimizer }, numbers);
  return { ...config, model, training: { ...training, ...(optimizer ? { optimizer } : {}) } };
}

/** A checkpoint whose training goes on with steered numbers, also with ones that no step has seen yet. */
export function checkpointInForce(checkpoint: Checkpoint, steered: Steered = {}): Checkpoint {
  const { changes, step } = checkpoint;
  const { learningRate: rate, schedules } = numbersInForce(changes);
  const wanted = numbersOf(steered);
  const isRate = wanted.learningRate !== undefined && wanted.learningRate !== rate;
  const others = Object.entries(wanted.schedules).filter(([name, x]) => schedules[name] !== x);
  if (!isRate && others.length === 0) return checkpoint;
  const change = {
    step: step + 1,
    ...(isRate ? { learningRate: wanted.learningRate! } : {}),
    ...(others.length > 0 ? { schedules: Object.fromEntries(others) } : {}),
  };
  return { ...checkpoint, changes: [...changes, change] };
}

/** Changes of a training as the page shows them. @param stepsPerEpoch of this training */
export function numberChanges(changes: readonly Change[], stepsPerEpoch: number): NumberChange[] {
  return changes.flatMap(({ step, learningRate, schedules = {} }) => {
    const epochs = (step - 1) / stepsPerEpoch;
    return liveFields.flatMap(({ name, path }) => {
      const value = path.startsWith(ofObjective)
        ? schedules[path.slice(ofObjective.length)]
        : learningRate;
      return typeof value === 'number' ? [{ epochs, name, value }] : [];
    });
  });
}
