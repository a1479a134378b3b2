import type { Tensor } from 'onnxruntime-common';
import { UserError } from '../base/errors.js';
import type { Dataset } from '../data/dataset.js';
import { watchedMetric } from '../nn/index.js';
import {
  type Feeds,
  type Layout,
  type LoopedEvaluation,
  type LoopedObjective,
  type Model,
  mainPlayer,
  type StateMemory,
  UpdateClock,
} from '../step/index.js';
import { Agreement } from './agreement.js';
import { notify, type TrainingEnd } from './callbacks.js';
import { bestTensors, type Checkpoint, checkpointTensors, stateTensors } from './checkpoint.js';
import { CheckpointClock } from './checkpoint-clock.js';
import { Overrides } from './controls.js';
import {
  afterTraining,
  type EpochMetrics,
  evaluateObjective,
  evaluationFeeder,
  numberAt,
} from './evaluate.js';
import { Feeder } from './feeder.js';
import { History } from './history.js';
import { TrainingLoop } from './loop.js';
import { checkMetric, type FitResult, type FitSettings, type Stop } from './settings.js';

/** Parts of a training, checked and compiled. */
export interface TrainingParts {
  readonly model: Model;
  readonly layout: Layout;
  readonly dataset: Dataset;
  readonly settings: FitSettings;
  /** The settings, data and model that decide its numbers. */
  readonly identity: Checkpoint['identity'];
  readonly program: LoopedObjective;
  /** The objective alone, where there is validation data. */
  readonly evaluation: LoopedEvaluation | undefined;
  readonly memory: StateMemory;
  readonly takesCheckpoints: boolean;
}

/** @throws UserError when a batch is smaller than a layer can be trained with */
function checkBatches({ program, dataset, settings }: TrainingParts): void {
  const { batchSize, ranks: { size } = { size: 1 } } = settings;
  const last = dataset.size % batchSize || batchSize;
  for (const { layer, least } of program.batchNeeds) {
    if (Math.floor(last / size) >= least) continue;
    const found =
      last === batchSize
        ? `batchSize is ${batchSize}`
        : `the last of ${dataset.size} examples in batches of ${batchSize} has ${last}`;
    throw new UserError(
      size === 1
        ? `${layer} needs at least ${least} examples in each training batch, but ${found}. Use another batchSize.`
        : `${layer} needs at least ${least} examples in each training batch of each rank, but ${found}, for ${size} ranks. Use another batchSize.`,
    );
  }
}

/** Checks that all metrics that settings name exist. @throws UserError */
function checkMetrics({ program, settings }: TrainingParts): void {
  const { optimizer, players = {}, validation } = settings;
  const check = (metric: string | undefined, where: string) => {
    if (metric === undefined) return;
    checkMetric(metric, where, program.metricNames, validation !== undefined);
  };
  for (const { optimizer: each } of [{ optimizer }, ...Object.values(players)]) {
    if (each) check(watchedMetric(each.learningRate), `${each.type}.learningRate.metric`);
  }
  check(settings.earlyStopping?.metric, 'fit.earlyStopping.metric');
  check(settings.keepBest, 'fit.keepBest');
}

/** The state of a training that ended for a reason; without one it reached its last epoch. */
function stateOf(stopped: Stop | undefined): TrainingEnd['state'] {
  if (stopped?.reason === 'aborted') return 'stopped';
  return stopped?.reason === 'non-finite' ? 'failed' : 'finished';
}

/** Milliseconds between copies of parameters to the host, where no callback looks at each epoch's. */
const unseenMilliseconds = 1000;

/** Another rank was told to stop while it validated. */
class Stopped extends Error {}

