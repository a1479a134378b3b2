import { permutation, randomStream } from '../../base/random.js';
import { asValidated } from '../../data/changes/seen.js';
import { subset } from '../../data/changes/split.js';
import type { OpenedData } from '../../data/formats/format.js';
import { summarizeValues } from '../../data/values.js';
import { RunFolder } from '../../runs/index.js';
import { resolveRun } from '../../vae/config/resolve.js';
import { VAE } from '../../vae/index.js';
import { jobOf, takeRun } from '../train/train-job.js';
import { trainAndKeep } from '../train/train-run.js';
import type { Trained } from './entry.js';
import type { Plan, PlannedRun } from './plan.js';

/** The training data of a plan: all of it, or some examples that the seed draws. */
function trainedOn({ train, ...others }: OpenedData, { examples }: Plan, seed: number): OpenedData {
  if (examples === 1) return { train, ...others };
  const count = Math.max(1, Math.round(train.size * examples));
  const places = permutation(randomStream(seed, 'reproduce'), train.size).slice(0, count).sort();
  return { ...others, train: subset(train, places, `${train.name}, a part`) };
}

/** The settings of a run, and the data that it is trained on. */
async function settingsOf(plan: Plan, { model, seed }: PlannedRun, data: OpenedData) {
  const { entry, length } = plan;
  const { train, validation, test, ...facts } = trainedOn(data, plan, seed);
  const config = entry.models[model]!(length);
  const settings = resolveRun({
    file: { ...config, model: { ...config.model, seed } },
    given: {},
    data: { ...train, values: await summarizeValues(train) },
    spec: entry.data,
    name: entry.name,
  });
  const held = entry.validates ? (validation ?? test) : undefined;
  return { settings, data: { ...facts, train, ...(held ? { test: held } : {}) } };
}

/** True where a run has all of its epochs, and its parameters are written. */
async function isTrained(path: string, epochs: number): Promise<boolean> {
  if (!(await RunFolder.holdsRun(path))) return false;
  const folder = await RunFolder.open(path);
  return (await folder.readMetrics()).length >= epochs && (await folder.holds('health.json'));
}

/**
 * Trains a model of a plan, or goes on where its training was stopped; one that was trained stays as it is.
 * @param goOn the command that goes on when it is stopped
 * @returns nothing where it was stopped
 */
export async function trainPlanned(
  plan: Plan,
  run: PlannedRun,
  data: OpenedData,
  goOn: string,
): Promise<Trained | undefined> {
  const { entry, length } = plan;
  const { path, model, seed } = run;
  if (!(await isTrained(path, length.epochs))) {
    const resumed = (await RunFolder.holdsRun(path))
      ? await takeRun(await RunFolder.open(path))
      : undefined;
    const own = await settingsOf(plan, run, data);
    const described = { spec: entry.data, reading: entry.reading ?? {}, name: entry.name };
    await trainAndKeep(await jobOf({ ...own, ...described, out: path, resumed, goOn }));
    if (process.exitCode) return undefined;
  }
  const vae = await VAE.load(path);
  const metrics = await (await RunFolder.open(path)).readMetrics();
  const { train, test } = data;
  const binarize = entry.binarization !== 'none';
  const seen = test ? { test: asValidated(test, binarize, seed) } : {};
  return { model, seed, vae, metrics, train, ...seen };
}
