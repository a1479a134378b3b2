import { createHash } from 'node:crypto';
import { existsSync, watch } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fillUniform, randomStream } from '../../src/base/random.js';
import { decodeCheckpoint } from '../../src/index.js';
import { type Ended, ended, start, tree, vaekit } from './process.js';

/** Steps in an epoch of `quarters`, between two checkpoints, and epochs of the campaigns' runs. */
const stepsPerEpoch = 5;
export const interval = 7;
export const epochs = 40;

/** Settings with much to remember: averages, accumulated gradients, the best epoch, a schedule. */
const settings = [
  ...['--data', 'quarters', '--preset', 'dense'],
  ...['--epochs', `${epochs}`, '--checkpoint-every', `${interval}steps`],
  // Few steps in an epoch, so that the epochs a run tells of say closely how far it has come.
  ...['--batch-size', '96'],
  ...['--lr-schedule', 'cosine', '--ema', '0.99', '--accumulate', '2', '--keep-best'],
  // A run with more than two latents has fewer pictures, which take most of its time.
  ...['--latent', '3'],
];

export const command = (out: string) => ['train', ...settings, '--out', out];

/**
 * Hashes of a run's files, by name. A checkpoint counts by its tensors and its place in training; times do not
 * count.
 */
export async function fingerprint(run: string): Promise<Record<string, string>> {
  const hash = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
  const found: Record<string, string> = {};
  for (const name of await tree(run)) {
    if (name === 'checkpoints' || name === 'timing.jsonl') continue;
    const bytes = await readFile(join(run, name));
    if (!name.startsWith('checkpoints')) {
      found[name] = hash(bytes);
      continue;
    }
    const { tensors, seconds: _, history, ...rest } = decodeCheckpoint(bytes, name);
    const lines = history.map(({ seconds: _, ...line }) => line);
    const parts = Object.keys(tensors)
      .sort()
      .map((key) => {
        const { buffer, byteOffset, byteLength } = tensors[key]!.data as Float32Array;
        return `${key} ${hash(new Uint8Array(buffer, byteOffset, byteLength))}`;
      });
    found[name] = hash(new TextEncoder().encode(JSON.stringify([rest, lines, parts])));
  }
  return found;
}

/** The step of the last checkpoint; undefined when there is none. */
export async function lastCheckpoint(run: string): Promise<number | undefined> {
  const names = existsSync(join(run, 'checkpoints')) ? await tree(join(run, 'checkpoints')) : [];
  const steps = names.flatMap((name) => /^step-(\d+)\.safetensors$/.exec(name)?.[1] ?? []);
  return steps.length > 0 ? Math.max(...steps.map(Number)) : undefined;
}

/** Moments of kills. */
const moments = ['at any time', 'in training', 'in a checkpoint', 'in the final save'] as const;
const signals = ['SIGKILL', 'SIGINT', 'SIGKILL', 'SIGTERM'] as const;

/** Kills of a campaign: so many, two at once, the first of which has this number. */
export interface CampaignOptions {
  readonly kills: number;
  readonly first?: number;
  readonly seed?: number;
  readonly atOnce?: number;
  /** Hears of each kill in a line. */
  readonly tell?: (line: string) => void;
}

/** Outcomes of the kills of a campaign. */
export interface Campaign {
  /** Kills by the work under way. */
  readonly struck: Record<'before the run' | 'in training' | 'in the final save', number>;
  /** Kills that left a file half written, which is under a temporary name. */
  readonly halfWritten: number;
  /** Kills that were not answered as they should be, in words. */
  readonly failures: string[];
  /** The most steps that a kill lost. */
  readonly mostLost: number;
}

/** The run that nothing breaks, `whole`. */
export interface Unbroken {
  readonly left: Record<string, string>;
  /** Milliseconds from its start to its first line, to the last epoch, and to its end. */
  readonly times: { readonly begun: number; readonly trained: number; readonly ended: number };
}

/** @param folder holds `quarters` */
export async function unbroken(folder: string): Promise<Unbroken> {
  const started = performance.now();
  const times = { begun: 0, trained: 0, ended: 0 };
  const child = start(folder, command('whole'));
  const end = ended(child);
  child.stdout.on('data', (text: string) => {
    times.begun ||= performance.now() - started;
    if (text.includes(`Epoch ${epochs}/`)) times.trained = performance.now() - started;
  });
  const { code, stderr } = await end;
  if (code !== 0) throw new Error(stderr);
  times.ended = performance.now() - started;
  return { left: await fingerprint(join(folder, 'whole')), times };
}

/**
 * Kills a training at a moment.
 * @param chance decides when exactly: two numbers of [0, 1)
 */
