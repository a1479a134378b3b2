import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fillUniform, randomStream } from '../../src/data/random.js';
import { decodeCheckpoint } from '../../src/index.js';
import { type Ended, ended, start, tree, vaekit } from './process.js';

/** Steps in an epoch of `quarters`, between two checkpoints, and epochs of the campaigns' runs. */
const stepsPerEpoch = 13;
const interval = 7;
const epochs = 40;

/** Settings with much to remember: averages, accumulated gradients, the best epoch, a schedule. */
const settings = [
  ...['--data', 'quarters', '--epochs', `${epochs}`, '--checkpoint-every', `${interval}steps`],
  ...['--lr-schedule', 'cosine', '--ema', '0.99', '--accumulate', '2', '--keep-best'],
  // With more than two latents a run has fewer pictures, which take most of its time.
  ...['--latent', '3'],
];

export const command = (out: string) => ['train', ...settings, '--out', out];

/**
 * All that a run leaves, by file: its bytes or, of a checkpoint, the bytes of its tensors with where
 * it stands. Times are no part of it.
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

/** What became of the kills of a campaign. */
export interface Campaign {
  /** Kills by where they struck. */
  readonly struck: Record<'before the run' | 'in training' | 'in the final save', number>;
  /** Kills that were not answered as they should be, in words. */
  readonly failures: string[];
  /** The most steps that a kill lost. */
  readonly mostLost: number;
}

/** The run that nothing breaks, `whole`. */
export interface Unbroken {
  readonly left: Record<string, string>;
  readonly milliseconds: number;
}

/** @param folder holds `quarters` */
export async function unbroken(folder: string): Promise<Unbroken> {
  const began = performance.now();
  const { code, stderr } = await vaekit(folder, ...command('whole'));
  if (code !== 0) throw new Error(stderr);
  const milliseconds = performance.now() - began;
  return { left: await fingerprint(join(folder, 'whole')), milliseconds };
}

/**
 * Kills trainings at random moments, half of them by SIGKILL, resumes each, and compares what is left
 * with the unbroken run.
 */
export async function crashCampaign(
  folder: string,
  { left, milliseconds: duration }: Unbroken,
  kills: number,
  seed = 1,
): Promise<Campaign> {
  const expected = JSON.stringify(left);
  const moments = new Float32Array(4 * kills);
  fillUniform(randomStream(seed, 'kills'), moments);
  const struck = { 'before the run': 0, 'in training': 0, 'in the final save': 0 };
  const failures: string[] = [];
  let mostLost = 0;
  let done = 0;
  for (let attempt = 0; done < kills && attempt < moments.length; attempt++) {
    const out = `kill-${attempt}`;
    const run = join(folder, out);
    const signal = (['SIGKILL', 'SIGINT', 'SIGKILL', 'SIGTERM'] as const)[done % 4]!;
    const child = start(folder, command(out));
    const end = ended(child);
    const timer = setTimeout(() => child.kill(signal), 200 + moments[attempt]! * (duration - 200));
    const killed: Ended = await end;
    clearTimeout(timer);
    // The moment came after the end.
    if (killed.code === 0) continue;
    done += 1;
    const at = `kill ${done} (${signal})`;
    const answers = { SIGKILL: [null], SIGINT: [130, null], SIGTERM: [143, null] };
    if (!(answers[signal] as (number | null)[]).includes(killed.code)) {
      failures.push(`${at}: exit code ${killed.code}, ${killed.stderr}`);
    }
    const begun = existsSync(join(run, 'config.json'));
    const step = (await lastCheckpoint(run)) ?? 0;
    const told = [...killed.stdout.matchAll(/^Epoch (\d+)\//gm)].length * stepsPerEpoch;
    mostLost = Math.max(mostLost, told - step);
    struck[
      !begun
        ? 'before the run'
        : step < epochs * stepsPerEpoch
          ? 'in training'
          : 'in the final save'
    ] += 1;
    for (const line of begun && existsSync(join(run, 'metrics.jsonl'))
      ? (await readFile(join(run, 'metrics.jsonl'), 'utf8')).split('\n')
      : []) {
      if (line !== '') JSON.parse(line);
    }
    const args = begun ? ['train', '--resume', out] : command(out);
    const resumed = await vaekit(folder, ...args);
    if (resumed.code !== 0) failures.push(`${at}: the resume says ${resumed.stderr}`);
    const now = await fingerprint(run);
    if (JSON.stringify(now) !== expected) {
      failures.push(
        `${at} at step ${step}: it ends with ${Object.keys(now).join(', ')}, not alike`,
      );
    }
  }
  if (done < kills) failures.push(`only ${done} of ${kills} kills struck`);
  return { struck, failures, mostLost };
}

export { interval };
