import type { Tensor } from 'onnxruntime-common';
import type { Dataset } from '../data/dataset.js';
import { UserError } from '../data/errors.js';
import { watchedMetric } from '../nn/index.js';
import type { SessionOptions } from '../runtime/session.js';
import { notify } from './callbacks.js';
import { type Checkpoint, checkIdentity, dataIdentity } from './checkpoint.js';
import { CheckpointClock } from './checkpoint-clock.js';
import { Steering } from './controls.js';
import { type EpochMetrics, evaluateObjective, evaluationFeeder } from './evaluate.js';
import { Feeder } from './feeder.js';
import { checkFitOptions, checkMetric } from './fit-options.js';
import type { Model } from './objective.js';
import type { Packing } from './pack.js';
import { compileEvaluation, compileTraining, type Feeds, type LoopedObjective } from './program.js';
import { residenceOf } from './residence.js';
import { Run } from './run.js';
import type { FitSettings, Stop } from './settings.js';
import { judged, nameState, packState, prefixed, under } from './state.js';
import { initialUpdateState, UpdateClock, type UpdateSettings } from './update.js';
import { MetricWatch } from './watch.js';

export interface FitResult {
  readonly epochs: readonly EpochMetrics[];
  /**
   * Those of the best epoch where one was to be kept, else those after the last step whose numbers
   * were all finite; with `ema` their average.
   */
  readonly parameters: Record<string, Tensor>;
  /** The epoch whose parameters were kept. */
  readonly best?: { readonly epoch: number; readonly metric: string; readonly value: number };
  readonly stopped?: Stop;
}

/** Checks what every run needs of its data and settings. @throws UserError */
function checkFit(dataset: Dataset, settings: FitSettings): void {
  const whole = (name: 'epochs' | 'batchSize', least: number) => {
    const value = settings[name];
    if (!Number.isInteger(value) || value < least) {
      throw new UserError(`${name} must be a whole number from ${least}, not ${value}.`);
    }
  };
  whole('epochs', 0);
  whole('batchSize', 1);
  if (settings.batchSize > dataset.size) {
    throw new UserError(
      `batchSize ${settings.batchSize} is more than the ${dataset.size} examples of ${dataset.name}. Use ${dataset.size} or less.`,
    );
  }
}

/** @throws UserError when a batch is smaller than a layer can be trained with */
function checkBatches(program: LoopedObjective, dataset: Dataset, batchSize: number): void {
  const last = dataset.size % batchSize || batchSize;
  for (const { layer, least } of program.batchNeeds) {
    if (last >= least) continue;
    const found =
      last === batchSize
        ? `batchSize is ${batchSize}`
        : `the last of ${dataset.size} examples in batches of ${batchSize} has ${last}`;
    throw new UserError(
      `${layer} needs at least ${least} examples in each training batch, but ${found}. Use another batchSize.`,
    );
  }
}

/** What decides the numbers of a run. */
async function identityOf(
  model: Model,
  dataset: Dataset,
  settings: FitSettings,
  options: ReturnType<typeof checkFitOptions>,
): Promise<Checkpoint['identity']> {
  const { seed, batchSize, optimizer, validation } = settings;
  // How often and how long may change; the data holds what was split off or made binary.
  const { checkpoint: _, onNonFinite: __, validationSplit: ___, ...rest } = options;
  return {
    seed,
    batchSize,
    data: await dataIdentity(dataset),
    ...(validation ? { validation: await dataIdentity(validation) } : {}),
    optimizer: { ...optimizer.options, type: optimizer.type },
    ...rest,
    ...(model.identity === undefined ? {} : { model: model.identity }),
  };
}

/** The run at its first step, or where a checkpoint was taken. */
function runAt(
  parts: ConstructorParameters<typeof Run>[0],
  initial: Readonly<Record<string, Tensor>>,
  update: UpdateSettings,
  resume: Checkpoint | undefined,
): Run {
  const { packing } = parts;
  if (!resume) {
    const state = {
      ...packing.packModel(initial),
      ...initialUpdateState(packing, initial, update),
    };
    const totals = { examples: 0, sums: {} };
    return new Run(parts, state, { step: 0, epoch: 1, batch: 0, totals });
  }
  const { tensors, seconds, skipped } = resume;
  const state = packState(packing, tensors, update);
  const back = under('anchor', tensors);
  const anchor = Object.keys(back).length > 0 ? packState(packing, back, update) : state;
  return new Run(parts, state, resume, seconds, skipped, anchor);
}

/**
 * Trains a model. Step number and seed alone decide order and noise, so the result does not depend
 * on how steps are grouped into calls, nor on where training stopped and was resumed; nor, but for
 * the last bits of narrow products of matrices that threads share, on their number.
 * @param initial the parameters to start from, by name
 * @throws UserError when data, model and settings do not fit together, or when `resume` is a
 *   checkpoint of another run
 */