/** A training from its first step, or from a checkpoint, to its end. */
export class Training {
  private readonly agreement: Agreement;
  private readonly history: History;
  private readonly clock: UpdateClock;
  /** Epochs over which schedules without a length of their own run. */
  private readonly scheduleEpochs: number;
  private readonly overrides: Overrides;
  private readonly checkpoints: CheckpointClock;
  private readonly validationFeeder: Feeder | undefined;
  /** The model's tensors of the epoch to keep. */
  private best: Record<string, Tensor> | undefined;
  /** The time at which parameters were last brought to the host. */
  private given = Number.NEGATIVE_INFINITY;
  /** The place of the last checkpoint. */
  private taken = '';

  /** @throws UserError when settings do not fit the objective or the data */
  constructor(private readonly parts: TrainingParts) {
    const { dataset, evaluation, model, settings } = parts;
    const { batchSize, resume, seed, validation } = settings;
    checkBatches(parts);
    checkMetrics(parts);
    this.agreement = new Agreement(settings.ranks);
    this.history = new History(settings);
    const players = [{ name: mainPlayer }, ...(model.players ?? [])];
    this.scheduleEpochs = resume?.scheduleEpochs ?? settings.epochs;
    const scheduled = { ...settings, epochs: this.scheduleEpochs };
    this.clock = new UpdateClock(players, scheduled, dataset.size, batchSize);
    this.overrides = new Overrides(model.schedules, resume?.changes);
    this.checkpoints = new CheckpointClock(settings.checkpoint);
    this.validationFeeder =
      evaluation && validation && evaluationFeeder(evaluation, validation, seed);
  }

  /**
   * Trains to the last epoch, or to where settings or numbers end it.
   * @param initial the model's tensors by name
   */
  async run(initial: Readonly<Record<string, Tensor>>): Promise<FitResult> {
    const { history } = this;
    const { callbacks, epochs, resume } = this.parts.settings;
    const loop = this.loopFrom(initial);
    await this.requireAlike(loop);
    for (const line of resume?.history ?? []) history.see(line, this.isFinal(line.epoch));
    if (resume && history.best) this.best = bestTensors(resume);
    if (this.endsEarly) {
      await notify(
        callbacks,
        'onNote',
        `Schedules without a length of their own ended with epoch ${this.scheduleEpochs}, as the first training had it: later epochs go on with their last numbers. Give a schedule its epochs to have it otherwise.`,
      );
    }
    await this.tellParts();
    await notify(callbacks, 'onStart');
    try {
      await this.trainTo(loop, epochs);
    } catch (error) {
      // The first fault is the one to tell.
      await notify(callbacks, 'onEnd', { state: 'failed', error }).catch(() => undefined);
      throw error;
    }
    await notify(callbacks, 'onEnd', { state: stateOf(loop.stopped) });
    return this.resultOf(loop);
  }

  /** Tells where ranks see less than one process would. */
  private async tellParts(): Promise<void> {
    const { program, settings } = this.parts;
    const { callbacks, ranks } = settings;
    if (!ranks || program.byParts.length === 0) return;
    await notify(
      callbacks,
      'onNote',
      `Batch normalization (${program.byParts.join(', ')}): each of the ${ranks.size} ranks takes the statistics of its own part of a batch, and running ones are the means of theirs, so that losses are not those of one process.`,
    );
  }

  /** Checks that ranks begin with the same settings, data and state. @throws UserError */
  private async requireAlike({ state, position }: TrainingLoop): Promise<void> {
    const { identity, settings } = this.parts;
    if (!settings.ranks) return;
    const sums = Object.values(state).map(({ data }) =>
      (data as Float32Array).reduce((sum, value) => sum + value, 0),
    );
    const { epochs, onNonFinite } = settings;
    await this.agreement.require([identity, epochs, onNonFinite, position, sums]);
  }

  /** Trains to the last epoch, or to where training is stopped, and gives the last checkpoint. */
  private async trainTo(loop: TrainingLoop, epochs: number): Promise<void> {
    const { history } = this;
    while (loop.epoch <= epochs && history.exhausted === undefined) {
      await loop.trainEpoch();
      if (loop.stopped) break;
      const validated = await this.validate(loop);
      if (!validated) {
        loop.stopped = { reason: 'aborted' };
        break;
      }
      await this.endEpoch(loop, validated);
    }
    if (!loop.stopped && history.exhausted !== undefined) {
      loop.stopped = { reason: 'early-stopping', metric: history.exhausted };
    }
    await this.checkpoint(loop);
  }

