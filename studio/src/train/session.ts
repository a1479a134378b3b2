import { batch } from '@preact/signals';
import { proxy } from 'comlink';
import { dataEntry, ownData } from '../data/store.js';
import type { TrainEvents } from '../model/api.js';
import { type ModelClient, startModelWorker } from '../model/client.js';
import { helper } from '../model/helper.js';
import { changeKept, checkpointFile, keptFile, keptRun } from '../runs/kept.js';
import { hear, live } from '../runs/live.js';
import { refreshRuns, runs } from '../runs/store.js';
import type { KeptRun, Position } from '../storage/database.js';
import { seeFrame, seeRecord } from './learning.js';
import type { Plan, TrainSettings } from './settings.js';
import {
  canGoOn,
  canSteer,
  changes,
  isBusy,
  marginals,
  metrics,
  phase,
  pictures,
  problem,
  progress,
  put,
  run,
  secondsLeft,
  steered,
  takeOver,
  trace,
  unkept,
} from './state.js';
import type { Steered } from './steering.js';
import { heldRuns, hold, tell } from './tabs.js';
import { TimeLeft } from './time-left.js';
import { emptyTrace } from './trace.js';
import { letWatch, refreshHeld, watch } from './watching.js';

export * from './state.js';

let client: ModelClient | undefined;

/** Starts a new run. */
export function start(plan: Plan, settings: TrainSettings, name: string): Promise<void> {
  // The browser then removes nothing by itself when the disk is full. It may ask the user.
  navigator.storage?.persist?.().catch(() => undefined);
  const now = Date.now();
  return begin(
    {
      id: crypto.randomUUID(),
      name,
      created: now,
      modified: now,
      state: 'unfinished',
      data: settings.data,
      settings,
      values: plan.settings,
      parameters: plan.summary.parameters,
      config: { ...plan.config },
      metrics: [],
      trace: emptyTrace,
    },
    false,
  );
}

/**
 * Goes on with a run from where the browser kept it.
 * @param epochs epochs in all, in the place of the planned number
 */
export function goOn(kept: KeptRun, epochs?: number): Promise<void> {
  if (epochs === undefined) return begin(kept, true);
  const training = { ...(kept.config.training as object), epochs };
  return begin({ ...kept, state: 'unfinished', config: { ...kept.config, training } }, true);
}

/** Shows a run that the browser keeps: as paused or done, or as another tab trains it. */
export async function show(kept: KeptRun): Promise<void> {
  if ((await heldRuns()).has(kept.id)) return watch(kept, goOn);
  if (!isBusy.value) put(kept);
}

/** Leaves the run that is shown, for the settings of a new one. */
export function leave(): void {
  if (!isBusy.value) put(undefined);
}

/** Ends the steps under way; the run can go on from there. */
export async function pause(): Promise<void> {
  if (!isBusy.value) return;
  phase.value = 'halting';
  await client?.service.halt();
}

/** Keeps the latest state of the training in the browser. */
export async function keep(): Promise<void> {
  await client?.service.keep();
}

/**
 * A run as a zip archive of its folder.
 * @throws UserError when nothing is trained or kept
 */
export function zip(id: string): Promise<Uint8Array<ArrayBuffer>> {
  // The worker that trained the run has it even where the browser has no room.
  const holder = client && run.value?.id === id ? client : undefined;
  return holder ? holder.service.zip() : helper().service.zip(id);
}

/** Changes numbers while the model trains, or before it goes on. */
export async function steer(given: Steered): Promise<void> {
  const kept = run.value;
  if (!kept || !canSteer.value) return;
  steered.value = { ...steered.value, ...given };
  run.value = { ...kept, steered: steered.value };
  await client?.service.steer(given);
  if (!isBusy.value) await changeKept(kept.id, { steered: steered.value }).catch(() => undefined);
}