export async function fit(
  model: Model,
  packing: Packing,
  initial: Readonly<Record<string, Tensor>>,
  dataset: Dataset,
  settings: FitSettings,
): Promise<FitResult> {
  checkFit(dataset, settings);
  const options = checkFitOptions(settings);
  const { optimizer, validation, seed, epochs, batchSize, resume, signal, callbacks, threads } =
    settings;
  const session: SessionOptions = {
    ...(threads === undefined ? {} : { threads }),
    ...(settings.device === undefined ? {} : { device: settings.device }),
    thread: {},
  };
  const residence = residenceOf(session);
  const profile = callbacks?.some(({ onEvents }) => onEvents) ?? false;
  const update = { ...options, optimizer, epochs };
  const keepsCheckpoints = callbacks?.some(({ onCheckpoint }) => onCheckpoint) ?? false;
  const identity =
    resume || keepsCheckpoints ? await identityOf(model, dataset, settings, options) : {};
  if (resume) checkIdentity(resume, identity);
  const [program, evaluation] = await Promise.all([
    compileTraining(model, packing, update, dataset.dtype, {
      ...session,
      profile,
      cutting: { batchSize },
      onFootprint: (footprint) => notify(callbacks, 'onFootprint', footprint),
    }),
    validation && compileEvaluation(model, packing, validation.dtype, session),
  ]);
  const history: EpochMetrics[] = [];
  const { earlyStopping, keepBest } = options;
  const patience = earlyStopping && new MetricWatch(earlyStopping.metric, earlyStopping.minDelta);
  const watch = keepBest === undefined ? undefined : new MetricWatch(keepBest);
  let best: Feeds | undefined;
  /** Takes in an epoch's metrics. Returns whether they are the best. */
  const see = (line: EpochMetrics): boolean => {
    history.push(line);
    patience?.see(line);
    return watch?.see(line) ?? false;
  };
  const ranOut = () => patience !== undefined && patience.waited >= earlyStopping!.patience;
  try {
    checkBatches(program, dataset, batchSize);
    const check = (metric: string | undefined, where: string) => {
      if (metric === undefined) return;
      checkMetric(metric, where, program.metricNames, validation !== undefined);
    };
    check(watchedMetric(optimizer.learningRate), `${optimizer.type}.learningRate.metric`);
    check(earlyStopping?.metric, 'fit.earlyStopping.metric');
    check(keepBest, 'fit.keepBest');
    const clock = new UpdateClock(update, dataset.size, batchSize);
    const steering = new Steering(model.schedules, settings.controls, resume?.changes);
    const checkpoints = new CheckpointClock(options.checkpoint);
    const feeder = new Feeder(dataset, program, seed, 'training', {
      augment: options.augment,
      binarize: options.binarize === 'dynamic',
    });
    const noGradients = (options.accumulate ?? 1) > 1 ? packing.zeros('accumulated') : {};
    const fixed = {
      ...{ packing, dataset, settings, program, residence },
      ...{ feeder, clock, steering, checkpoints },
    };
    let taken = '';
    const onCheckpoint = async () => {
      checkpoints.restart();
      const { position, skipped, seconds, state, anchor } = run;
      // The last one may stand where another was just taken.
      const place = `${position.step}/${position.epoch}`;
      if (!keepsCheckpoints || place === taken) return;
      taken = place;
      const back = options.onNonFinite === 'rollback' && anchor !== state;
      const named = async (feeds: Feeds) =>
        nameState(packing, await residence.onHost(feeds), update);
      await notify(callbacks, 'onCheckpoint', {
        identity,
        ...position,
        seconds,
        history: [...history],
        changes: [...steering.changes],
        skipped,
        tensors: {
          ...(await named(state)),
          ...(best ? prefixed('best', packing.unpackModel(best)) : {}),
          ...(back ? prefixed('anchor', await named(anchor)) : {}),
        },
      });
    };
    const run: Run = runAt(
      { ...fixed, noGradients, history, onCheckpoint },
      initial,
      update,
      resume,
    );
    for (const line of resume?.history ?? []) see(line);
    if (resume && watch && watch.best.epoch > 0) {
      best = packing.packModel(under('best', resume.tensors));
    }
    const judge = evaluation && validation && evaluationFeeder(evaluation, validation, seed);
    /** Metrics of the validation data; undefined when it was stopped. */
    const validate = async (): Promise<Readonly<Record<string, number>> | undefined> => {
      if (!evaluation || !validation) return {};
      try {
        return await evaluateObjective(evaluation, judged(run.state), validation, {
          batchSize: evaluation.batchSize,
          seed,
          schedules: steering.schedules,
          step: run.position.step,
          signal,
          feeder: judge,
        });
      } catch (error) {
        if (signal?.aborted) return undefined;
        throw error;
      }
    };
    await notify(callbacks, 'onStart');
    while (run.epoch <= epochs && !ranOut()) {
      await run.trainEpoch();
      if (run.stopped) break;
      const validated = await validate();
      if (!validated) {
        run.stopped = { reason: 'aborted' };
        break;
      }
      const { epoch, seconds, metrics, batches: steps } = run;
      const scheduled = typeof optimizer.learningRate !== 'number' || steering.steersRate;
      const rate = clock.learningRate(clock.changesBy(epoch) - 1, history);
      const line: EpochMetrics = {
        epoch,
        ...metrics,
        ...prefixedMetrics(validated),
        ...(scheduled ? { learning_rate: steering.rate(rate) } : {}),
        seconds,
        steps,
      };
      if (see(line)) best = judged(await residence.onHost(run.state));
      run.nextEpoch();
      await notify(callbacks, 'onEpochEnd', line);
      if (checkpoints.isDue(run.position.step, epoch)) await onCheckpoint();
    }
    if (!run.stopped && ranOut()) {
      run.stopped = { reason: 'early-stopping', metric: earlyStopping!.metric };
    }
    await onCheckpoint();
    if (profile) await notify(callbacks, 'onEvents', await program.session.events!());
    const last = judged(await residence.onHost(run.state));
    residence.free({ ...run.anchor }, [run.state]);
    residence.free(run.state, []);
    return {
      epochs: history,
      parameters: packing.unpackModel(best ?? last),
      ...(best && watch ? { best: { ...watch.best, metric: watch.metric } } : {}),
      ...(run.stopped ? { stopped: run.stopped } : {}),
    };
  } finally {
    await residence.release();
    await program.session.release();
    await evaluation?.session.release();
  }
}

const prefixedMetrics = (metrics: Readonly<Record<string, number>>) =>
  Object.fromEntries(Object.entries(metrics).map(([name, value]) => [`val_${name}`, value]));