async function trainAndKill(
  folder: string,
  out: string,
  { signal, moment, chance: [first, second] }: Planned,
  { begun, trained, ended: over }: Unbroken['times'],
): Promise<Ended> {
  const child = start(folder, command(out));
  const end = ended(child);
  const timers: NodeJS.Timeout[] = [];
  const killIn = (milliseconds: number) => {
    timers.push(setTimeout(() => child.kill(signal), milliseconds));
  };
  let lines = 0;
  const onLine: Record<(typeof moments)[number], (text: string) => void> = {
    'at any time': () => {},
    'in training': () => {
      if (lines === 1) killIn(first * (trained - begun));
    },
    'in the final save': (text) => {
      if (text.includes(`Epoch ${epochs}/`)) killIn(first * (over - trained));
    },
    // Waits for a random epoch, then for a temporary file, and strikes then or shortly after.
    'in a checkpoint': (text) => {
      if (!text.includes(`Epoch ${1 + Math.floor(first * (epochs - 1))}/`)) return;
      const checkpoints = join(folder, out, 'checkpoints');
      if (!existsSync(checkpoints)) return killIn(0);
      const watcher = watch(checkpoints, (_, name) => {
        if (!name?.endsWith('.tmp')) return;
        watcher.close();
        killIn(2 * second);
      });
      child.on('close', () => watcher.close());
    },
  };
  if (moment === 'at any time') killIn(200 + first * (over - 200));
  child.stdout.on('data', (text: string) => {
    lines += 1;
    onLine[moment](text);
  });
  const killed = await end;
  timers.forEach(clearTimeout);
  return killed;
}

/** A kill that is to be. */
interface Planned {
  readonly signal: (typeof signals)[number];
  readonly moment: (typeof moments)[number];
  readonly chance: readonly [number, number];
}

/** The kill of this number, and its next attempt where the one before came too late. */
function plan(seed: number, number: number, attempt: number): Planned {
  const chance = new Float32Array(2);
  fillUniform(randomStream(seed, `kill ${attempt}`, number), chance);
  return {
    signal: signals[number % 4]!,
    // Each signal strikes at each moment in sixteen kills.
    moment: moments[(number + Math.floor(number / 4)) % 4]!,
    chance: [chance[0]!, chance[1]!],
  };
}

/**
 * Kills trainings at random moments, half of them by SIGKILL, resumes each, and compares its run folder
 * with the unbroken run's.
 */
export async function crashCampaign(
  folder: string,
  { left, times }: Unbroken,
  { kills, first = 1, seed = 1, atOnce = 2, tell = () => {} }: CampaignOptions,
): Promise<Campaign> {
  const expected = JSON.stringify(left);
  const struck = { 'before the run': 0, 'in training': 0, 'in the final save': 0 };
  const failures: string[] = [];
  let [mostLost, halfWritten] = [0, 0];

  /** Kills, resumes and compares; false when the kill came after the end. */
  const strike = async (number: number, attempt: number): Promise<boolean> => {
    const out = `kill-${number}-${attempt}`;
    const run = join(folder, out);
    const planned = plan(seed, number, attempt);
    const { signal, moment } = planned;
    const killed = await trainAndKill(folder, out, planned, times);
    if (killed.code === 0) {
      await rm(run, { recursive: true });
      return false;
    }
    const found: string[] = [];
    const answers = { SIGKILL: [null], SIGINT: [130, null], SIGTERM: [143, null] };
    if (!(answers[signal] as (number | null)[]).includes(killed.code)) {
      found.push(`exit code ${killed.code}, ${killed.stderr}`);
    }
    const begun = existsSync(join(run, 'config.json'));
    const step = (await lastCheckpoint(run)) ?? 0;
    const told = [...killed.stdout.matchAll(/^Epoch (\d+)\//gm)].length * stepsPerEpoch;
    const trained = step >= epochs * stepsPerEpoch;
    const where = begun ? (trained ? 'in the final save' : 'in training') : 'before the run';
    struck[where] += 1;
    mostLost = Math.max(mostLost, told - step);
    if (told - step > interval) found.push(`${told - step} steps are lost`);
    const names = existsSync(run) ? await tree(run) : [];
    const half = names.filter((name) => name.endsWith('.tmp'));
    if (half.length > 0) halfWritten += 1;
    if (names.includes('metrics.jsonl')) {
      const text = await readFile(join(run, 'metrics.jsonl'), 'utf8');
      if (!/^(\{.*\}\n)*$/.test(text)) found.push('metrics.jsonl holds half a line');
    }
    const resumed = await vaekit(folder, ...(begun ? ['train', '--resume', out] : command(out)));
    if (resumed.code !== 0) found.push(`the resume says ${resumed.stderr}`);
    const now = await fingerprint(run);
    if (JSON.stringify(now) !== expected) {
      const differ = [...new Set([...Object.keys(left), ...Object.keys(now)])].filter(
        (name) => now[name] !== left[name],
      );
      found.push(`the end differs in ${differ.join(', ')}`);
    }
    const kill = `kill ${number}: ${signal} ${moment}`;
    const met = [`${where}, after step ${told}`, ...half.map((name) => `${name} half written`)];
    const outcome = found.length > 0 ? found.join('; ') : 'resumed, ends alike';
    tell(`${kill}; it struck ${met.join(', ')}; ${outcome}`);
    failures.push(...found.map((what) => `${kill}: ${what}`));
    await rm(run, { recursive: true });
    return true;
  };

  let next = first;
  const worker = async () => {
    while (next < first + kills) {
      const number = next++;
      let attempt = 0;
      while (!(await strike(number, attempt))) {
        attempt += 1;
        if (attempt === 10) {
          failures.push(`kill ${number}: ten times it came after the end`);
          break;
        }
      }
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return { struck, halfWritten, failures, mostLost };
}