  /** Tells whether schedules end before a training that was given more epochs. */
  private get endsEarly(): boolean {
    const { model, settings } = this.parts;
    const { epochs, optimizer } = settings;
    const numbers = [optimizer.learningRate, ...Object.values(model.schedules)];
    const isOpen = (each: unknown) =>
      typeof each === 'object' && each !== null && !('epochs' in each && each.epochs !== undefined);
    return this.scheduleEpochs < epochs && numbers.some(isOpen);
  }

  /** Tells whether the objective's numbers stand at the end of an epoch where they stand after training. */
  private isFinal(epoch: number): boolean {
    const { dataset, model, settings } = this.parts;
    const steps = epoch * Math.ceil(dataset.size / settings.batchSize);
    const moment = this.clock.scheduleMoment(steps, []);
    return Object.values(model.schedules).every((each) => {
      const [now, end] = [numberAt(each, moment), numberAt(each, afterTraining)];
      return Math.abs(now - end) <= 1e-6 * Math.abs(end);
    });
  }

  /** The loop at its first step, or where the checkpoint was taken. */
  private loopFrom(initial: Readonly<Record<string, Tensor>>): TrainingLoop {
    const { dataset, layout, memory, program, settings } = this.parts;
    const changes = { augment: settings.augment, binarize: settings.binarize === 'dynamic' };
    const { seed, ranks } = settings;
    const feeder = new Feeder(dataset, program, seed, 'training', changes, ranks);
    const parts = {
      ...{ layout, dataset, settings, program, memory, feeder },
      ...{
        agreement: this.agreement,
        clock: this.clock,
        overrides: this.overrides,
        history: this.history,
      },
      checkpoints: this.checkpoints,
      onCheckpoint: () => this.checkpoint(loop),
    };
    const { resume } = settings;
    const state = resume ? layout.readState(stateTensors(resume)) : layout.initialState(initial);
    const back = resume && stateTensors(resume, 'anchor');
    const totals = { examples: 0, sums: {} };
    const loop: TrainingLoop = new TrainingLoop(parts, {
      state,
      position: resume ?? { step: 0, epoch: 1, batch: 0, totals },
      ...(resume ? { seconds: resume.seconds, skipped: resume.skipped } : {}),
      ...(back && Object.keys(back).length > 0 ? { anchor: layout.readState(back) } : {}),
    });
    return loop;
  }

  /** Metrics of the validation data; undefined when it was stopped. */
  private async validate(
    loop: TrainingLoop,
  ): Promise<Readonly<Record<string, number>> | undefined> {
    const { evaluation, layout, settings } = this.parts;
    const { ranks, seed, signal, validation } = settings;
    if (!evaluation || !validation) return {};
    const { agreement } = this;
    let isTold = false;
    const gather = async (values: Float64Array) => {
      isTold = true;
      if (await agreement.any(false)) throw new Stopped();
      await agreement.fill(values);
    };
    try {
      return await evaluateObjective(evaluation, layout.averagedFeeds(loop.state), validation, {
        batchSize: evaluation.batchSize,
        seed,
        schedules: this.overrides.schedules,
        // Weights of the end, so that epochs can be compared while a weight grows.
        moment: afterTraining,
        signal,
        feeder: this.validationFeeder,
        ...(ranks && { ranks, gather }),
      });
    } catch (error) {
      if (error instanceof Stopped) return undefined;
      if (!signal?.aborted) throw error;
      if (!isTold) await agreement.any(true);
      return undefined;
    }
  }

