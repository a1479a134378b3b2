import { batch, computed, signal } from '@preact/signals';
import { proxy } from 'comlink';
import type { Marginal } from '../../../src/data/quality/marginals.js';
import type { EpochMetrics, Progress } from '../../../src/training/index.js';
import { dataEntry } from '../data/store.js';
import type { Changes, Numbers } from '../model/api.js';
import { type ModelClient, startModelWorker } from '../model/client.js';
import { helper } from '../model/helper.js';
import { checkpointFile, keptFile, keptRun } from '../runs/kept.js';
import { refreshRuns, runs } from '../runs/store.js';
import type { KeptRun } from '../storage/database.js';
import type { Plan, TrainSettings } from './settings.js';
import { emptyTrace, type Trace, traceOfRun } from './trace.js';

/**
 * The state of the page's one training. `halting`: the steps under way are ending; `paused`: it can
 * go on from where it is kept; `failed`: it cannot, for the reason in `problem`.
 */
export type Phase =
  | 'idle'
  | 'data'
  | 'compile'
  | 'train'
  | 'halting'
  | 'paused'
  | 'done'
  | 'failed';

export interface Pictures {
  readonly originals: Numbers;
  readonly made: Numbers;
}

export const phase = signal<Phase>('idle');
/** The run that is trained, as it was last kept. */
export const run = signal<KeptRun | undefined>(undefined);
export const progress = signal<Progress | undefined>(undefined);
export const trace = signal<Trace>(emptyTrace);
export const metrics = signal<readonly EpochMetrics[]>([]);
export const pictures = signal<Pictures | undefined>(undefined);
/** How values are spread in real and in drawn rows, where the run is of a table. */
export const marginals = signal<readonly Marginal[] | undefined>(undefined);
/** Whether a training that failed can go on from where it was last kept. */
export const canGoOn = signal(false);
/** The reason why training failed. */
export const problem = signal<string | undefined>(undefined);
/** The reason why the browser does not keep the latest state. */
export const unkept = signal<string | undefined>(undefined);
/** Numbers that were changed while it trains. */
export const changes = signal<Changes>({});

/** The unit of the run's loss: none where its likelihood is no probability. */
export const lossUnit = computed(() => unitOfLoss(run.value));

/** Whether the worker is at work. */
export const isBusy = computed(() => ['data', 'compile', 'train', 'halting'].includes(phase.value));

/** The unit of a run's loss, which may be none. */
export function unitOfLoss(kept: KeptRun | undefined): string {
  const { likelihood } = (kept?.config.model ?? {}) as { likelihood?: string | { type?: string } };
  const name = typeof likelihood === 'object' ? likelihood.type : likelihood;
  return name === 'mse' ? '' : 'nats';
}

let client: ModelClient | undefined;

/** Starts a new run. */
export function start(plan: Plan, settings: TrainSettings, name: string): Promise<void> {
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

/** Shows a run that the browser keeps, as paused or done. */
export function show(kept: KeptRun): void {
  batch(() => {
    run.value = kept;
    metrics.value = kept.metrics;
    trace.value = traceOfRun(kept);
    progress.value = undefined;
    pictures.value = undefined;
    marginals.value = undefined;
    problem.value = undefined;
    unkept.value = undefined;
    changes.value = {};
    phase.value = kept.state === 'done' ? 'done' : 'paused';
  });
}

/** Leaves the run that is shown, for the settings of a new one. */
export function leave(): void {
  if (isBusy.value) return;
  batch(() => {
    run.value = undefined;
    metrics.value = [];
    trace.value = emptyTrace;
    progress.value = undefined;
    pictures.value = undefined;
    marginals.value = undefined;
    problem.value = undefined;
    unkept.value = undefined;
    phase.value = 'idle';
  });
}

/** Ends the steps under way; the run can go on from there. */
export async function pause(): Promise<void> {
  if (!isBusy.value) return;
  phase.value = 'halting';
  await client?.service.halt();
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

/** Changes numbers while the model trains. */
export async function steer(given: Changes): Promise<void> {
  changes.value = { ...changes.value, ...given };
  await client?.service.steer(given);
}

async function begin(kept: KeptRun, resume: boolean): Promise<void> {
  if (isBusy.value) return;
  const isShown = run.value?.id === kept.id;
  const [shown, bars] = isShown ? [pictures.value, marginals.value] : [];
  // Data and runs that no storage has are only in the worker that read or trained them.
  const holder = dataEntry(kept.data)?.inMemory ? helper() : resume && isShown ? client : undefined;
  show(kept);
  if (client !== holder && client !== helper()) client?.stop();
  // Else each training has a worker of its own: how many threads it has is decided once.
  client = holder ?? startModelWorker();
  const own = client;
  batch(() => {
    pictures.value = shown;
    marginals.value = bars;
    phase.value = 'data';
  });
  try {
    const events = proxy({
      onStage(stage: 'data' | 'compile' | 'train') {
        if (phase.value !== 'halting') phase.value = stage;
      },
      onProgress(now: Progress) {
        progress.value = now;
      },
      onTrace(now: Trace) {
        trace.value = now;
      },
      onEpoch(line: EpochMetrics) {
        metrics.value = [...metrics.value, line];
      },
      onPictures(originals: Numbers, made: Numbers) {
        pictures.value = { originals, made };
      },
      onMarginals(now: readonly Marginal[]) {
        marginals.value = now;
      },
      async onKept(reason?: string) {
        unkept.value = reason;
      },
    });
    const { state } = await own.service.train({ run: kept, resume }, events);
    run.value = (await keptRun(kept.id).catch(() => undefined)) ?? { ...kept, state };
    phase.value = state === 'done' ? 'done' : 'paused';
  } catch (error) {
    const last = await keptRun(kept.id).catch(() => undefined);
    const checkpoint = await keptFile(kept.id, checkpointFile).catch(() => undefined);
    batch(() => {
      if (last) run.value = last;
      canGoOn.value = checkpoint !== undefined && last?.state === 'unfinished';
      problem.value = (error as Error).message;
      phase.value = 'failed';
    });
  } finally {
    // The worker has a run that no storage keeps, for a download.
    if (unkept.value === undefined) {
      if (own !== helper()) own.stop();
      if (client === own) client = undefined;
    }
    await refreshRuns();
  }
}

/** Shows the run that was under way when the page was last closed, if there is one. */
export async function restore(): Promise<void> {
  if (runs.value === undefined) await refreshRuns();
  const last = runs.value?.find(({ kept }) => kept?.state === 'unfinished')?.kept;
  if (last && phase.value === 'idle') show(last);
}
