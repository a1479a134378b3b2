import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll } from 'vitest';
import { fillUniform, randomStream } from '../../src/base/random.js';
import { idxFile } from '../data/codecs/idx-file.js';

/** The built command line. */
export const main = fileURLToPath(new URL('../../dist/bin/vaekit.js', import.meta.url));
if (!existsSync(main)) throw new Error('These tests run what is built: npm run build first.');

/** Outcome of a process. */
export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Starts the command line in a folder. */
export function start(cwd: string, args: readonly string[]): ChildProcessWithoutNullStreams {
  return spawn(process.execPath, [main, ...args], { cwd });
}

/** The end of a process, and all it said from now on. */
export async function ended(child: ChildProcessWithoutNullStreams): Promise<Ended> {
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject).on('close', resolve);
  });
  return { code, stdout, stderr };
}

/** Runs `vaekit` in a folder to its end. */
export function vaekit(cwd: string, ...args: readonly string[]): Promise<Ended> {
  return ended(start(cwd, args));
}

const folders: string[] = [];

afterAll(async () => {
  for (const folder of folders) await rm(folder, { recursive: true });
});

/** An empty folder, which is removed after the file's tests. */
export async function emptyFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'vaekit-cli-'));
  folders.push(folder);
  return folder;
}

/** Every path under a folder, sorted. */
export async function tree(folder: string): Promise<string[]> {
  return (await readdir(folder, { recursive: true })).sort();
}

/** 8×8 images of a bright quarter, whose place is the label, with some noise. */
export function quarters(count: number, seed: number): { images: Uint8Array; labels: Uint8Array } {
  const noise = new Float32Array(count * 64);
  fillUniform(randomStream(seed, 'quarters'), noise);
  const labels = Uint8Array.from({ length: count }, (_, i) => i % 4);
  const images = Uint8Array.from(noise, (value, i) => {
    const label = labels[Math.floor(i / 64)]!;
    const bright = (i % 64 < 32 ? 0 : 2) + (i % 8 < 4 ? 0 : 1) === label;
    return (bright ? 200 : 10) + value * 45;
  });
  return { images, labels };
}

/** Writes a folder `quarters` of IDX files: 400 images to train on, 100 to test. */
export async function writeQuarters(folder: string): Promise<void> {
  const data = join(folder, 'quarters');
  await mkdir(data);
  for (const [stem, count, seed] of [
    ['train', 400, 1],
    ['t10k', 100, 2],
  ] as const) {
    const { images, labels } = quarters(count, seed);
    const write = (name: string, bytes: Uint8Array) => writeFile(join(data, name), bytes);
    await write(`${stem}-images-idx3-ubyte`, idxFile('uint8', [count, 8, 8], images));
    await write(`${stem}-labels-idx1-ubyte`, idxFile('uint8', [count], labels));
  }
}
