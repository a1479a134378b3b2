import { batch, effect, type Signal, signal } from '@preact/signals';
import { keptRun } from '../runs/kept.js';
import { hear } from '../runs/live.js';
import { refreshRuns } from '../runs/store.js';
import type { KeptRun } from '../storage/database.js';
import { learning, seeFrame } from './learning.js';
import {
  changes,
  isBusy,
  marginals,
  metrics,
  phase,
  pictures,
  progress,
  put,
  run,
  secondsLeft,
  steered,
  takesOver,
  trace,
} from './state.js';
import { heldRuns, listen, tell, whenFree } from './tabs.js';

/** The values that tabs show of a run that one of them trains. */
const shared: Readonly<Record<string, Signal>> = {
  changes,
  marginals,
  metrics,
  pictures,
  progress,
  secondsLeft,
  steered,
  trace,
};

/**
 * Lets other tabs watch the run that this one trains.
 * @param pause ends the training, where another tab wants to go on with it
 * @returns a function that ends it
 */
export function letWatch(id: string, pause: () => void): () => void {
  let ends: readonly (() => void)[] = [];
  const end = () => {
    for (const each of ends) each();
  };
  const deaf = listen((message) => {
    if (message.id !== id) return;
    if (message.kind === 'wanted') pause();
    if (message.kind !== 'watched') return;
    end();
    // Each value is told at once, and then whenever it changes.
    const values = Object.entries(shared).map(([name, each]) =>
      effect(() => tell({ kind: 'shown', id, values: { [name]: each.value } })),
    );
    const frames = effect(() => {
      const latest = learning.value?.frames.at(-1);
      if (latest) tell({ kind: 'frame', id, frame: latest });
    });
    ends = [...values, frames];
  });
  tell({ kind: 'begun', id });
  refreshHeld();
  return () => {
    deaf();
    end();
  };
}

/** The ids of runs that tabs train, this one too, as far as this page has heard. */
export const held = signal<ReadonlySet<string>>(new Set());

/** Looks which runs are trained. */
export async function refreshHeld(): Promise<void> {
  held.value = await heldRuns();
}

let watching: AbortController | undefined;

/** Shows nothing more of another tab's training. */
function lookAway(): void {
  watching?.abort();
  watching = undefined;
}

/**
 * Shows a run that another tab trains, until that one holds it no longer.
 * @param goOn goes on with the run, where this tab is to take it over
 */
export function watch(kept: KeptRun, goOn: (kept: KeptRun) => void): void {
  lookAway();
  const own = new AbortController();
  watching = own;
  put(kept);
  phase.value = 'elsewhere';
  const { id } = kept;
  const deaf = listen((message) => {
    if (message.id !== id) return;
    if (message.kind === 'frame') seeFrame(message.frame);
    if (message.kind !== 'shown') return;
    batch(() => {
      for (const [name, value] of Object.entries(message.values)) shared[name]!.value = value;
    });
  });
  own.signal.addEventListener('abort', deaf);
  // Another run may be shown by then, or the settings of a new one.
  const unsubscribe = run.subscribe((shown) => {
    if (shown?.id !== id) own.abort();
  });
  own.signal.addEventListener('abort', unsubscribe);
  tell({ kind: 'watched', id });
  whenFree(id, own.signal).then(
    async () => {
      const wanted = takesOver.value;
      own.abort();
      const last = (await keptRun(id).catch(() => undefined)) ?? kept;
      if (run.value?.id !== id || phase.value !== 'elsewhere') return;
      put(last);
      if (wanted && last.state === 'unfinished') goOn(last);
    },
    () => undefined,
  );
}

/** Asks the tab that trains the run that is shown to let this one go on with it. */
export function takeRunOver(): void {
  const kept = run.value;
  if (!kept || phase.value !== 'elsewhere') return;
  takesOver.value = true;
  tell({ kind: 'wanted', id: kept.id });
}

/**
 * Hears of the runs that other tabs train.
 * @param goOn goes on with a run
 */
export function hearOthers(goOn: (kept: KeptRun) => void): void {
  refreshHeld();
  listen((message) => {
    if (message.kind === 'kept') hear(message.id, message.position);
    if (message.kind !== 'begun' && message.kind !== 'ended') return;
    refreshRuns();
    refreshHeld();
    const kept = run.value;
    if (message.kind === 'begun' && kept?.id === message.id && !isBusy.value) watch(kept, goOn);
  });
}
