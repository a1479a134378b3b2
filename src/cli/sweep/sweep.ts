import { availableParallelism } from 'node:os';
import { isDeepStrictEqual } from 'node:util';
import { readFile } from '#files';
import { UserError } from '../../base/errors.js';
import { parseJson } from '../../base/json.js';
import { baseName, fileName } from '../../base/paths.js';
import { version } from '../../base/version.js';
import { RunFolder } from '../../runs/index.js';
import { trainerOf } from '../../runs/run-lock.node.js';
import { checkSweep, type SweepDefinition } from '../../sweep/definition.js';
import type { Task } from '../../sweep/halving.js';
import { bestOf, raceOf, search } from '../../sweep/sweep.js';
import { rungsOf, type Trial, trialsOf } from '../../sweep/trials.js';
import { shellWord } from '../shell-word.js';
import { abortOnSignals } from '../signals.js';
import { JobError, LauncherError, runCommand, wordsOf } from './command.js';
import { type KeptSweep, keptText, runName, SweepFolder } from './folder.js';
import { type Metric, MetricError, measured, metricOf } from './metric.js';
import { type Base, baseOf, codeFileOf, type PlannedTrial, Planner } from './plan.js';
import { type Results, resultsCsv, resultsTable } from './results.js';
import { Shown, settingsText } from './shown.js';

/** Options of `vaekit sweep`. */
export interface SweepFlags {
  readonly jobs: number;
  readonly launcher?: string;
  readonly out?: string;
  readonly retry?: boolean;
}

/** Most bytes of a sweep's file. */
const mostText = 2 ** 24;

/** Number of new starts of a job that a signal ended, as the system does where memory is short. */
const mostTries = 2;

/** The time between two looks at a run that another process still trains. */
const waitMilliseconds = 300;

/** A sweep that can begin or go on. */
interface Sweep {
  readonly folder: SweepFolder;
  readonly kept: KeptSweep;
  readonly metric: Metric;
  readonly rungs: readonly number[];
  /** The runs that are not begun yet, by number. */
  readonly planned: ReadonlyMap<number, PlannedTrial>;
  readonly codeFile: string | undefined;
}

/** The settings of a sweep that may not change when it goes on: all but how many runs are drawn. */
function lasting({ method, settings, config, metric }: SweepDefinition) {
  const { runs: _, ...others } = method as { runs?: number };
  return { method: others, settings, config, metric };
}

/** @throws UserError when a folder holds another sweep */
function checkSame(kept: SweepDefinition, now: SweepDefinition, path: string): void {
  const [before, after] = [lasting(kept), lasting(now)] as Record<string, unknown>[];
  // Files have no undefined values.
  const plain = (value: unknown) => JSON.parse(JSON.stringify(value ?? null)) as unknown;
  const changed = Object.keys(after!).find(
    (key) => !isDeepStrictEqual(plain(before![key]), plain(after![key])),
  );
  if (changed === undefined) return;
  throw new UserError(
    `${path} holds a sweep with another ${changed}. Choose another folder by --out, or give that sweep's file.`,
  );
}

/** The runs of a sweep, with their results from before. */
function trialsWith(
  definition: SweepDefinition,
  kept: KeptSweep | undefined,
  retry: boolean,
): Trial[] {
  const fresh = trialsOf(definition);
  const known = kept?.trials ?? [];
  // A sweep of fewer runs than before keeps all that were begun.
  const all = [...fresh.map((each, i) => known[i] ?? each), ...known.slice(fresh.length)];
  if (retry) for (const trial of all) delete trial.failure;
  return all;
}

/** The plans of runs that are not begun. @throws UserError when a setting is wrong */
async function planAll(trials: readonly Trial[], base: Base, file: string, path: string) {
  const planner = new Planner(base, file);
  const planned = new Map<number, PlannedTrial>();
  for (const trial of trials) {
    const out = `${path}/${runName(trial)}`;
    if (await RunFolder.holdsRun(out)) continue;
    planned.set(trial.number, await planner.plan(trial, out));
  }
  return planned;
}

