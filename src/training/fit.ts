import type { Tensor } from 'onnxruntime-common';
import { UserError } from '../base/errors.js';
import type { Dataset } from '../data/dataset.js';
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
  stepWork,
  updateStages,
} from '../step/index.js';
import { notify } from './callbacks.js';
import { checkIdentity, dataIdentity } from './checkpoint.js';
import { deviceOf } from './device.js';
import {
  decidingSettings,
  type FitResult,
  type FitSettings,
  fitSettings,
  type ModelFitOptions,
} from './settings.js';
import { Training } from './training.js';

/** The settings, data and model that decide a training's numbers. */
async function identityOf(
  model: Model,
  dataset: Dataset,
  settings: FitSettings,
): Promise<Readonly<Record<string, unknown>>> {
  const { seed, validation } = settings;
  return {
    seed,
    data: await dataIdentity(dataset),
    ...(validation ? { validation: await dataIdentity(validation) } : {}),
    ...decidingSettings(settings),
    ...(model.identity === undefined ? {} : { model: model.identity }),
  };
}

/** @throws UserError when a batch is larger than the data */
function checkBatchSize({ size, name }: Dataset, { batchSize }: FitSettings): void {
  if (batchSize <= size) return;
  throw new UserError(
    `batchSize ${batchSize} is more than the ${size} examples of ${name}. Use ${size} or less.`,
  );
}

/** @throws UserError when a setting works in one process alone */
function checkRanks({ ranks, device, callbacks = [] }: FitSettings): void {
  if (!ranks) return;
  if (device !== 'cpu' && device !== 'auto') {
    throw new UserError(
      `The device ${device} trains by one process, but there are ${ranks.size} ranks. Use the device cpu, or one process.`,
    );
  }
  if (callbacks.some(({ onEvents }) => onEvents)) {
    throw new UserError('A profile is of one process. Leave it out, or train without ranks.');
  }
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
 * on how steps are grouped into calls, nor on where training stopped and was resumed, nor on the number
 * of threads, except for the last bits of narrow products of matrices that threads share.
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
  options: ModelFitOptions,
): Promise<FitResult> {
  const settings = fitSettings(options);
  checkBatchSize(dataset, settings);
  checkPlayers(model, settings);
  checkRanks(settings);
  const { ranks } = settings;
  const { threads, validation, batchSize, resume, callbacks = [] } = settings;
  const layout = new Layout(
    specs,
    [{ name: mainPlayer }, ...(model.players ?? [])],
    updateStages(settings),
  );
  const work = () => stepWork(model, layout, dataset.dtype, batchSize);
  const device = await deviceOf(settings, work);
  const session: SessionOptions = {
    ...(threads === undefined ? {} : { threads }),
    device,
    thread: {},
  };
  const takesCheckpoints = callbacks.some(({ onCheckpoint }) => onCheckpoint);
  const identity =
    resume || takesCheckpoints || ranks ? await identityOf(model, dataset, settings) : {};
  if (resume) checkIdentity(resume, identity);
  const profile = callbacks.some(({ onEvents }) => onEvents);
  const compiling = {
    ...session,
    profile,
    cutting: { batchSize: ranks ? Math.ceil(batchSize / ranks.size) : batchSize },
    ranks: ranks?.address,
    onFootprint: (footprint: Footprint) => notify(callbacks, 'onFootprint', footprint),
  };
  const [program, evaluation] = await Promise.all([
    compileTraining(model, layout, dataset.dtype, compiling),
    validation && compileEvaluation(model, layout, validation.dtype, session),
  ]);
  const memory = stateMemoryOf(session);
  try {
    const training = new Training({
      ...{ model, layout, dataset, settings, identity },
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
