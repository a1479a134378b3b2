import { exists, readFile } from '#files';
import { UserError } from '../../base/errors.js';
import { quote } from '../../base/excerpt.js';
import { parseJson } from '../../base/json.js';
import { advice } from '../../base/suggest.js';
import { makeDirectory, writeFileAtomic } from '../../data/files/files.node.js';
import { type FeaturesFlags, featuresOf } from '../features.js';
import { shellWord } from '../shell-word.js';
import { exitOnSignals } from '../signals.js';
import { openData } from '../train/ahead.js';
import * as all from './entries/all.js';
import type { Entry, Trained } from './entry.js';
import { type Plan, type PlanOptions, planOf } from './plan.js';
import { describeEntries, describeReport, reportOf } from './report.js';
import { trainPlanned } from './train.js';

/** Options of `vaekit reproduce`. */
export interface ReproduceFlags extends PlanOptions, FeaturesFlags {
  readonly json?: boolean;
}

const entries: readonly Entry[] = Object.values(all).sort((a, b) => a.minutes - b.minutes);

/** @throws UserError when there is no such entry */
function entryOf(name: string): Entry {
  const found = entries.find((entry) => entry.name === name);
  if (found) return found;
  const names = entries.map((entry) => entry.name);
  throw new UserError(`There is no entry ${quote(name)} to reproduce. ${advice(name, names)}`);
}

/** The command that goes on with a plan. */
function commandOf({ entry, fraction, out }: Plan, flags: ReproduceFlags): string {
  const { seed, features, featuresRange } = flags;
  return [
    `vaekit reproduce ${entry.name}`,
    ...(fraction === 1 ? [] : [`--fraction ${fraction}`]),
    ...(seed === undefined ? [] : [`--seed ${seed}`]),
    ...(features === undefined ? [] : [`--features ${shellWord(features)}`]),
    ...(featuresRange === undefined ? [] : [`--features-range ${featuresRange}`]),
    `--out ${shellWord(out)}`,
  ].join(' ');
}

/**
 * The model of features that an entry measures by.
 * @throws UserError when it has to be given, or is given where it has no use
 */
async function measuringBy({ name, features: needed }: Entry, flags: ReproduceFlags) {
  const isGiven = flags.features !== undefined;
  if (needed && !isGiven) {
    throw new UserError(
      `${name} is measured by features of ${needed}, which no npm package has. Give that model as ONNX: --features model.onnx.`,
    );
  }
  if (!needed && isGiven) {
    throw new UserError(`${name} is not measured by features. Leave --features out.`);
  }
  return featuresOf(flags);
}

/** Sends all that is told while it works to standard error, so that standard output is the report's alone. */
async function quietly<Result>(isQuiet: boolean, work: () => Promise<Result>): Promise<Result> {
  if (!isQuiet) return work();
  const { write } = process.stdout;
  process.stdout.write = process.stderr.write.bind(process.stderr);
  try {
    return await work();
  } finally {
    process.stdout.write = write;
  }
}

const planFile = 'reproduction-plan.json';

/**
 * Keeps the entry, the fraction and the seeds that a folder is for.
 * @throws UserError when it is for others
 */
async function claim({ entry, fraction, runs, out }: Plan): Promise<void> {
  const own = { entry: entry.name, fraction, seeds: runs.map(({ seed }) => seed) };
  const path = `${out}/${planFile}`;
  if (await exists(path)) {
    const text = new TextDecoder().decode(await readFile(path));
    if (JSON.stringify(parseJson(text, path)) === JSON.stringify(own)) return;
    throw new UserError(
      `${out} holds another reproduction (${planFile} says which). Choose another folder by --out.`,
    );
  }
  await makeDirectory(out);
  await writeFileAtomic(path, `${JSON.stringify(own)}\n`);
}

/** Trains all models of a plan. @returns nothing where it was stopped */
async function trainAll(plan: Plan, goOn: string): Promise<readonly Trained[] | undefined> {
  const { entry, runs } = plan;
  const data = await openData(entry.data, entry.reading ?? {});
  const trained: Trained[] = [];
  for (const run of runs) {
    if (runs.length > 1) process.stdout.write(`${run.model}, seed ${run.seed}: ${run.path}\n`);
    const found = await trainPlanned(plan, run, data, goOn);
    if (!found) return undefined;
    trained.push(found);
  }
  return trained;
}

const secondsOf = ({ metrics }: Trained) =>
  metrics.reduce((sum, { seconds }) => sum + (Number.isFinite(seconds) ? seconds : 0), 0);

/** Trains and measures an entry, or goes on with it; without a name lists all of them. */
export async function reproduce(name: string | undefined, flags: ReproduceFlags): Promise<void> {
  if (name === undefined) {
    const facts = entries.map(({ models, measure: _, ...entry }) => {
      return { ...entry, models: Object.keys(models) };
    });
    process.stdout.write(flags.json ? `${JSON.stringify(facts)}\n` : describeEntries(entries));
    return;
  }
  const plan = planOf(entryOf(name), flags);
  const features = await measuringBy(plan.entry, flags);
  const report = await quietly(flags.json ?? false, async () => {
    await claim(plan);
    const trained = await trainAll(plan, commandOf(plan, flags));
    if (!trained) return undefined;
    exitOnSignals();
    process.stdout.write('Measuring …\n');
    const start = performance.now();
    const measured = await plan.entry.measure(trained, features);
    await features?.release();
    const measuring = (performance.now() - start) / 1000;
    const training = trained.reduce((sum, each) => sum + secondsOf(each), 0);
    return reportOf(plan, measured, { training, measuring });
  });
  if (!report) return;
  await writeFileAtomic(`${plan.out}/reproduction.json`, `${JSON.stringify(report, null, 2)}\n`);
  process.stdout.write(flags.json ? `${JSON.stringify(report)}\n` : describeReport(report));
}
