import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fillUniform, randomStream } from '../../src/base/random.js';
import { idxFile } from '../data/codecs/idx-file.js';

const folders: string[] = [];

/** Removes all empty folders that were made. */
export async function removeFolders(): Promise<void> {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true });
}

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