/** A run with the page's name of its data: for one that was opened, data of the same name and shape. */
function withData(kept: KeptRun): KeptRun {
  if (dataEntry(kept.data)) return kept;
  const { input } = kept.config.model as { readonly input?: readonly number[] };
  const name = kept.data.replace(/^.*[\\/]|\.[^.]*$/g, '');
  const found = ownData.value.find(
    ({ title, shape }) => title === name && shape.join() === input?.join(),
  );
  if (!found) return kept;
  const { data } = found;
  const training = { ...(kept.config.training as object), data };
  const settings = { ...kept.settings, data };
  return { ...kept, data, settings, config: { ...kept.config, training } };
}

async function begin(given: KeptRun, resume: boolean): Promise<void> {
  if (isBusy.value) return;
  const kept = withData(given);
  const isShown = run.value?.id === kept.id;
  const [shown, bars] = isShown ? [pictures.value, marginals.value] : [];
  // Data and runs that no storage has are only in the worker that read or trained them.
  const holder = dataEntry(kept.data)?.inMemory ? helper() : resume && isShown ? client : undefined;
  batch(() => {
    put(kept);
    pictures.value = shown;
    marginals.value = bars;
    phase.value = 'data';
  });
  const release = await hold(kept.id);
  if (!release) return watch(kept, goOn);
  if (client !== holder && client !== helper()) client?.stop();
  // Each training otherwise has a worker of its own: how many threads it has is decided once.
  client = holder ?? startModelWorker();
  const own = client;
  const { id } = kept;
  live.value = {
    id,
    async snapshot() {
      const { name } = run.value?.id === id ? run.value : kept;
      return { ...(await own.service.snapshot()), name };
    },
  };
  const stopTelling = letWatch(kept.id, pause);
  try {
    const { run: last } = await own.service.train({ run: kept, resume }, proxy(eventsOf(kept.id)));
    batch(() => {
      takeOver(last);
      phase.value = last.state === 'done' ? 'done' : 'paused';
    });
  } catch (error) {
    const last = await keptRun(kept.id).catch(() => undefined);
    const checkpoint = await keptFile(kept.id, checkpointFile).catch(() => undefined);
    batch(() => {
      // The run may have been asked for more epochs than it was last kept with.
      if (last) takeOver({ ...last, config: kept.config });
      canGoOn.value = checkpoint !== undefined && last !== undefined && last.problem === undefined;
      problem.value = (error as Error).message;
      phase.value = 'failed';
    });
  } finally {
    // The worker has a run that no storage keeps, for a download.
    if (unkept.value === undefined) {
      if (own !== helper()) own.stop();
      if (client === own) client = undefined;
      live.value = undefined;
    }
    stopTelling();
    await release();
    tell({ kind: 'ended', id: kept.id });
    await Promise.all([refreshRuns(), refreshHeld()]);
  }
}

/** The page's side of a training. */
function eventsOf(id: string): TrainEvents {
  const clock = new TimeLeft();
  let place: Position | undefined;
  return {
    onStage(stage) {
      if (phase.value !== 'halting') phase.value = stage;
    },
    onProgress(now, epochs) {
      progress.value = now;
      secondsLeft.value = clock.see(now);
      if (epochs.length > 0) metrics.value = [...metrics.value, ...epochs];
    },
    onTrace(now) {
      trace.value = now;
    },
    onPictures(originals, made, areNew) {
      pictures.value = { originals, made, areNew };
    },
    onMarginals(now) {
      marginals.value = now;
    },
    onWatched: seeRecord,
    onFrame: seeFrame,
    onState(position, made) {
      place = position;
      changes.value = made;
      hear(id, position);
    },
    async onKept(reason) {
      unkept.value = reason;
      const isListed = runs.value?.some((entry) => entry.kept?.id === id);
      if (reason === undefined && !isListed) refreshRuns();
      if (reason === undefined && place) tell({ kind: 'kept', id, position: place });
    },
  };
}

/** Shows the run that was under way when the page was last closed, if there is one. */
export async function restore(): Promise<void> {
  if (runs.value === undefined) await refreshRuns();
  const last = runs.value?.find(({ kept }) => kept?.state === 'unfinished')?.kept;
  if (last && phase.value === 'idle') await show(last);
}