  /** Tells of an epoch, keeps its parameters where they are the best, and goes on to the next. */
  private async endEpoch(
    loop: TrainingLoop,
    validated: Readonly<Record<string, number>>,
  ): Promise<void> {
    const { history, overrides } = this;
    const { callbacks, onParameters } = this.parts.settings;
    const { epoch, seconds, metrics, batches: steps } = loop;
    const rate = overrides.rate(this.clock.rateAtEndOf(epoch, history.epochs), mainPlayer);
    const line: EpochMetrics = {
      epoch,
      ...metrics,
      ...Object.fromEntries(Object.entries(validated).map(([name, x]) => [`val_${name}`, x])),
      ...this.numbersAtEndOf(epoch),
      learning_rate: rate,
      seconds,
      steps,
    };
    const isBest = history.see(line, this.isFinal(epoch));
    if (isBest || this.givesParameters()) {
      const tensors = await this.averaged(loop.state);
      onParameters?.(tensors);
      if (isBest) this.best = tensors;
    }
    loop.nextEpoch();
    await notify(callbacks, 'onEpochEnd', line);
    if (this.checkpoints.isDue(loop.position.step, epoch)) await this.checkpoint(loop);
  }

  /** The objective's numbers as the last step of an epoch saw them. */
  private numbersAtEndOf(epoch: number): Record<string, number> {
    const { dataset, model, settings } = this.parts;
    const steps = epoch * Math.ceil(dataset.size / settings.batchSize);
    const moment = this.clock.scheduleMoment(steps, this.history.epochs);
    const { schedules } = this.overrides;
    return Object.fromEntries(
      (model.told ?? []).map((name) => [name, numberAt(schedules[name]!, moment)]),
    );
  }

  /** Decides if this epoch's parameters come to the host: that takes as long as a short step does. */
  private givesParameters(): boolean {
    const { callbacks = [], onParameters } = this.parts.settings;
    if (!onParameters) return false;
    const isLookedAt = callbacks.some(({ onEpochEnd, onProgress }) => onEpochEnd || onProgress);
    if (!isLookedAt && performance.now() - this.given < unseenMilliseconds) return false;
    this.given = performance.now();
    return true;
  }

  /** The tensors that a model is judged by, of a state. */
  private async averaged(state: Feeds): Promise<Record<string, Tensor>> {
    const { layout, memory } = this.parts;
    return layout.modelOf(await memory.onHost(layout.averagedFeeds(state)));
  }

  /** Gives a checkpoint, unless the last one stands at the same place. */
  private async checkpoint(loop: TrainingLoop): Promise<void> {
    this.checkpoints.restart();
    const { identity, layout, memory, settings, takesCheckpoints } = this.parts;
    const { position, skipped, seconds, state, anchor } = loop;
    const place = `${position.step}/${position.epoch}`;
    if (!takesCheckpoints || place === this.taken) return;
    this.taken = place;
    const named = async (feeds: Feeds) => layout.nameState(await memory.onHost(feeds));
    // A resumed training may go on by rollback where a number that is not finite stopped it.
    const mayGoBack = settings.onNonFinite === 'rollback' || loop.stopped?.reason === 'non-finite';
    const isApart = mayGoBack && anchor !== state;
    const tensors = checkpointTensors({
      state: await named(state),
      ...(this.best ? { best: this.best } : {}),
      ...(isApart ? { anchor: await named(anchor) } : {}),
    });
    await notify(settings.callbacks, 'onCheckpoint', {
      identity,
      ...position,
      seconds,
      scheduleEpochs: this.scheduleEpochs,
      history: [...this.history.epochs],
      changes: [...this.overrides.changes],
      skipped,
      tensors,
    });
  }

  /** The result, once the state's memory is given back. */
  private async resultOf(loop: TrainingLoop): Promise<FitResult> {
    const { memory } = this.parts;
    const { best } = this.history;
    const last = this.best ?? (await this.averaged(loop.state));
    memory.free({ ...loop.anchor }, [loop.state]);
    memory.free(loop.state, []);
    return {
      epochs: this.history.epochs,
      parameters: last,
      ...(this.best && best ? { best } : {}),
      ...(loop.stopped ? { stopped: loop.stopped } : {}),
    };
  }
}
