import { go } from '../../../app/route.js';
import { type DataEntry, dataEntry } from '../../../data/store.js';
import { freeName } from '../../../runs/store.js';
import { chosen } from '../../../train/chosen.js';
import { isBusy, phase, run, start } from '../../../train/session.js';
import type { Plan, TrainSettings } from '../../../train/settings.js';
import { planFor } from '../../train/planning.js';
import type { Experiment } from './experiments.js';
import { experimenting } from './state.js';

/** Steps that each run takes at least: enough to see the difference. */
const fewSteps = 900;

const batchSize = 128;

/** The data that experiments train on: the chosen data if it is pictures, else MNIST. */
export function dataOfExperiments(): DataEntry {
  const entry = dataEntry(chosen.value.data);
  return entry?.shape.length === 3 && !entry.table ? entry : dataEntry('mnist')!;
}

/** Settings that all runs of experiments have. */
function settingsFor({ data, size }: DataEntry): TrainSettings {
  // A tenth may be kept from training.
  const batch = Math.max(1, Math.min(batchSize, Math.floor(size / 4)));
  const epochs = Math.max(2, Math.min(60, Math.round((fewSteps * batch) / size)));
  return { data, preset: 'mlp', hidden: [128], learningRate: 0.002, batchSize: batch, epochs };
}

/** A plan with another objective. */
function withObjective(plan: Plan, type: string | undefined): Plan {
  if (type === undefined) return plan;
  const model = { ...plan.config.model, objective: { type } };
  return { ...plan, config: { ...plan.config, model } };
}

/**
 * Trains the runs of an experiment one after another, and shows the view that it ends in.
 * @throws UserError when a run cannot be planned
 */
export async function runExperiment({ name, runs, ends }: Experiment): Promise<void> {
  if (isBusy.value) return;
  const entry = dataOfExperiments();
  const done: string[] = [];
  for (const [place, { settings, objective }] of runs.entries()) {
    experimenting.value = { name, place, runs: [...done], state: 'running' };
    const all = { ...settingsFor(entry), ...settings };
    const plan = withObjective(await planFor(all, entry), objective);
    go('train');
    await start(plan, all, freeName(`${name}-${place + 1}`));
    if (phase.value !== 'done' || !run.value) {
      experimenting.value = { name, place, runs: [...done], state: 'stopped' };
      return;
    }
    done.push(`kept:${run.value.id}`);
  }
  experimenting.value = { name, place: runs.length - 1, runs: done, state: 'done' };
  if (ends === 'compare') go('compare', ...done);
  else if (ends === 'explore') go('explore', done[0]!);
}
