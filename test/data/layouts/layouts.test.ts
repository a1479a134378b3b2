import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, test } from 'vitest';
import { datasets } from '../../../src/index.js';
import { layouts } from './all.js';
import { check } from './check.js';
import { type DataLayout, foundOf } from './layout.js';

/** Keeps every layout's files, with how they were read, for the scripts in `peers/`. */
const kept = process.env.LAYOUTS;

let root: string;

beforeAll(async () => {
  root = kept ?? (await mkdtemp(join(tmpdir(), 'vaekit-layouts-')));
});

afterAll(() => (kept ? undefined : rm(root, { recursive: true })));

async function write({ files }: DataLayout, folder: string): Promise<void> {
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), content);
  }
}

function open({ open = '', labelFile, options = {} }: DataLayout, folder: string) {
  return datasets.openDataset(join(folder, open), {
    cache: join(root, 'cache'),
    ...options,
    ...(labelFile === undefined ? {} : { label: join(folder, labelFile) }),
  });
}

describe.each(Object.entries(layouts))('%s', (kind, list) => {
  test.each(list.map((layout, i) => [layout.title, layout, i] as const))(
    '%s',
    async (_, layout, i) => {
      const place = join(root, kind, String(i));
      const folder = join(place, 'data');
      await write(layout, folder);
      const found = await foundOf(() => open(layout, folder));
      if (kept) {
        const { title, open = '', options = {} } = layout;
        const told = JSON.stringify({ title, open, options, ...found });
        await writeFile(join(place, 'found.json'), told);
      }
      check(layout, found);
    },
  );
});