/** The epochs of a whole training, by which runs are halved. @throws UserError when runs have different ones */
function wholeEpochs(
  { method }: SweepDefinition,
  planned: ReadonlyMap<number, PlannedTrial>,
  kept: KeptSweep | undefined,
  file: string,
): number | undefined {
  if (method.type !== 'halving' && method.type !== 'asha') return undefined;
  const all = new Set([...planned.values()].map(({ epochs }) => epochs));
  if (kept?.epochs !== undefined) all.add(kept.epochs);
  if (all.size === 1) return [...all][0];
  throw new UserError(
    `${file}: runs that are halved must have the same training.epochs, but there are ${[...all].sort((a, b) => a - b).join(', ')}. Leave it out of settings, and give one in config.`,
  );
}

/** Reads and checks all of a sweep before anything of it is trained. @throws UserError */
async function prepare(folder: SweepFolder, file: string, retry: boolean): Promise<Sweep> {
  const text = new TextDecoder().decode(await readFile(file, mostText));
  const given = checkSweep(parseJson(text, file), file);
  const base = await baseOf(given, file);
  const sweep = { ...given, config: (base.file?.data ?? base.given) as SweepDefinition['config'] };
  const { kept: before, path } = folder;
  if (before) checkSame(before.sweep, sweep, path);
  const trials = trialsWith(sweep, before, retry);
  const planned = await planAll(trials, base, file, path);
  const epochs = wholeEpochs(sweep, planned, before, file);
  const [first] = planned.values();
  // A sweep that goes on keeps its metric.
  const chosen = { ...sweep, metric: sweep.metric ?? before?.metric?.name };
  const metric = metricOf(chosen, first?.isValidated ?? true, file);
  return {
    folder,
    kept: { sweep, epochs, trials },
    metric,
    rungs: rungsOf(sweep.method, epochs ?? 0),
    planned,
    codeFile: codeFileOf(base),
  };
}

/** Waits until no process of an earlier sweep trains a run. */
async function waitForOther(run: string, shown: Shown, trial: Trial, signal: AbortSignal) {
  for (;;) {
    const pid = await trainerOf(run);
    if (pid === undefined || signal.aborted) return;
    shown.tell(trial, `process ${pid} of an earlier sweep still trains it`);
    await new Promise((resolve) => setTimeout(resolve, waitMilliseconds));
  }
}

/**
 * The flag by which jobs share this machine's processors, where no setting gives a run's threads.
 * Jobs of a launcher have the processors that it gives them.
 */
function threadsOf({ kept }: Sweep, { settings }: Trial, jobs: number): readonly string[] {
  const { training } = (kept.sweep.config ?? {}) as { training?: { threads?: unknown } };
  if ((settings['training.threads'] ?? training?.threads) !== undefined) return [];
  return ['--threads', String(Math.max(1, Math.floor(availableParallelism() / jobs)))];
}

/** Trains a run of a sweep to a rung, in a process of its own, and gives its metric. */
async function trainTrial(
  sweep: Sweep,
  { trial, rung }: Task,
  { jobs, launcher = '' }: SweepFlags,
  shown: Shown,
  signal: AbortSignal,
): Promise<number> {
  const { folder, kept, metric, rungs, planned, codeFile } = sweep;
  const run = `${folder.path}/${runName(trial)}`;
  const plan = planned.get(trial.number);
  if (!(await RunFolder.holdsRun(run))) {
    const { model, training } = plan!;
    await (await RunFolder.create(run)).writeConfig({ vaekit: version, model, training });
  }
  const whole = kept.epochs ?? plan?.epochs ?? (await epochsOf(run));
  const isLast = rung === rungs.length - 1;
  shown.begin(trial, run, isLast ? whole : rungs[rung]!);
  await waitForOther(run, shown, trial, signal);
  const code = codeFile ? ['--config', codeFile] : [];
  const starting = { launcher: wordsOf(launcher), signal, log: `${run}/log.txt` };
  const threads = launcher === '' && jobs > 1 ? threadsOf(sweep, trial, jobs) : [];
  const args = [
    ...['train', '--resume', run, ...code],
    ...(isLast ? [] : ['--stop-after', String(rungs[rung])]),
    ...threads,
  ];
  for (let tries = 1; ; tries++) {
    try {
      await runCommand(args, starting);
      break;
    } catch (error) {
      const goesOn = error instanceof JobError && error.isStopped && tries < mostTries;
      if (!goesOn || signal.aborted) throw error;
    }
  }
  if (metric.judge) {
    shown.tell(trial, 'being judged');
    await runCommand(['judge', run, ...code, ...metric.judge], starting);
  }
  const { value, epochs } = await measured(run, metric);
  trial.epochs = epochs;
  return value;
}

