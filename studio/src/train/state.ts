import { batch, computed, signal } from '@preact/signals';
import type { Marginal } from '../../../src/data/quality/marginals.js';
import type { EpochMetrics, Progress } from '../../../src/training/index.js';
import type { Numbers } from '../model/api.js';
import type { KeptRun } from '../storage/database.js';
import type { NumberChange, Steered } from './steering.js';
import { emptyTrace, type Trace, traceOfRun } from './trace.js';

/**
 * The state of the page's one training. `halting`: the steps under way are ending; `paused`: it can
 * go on from where it is kept; `failed`: it cannot, for the reason in `problem`; `elsewhere`: another
 * tab trains it, and this one shows it.
 */
export type Phase =
  | 'idle'
  | 'data'
  | 'compile'
  | 'train'
  | 'halting'
  | 'paused'
  | 'done'
  | 'failed'
  | 'elsewhere';

export interface Pictures {
  readonly originals: Numbers;
  readonly made: Numbers;
  /** Tells whether the model is not trained on them. */
  readonly areNew: boolean;
}

export const phase = signal<Phase>('idle');
/** The run that is trained, as it was last kept. */
export const run = signal<KeptRun | undefined>(undefined);
export const progress = signal<Progress | undefined>(undefined);
/** Seconds that training still takes; undefined until that can be told. */
export const secondsLeft = signal<number | undefined>(undefined);
export const trace = signal<Trace>(emptyTrace);
export const metrics = signal<readonly EpochMetrics[]>([]);
export const pictures = signal<Pictures | undefined>(undefined);
/** Spread of values in real and in drawn rows, where the run is of a table. */
export const marginals = signal<readonly Marginal[] | undefined>(undefined);
/** Tells whether a training that failed can go on from where it was last kept. */
export const canGoOn = signal(false);
/** The reason why training failed. */
export const problem = signal<string | undefined>(undefined);
/** The reason why the browser does not keep the latest state. */
export const unkept = signal<string | undefined>(undefined);
/** The numbers that are in force in the place of the planned ones, by the names of their fields. */
export const steered = signal<Steered>({});
/** Numbers that were changed while it trained, in order. */
export const changes = signal<readonly NumberChange[]>([]);
/** Tells whether this tab is to go on with the run that another tab trains, once that one has paused. */
export const takesOver = signal(false);

/** Work that waits for the user's word, as it would lose a state that no storage keeps. */
export const leaving = signal<(() => void) | undefined>(undefined);

/** The unit of the run's loss: none where its likelihood is no probability. */
export const lossUnit = computed(() => unitOfLoss(run.value));

/** The values of all options of the run that is shown; undefined where they are not known. */
export const runValues = computed(() => {
  const { values, config } = run.value ?? {};
  const { epochs } = (config?.training ?? {}) as { readonly epochs?: number };
  return values && { ...values, ...(epochs === undefined ? {} : { epochs }) };
});

/** Tells whether the worker is at work. */
export const isBusy = computed(() => ['data', 'compile', 'train', 'halting'].includes(phase.value));

/** Tells whether numbers of the run can be changed now. */
export const canSteer = computed(() => phase.value === 'train' || phase.value === 'paused');

/** Tells whether work is lost when the page closes now. */
export const isAtRisk = computed(
  () => isBusy.value || (unkept.value !== undefined && phase.value !== 'idle'),
);

/** Does work that leaves the shown run: at once, or where a state would be lost, when the user says so. */
export function whenSafe(work: () => void): void {
  if (unkept.value === undefined) work();
  else leaving.value = work;
}

/** The unit of a run's loss, which may be none. */
export function unitOfLoss(kept: KeptRun | undefined): string {
  const { likelihood } = (kept?.config.model ?? {}) as { likelihood?: string | { type?: string } };
  const name = typeof likelihood === 'object' ? likelihood.type : likelihood;
  return name === 'mse' || name === 'msSsim' ? '' : 'nats';
}

function phaseOf(kept: KeptRun | undefined): Phase {
  if (kept === undefined) return 'idle';
  if (kept.problem !== undefined) return 'failed';
  return kept.state === 'done' ? 'done' : 'paused';
}

/** Shows a run as it is kept, and nothing of another one; without a run, nothing. */
export function put(kept: KeptRun | undefined): void {
  batch(() => {
    run.value = kept;
    metrics.value = kept?.metrics ?? [];
    trace.value = kept ? traceOfRun(kept) : emptyTrace;
    steered.value = kept?.steered ?? {};
    changes.value = kept?.changes ?? [];
    progress.value = undefined;
    secondsLeft.value = undefined;
    pictures.value = undefined;
    marginals.value = undefined;
    problem.value = kept?.problem;
    unkept.value = undefined;
    takesOver.value = false;
    leaving.value = undefined;
    canGoOn.value = false;
    phase.value = phaseOf(kept);
  });
}

/** Shows the state that a training has come to, and nothing that is newer. */
export function takeOver(last: KeptRun): void {
  run.value = last;
  metrics.value = last.metrics;
  trace.value = traceOfRun(last);
  changes.value = last.changes ?? [];
  progress.value = undefined;
  secondsLeft.value = undefined;
}
