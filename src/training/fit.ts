import type { Tensor } from 'onnxruntime-common';
import type { Dataset } from '../data/dataset.js';
import { UserError } from '../data/errors.js';
import type { Optimizer } from '../nn/index.js';
import type { SessionOptions } from '../runtime/session.js';
import {
  compileEvaluation,
  compileTraining,
  type Footprint,
  Layout,
  type Model,
  mainPlayer,
  type ParameterSpec,
  stateMemoryOf,
  updateStages,
} from '../step/index.js';
import { notify } from './callbacks.js';
import { checkIdentity, dataIdentity } from './checkpoint.js';
import { checkFitOptions, mostThreads } from './fit-options.js';
import type { FitResult, FitSettings } from './settings.js';
import { Training } from './training.js';

/** Checks data and settings as every training needs them. @throws UserError */
function checkFit(dataset: Dataset, settings: FitSettings): void {
  const whole = (
    name: 'epochs' | 'batchSize' | 'stepsPerCall' | 'threads',
    least: number,
    most = Infinity,
  ) => {
    const value = settings[name];
    if (value === undefined) return;
    if (Number.isSafeInteger(value) && value >= least && value <= most) return;
    const end = most === Infinity ? '' : ` to ${most}`;
    throw new UserError(`${name} must be a whole number from ${least}${end}, not ${value}.`);
  };
  whole('epochs', 0);
  whole('batchSize', 1);
  whole('stepsPerCall', 1);
  whole('threads', 1, mostThreads);
  const { device = 'cpu' } = settings;
  if (device !== 'cpu' && device !== 'webgpu') {
    throw new UserError(`device must be cpu or webgpu, not ${String(device)}.`);
  }
  if (settings.batchSize > dataset.size) {
    throw new UserError(
      `batchSize ${settings.batchSize} is more than the ${dataset.size} examples of ${dataset.name}. Use ${dataset.size} or less.`,
    );
  }
}

/** The settings, data and model that decide a training's numbers. */
async function identityOf(
  model: Model,
  dataset: Dataset,
  settings: FitSettings,
  options: ReturnType<typeof checkFitOptions>,
): Promise<Readonly<Record<string, unknown>>> {
  const { seed, batchSize, optimizer, players, validation } = settings;
  const described = (each: Optimizer) => ({ ...each.options, type: each.type });
  const others = Object.entries(players ?? {}).flatMap(([name, { optimizer: own }]) =>
    own ? [[name, described(own)] as const] : [],
  );
  // How often and how long may change; the data holds what was split off or made binary.
  const { checkpoint: _, onNonFinite: __, validationSplit: ___, ...rest } = options;
  return {
    seed,
    batchSize,
    data: await dataIdentity(dataset),
    ...(validation ? { validation: await dataIdentity(validation) } : {}),
    optimizer: described(optimizer),
    ...(others.length > 0 ? { players: Object.fromEntries(others) } : {}),
    ...rest,
    ...(model.identity === undefined ? {} : { model: model.identity }),
  };
}

/** @throws UserError when settings name a player that the model does not have */
function checkPlayers({ players = [] }: Model, settings: FitSettings): void {
  const names = [mainPlayer, ...players.map(({ name }) => name)];
  const unknown = Object.keys(settings.players ?? {}).find((name) => !names.includes(name));
  if (unknown === undefined) return;
  throw new UserError(
    `players: the model has no player '${unknown}', but ${names.join(', ')}. Name one of them.`,
  );
}

/**
 * Trains a model. Step number and seed alone decide order and noise, so the result does not depend
 * on how steps are grouped into calls, nor on where training stopped and was resumed; nor, but for
 * the last bits of narrow products of matrices that threads share, on their number.
 * @param specs of all tensors of the model
 * @param initial the parameters to start from, by name
 * @throws UserError when data, model and settings do not fit together, or when `resume` is a
 *   checkpoint of another run
 */
export async function fit(
  model: Model,
  specs: readonly ParameterSpec[],
  initial: Readonly<Record<string, Tensor>>,
  dataset: Dataset,
  settings: FitSettings,
): Promise<FitResult> {
  checkFit(dataset, settings);
  checkPlayers(model, settings);
  const options = checkFitOptions(settings);
  const { validation, batchSize, resume, callbacks = [] } = settings;
  const update = { ...options, optimizer: settings.optimizer, players: settings.players };
  const layout = new Layout(
    specs,
    [{ name: mainPlayer }, ...(model.players ?? [])],
    updateStages(update),
  );
  const session: SessionOptions = {
    ...(settings.threads === undefined ? {} : { threads: settings.threads }),
    ...(settings.device === undefined ? {} : { device: settings.device }),
    thread: {},
  };
  const takesCheckpoints = callbacks.some(({ onCheckpoint }) => onCheckpoint);
  const identity =
    resume || takesCheckpoints ? await identityOf(model, dataset, settings, options) : {};
  if (resume) checkIdentity(resume, identity);
  const profile = callbacks.some(({ onEvents }) => onEvents);
  const compiling = {
    ...session,
    profile,
    cutting: { batchSize },
    onFootprint: (footprint: Footprint) => notify(callbacks, 'onFootprint', footprint),
  };
  const [program, evaluation] = await Promise.all([
    compileTraining(model, layout, dataset.dtype, compiling),
    validation && compileEvaluation(model, layout, validation.dtype, session),
  ]);
  const memory = stateMemoryOf(session);
  try {
    const training = new Training({
      ...{ model, layout, dataset, settings, options, update, identity },
      ...{ program, evaluation, memory, takesCheckpoints },
    });
    const result = await training.run(initial);
    if (profile) await notify(callbacks, 'onEvents', await program.session.events!());
    return result;
  } finally {
    await memory.release();
    await program.session.release();
    await evaluation?.session.release();
  }
}