/** The epochs that a run is to have. */
async function epochsOf(run: string): Promise<number> {
  const { training } = await (await RunFolder.open(run)).readConfig();
  return Number((training as { epochs?: number } | undefined)?.epochs ?? 0);
}

/** Draws the runs of a sweep that have a number to be compared by. */
async function drawResults(folder: SweepFolder, results: Results): Promise<void> {
  const { parallelPicture } = await import('../../report/pictures/parallel-coordinates.js');
  const { trials, metric } = results;
  const rows = trials.flatMap(({ settings, results: values }) => {
    const value = values.at(-1);
    return value === undefined ? [] : [{ settings, value }];
  });
  if (rows.length === 0) return;
  const picture = await parallelPicture(rows, { metric: metric.name, better: metric.better });
  await folder.write('parallel-coordinates.png', picture);
}

/** Tells the outcome in lines for people. */
function tellEnd({ folder, kept, metric }: Sweep, results: Results, goOn: string): void {
  const { path } = folder;
  const say = (line: string) => process.stdout.write(`${line}\n`);
  say(resultsTable(results));
  const best = bestOf(kept.trials, metric.better);
  if (best) {
    const run = `${path}/${runName(best)}`;
    say(`Best: ${runName(best)} (${settingsText(best)}). See it: vaekit info ${shellWord(run)}`);
  }
  say(`Written to ${path}. Compare the runs: vaekit studio ${shellWord(path)}`);
  const failed = kept.trials.filter(({ failure }) => failure !== undefined).length;
  if (failed > 0) say(`${failed} failed; train them again by: ${goOn} --retry`);
}

/** `vaekit sweep`: trains the runs of a sweep, or the rest of them. */
export async function sweepRuns(file: string, flags: SweepFlags): Promise<void> {
  const path = flags.out ?? `runs/${fileName(baseName(file).replace(/\.json$/i, ''))}`;
  const folder = await SweepFolder.open(path);
  try {
    const sweep = await prepare(folder, file, flags.retry ?? false);
    const out = flags.out === undefined ? '' : ` --out ${shellWord(flags.out)}`;
    const jobs = flags.jobs === 1 ? '' : ` --jobs ${flags.jobs}`;
    const launcher = flags.launcher === undefined ? '' : ` --launcher ${shellWord(flags.launcher)}`;
    await runSweep(sweep, flags, `vaekit sweep ${shellWord(file)}${out}${jobs}${launcher}`);
  } finally {
    await folder.release();
  }
}

async function runSweep(sweep: Sweep, flags: SweepFlags, goOn: string): Promise<void> {
  const { folder, kept, metric, rungs } = sweep;
  const { trials } = kept;
  const race = raceOf(kept.sweep, rungs.length, metric.better);
  const signals = abortOnSignals();
  const stopping = new AbortController();
  let fault: unknown;
  const stop = (error: unknown) => {
    if (!(error instanceof MetricError || error instanceof LauncherError)) return;
    fault ??= error;
    stopping.abort();
  };
  const shown = new Shown(trials, metric, stop);
  const left = trials.filter(({ results }) => results.length === 0).length;
  const of = left < trials.length ? `, ${trials.length - left} of which have ended` : '';
  shown.line(`${trials.length} runs${of}, by ${metric.name} (${metric.better} is better).`);
  const results = { trials, metric, rungs: rungs.length };
  try {
    await search(trials, {
      race,
      jobs: flags.jobs,
      signal: AbortSignal.any([signals.signal, stopping.signal]),
      onChange: async () => {
        shown.settle();
        await folder.keep(() => ({
          'sweep.json': keptText(kept, metric, rungs.length, bestOf(trials, metric.better)),
          'sweep.csv': resultsCsv(results),
        }));
      },
      train: async (task, signal) => {
        try {
          return await trainTrial(sweep, task, flags, shown, signal);
        } catch (error) {
          stop(error);
          throw error;
        }
      },
    });
    shown.close();
    if (fault) throw fault;
    await drawResults(folder, results);
  } finally {
    shown.close();
    signals.stop();
    process.exitCode = signals.exitCode();
  }
  if (signals.signal.aborted) process.stdout.write(`Stopped. Go on with: ${goOn}\n`);
  else tellEnd(sweep, results, goOn);
}
