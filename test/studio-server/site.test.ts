import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { buildSite, type SiteOptions } from '../../src/studio-server/site.js';

let root: string;
let options: SiteOptions;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'vaekit-site-'));
  const page = join(root, 'page');
  await mkdir(join(page, 'assets'), { recursive: true });
  await writeFile(join(page, 'index.html'), '<head><meta charset="utf-8" /></head>');
  await writeFile(join(page, 'service-worker.js'), 'work();');
  await writeFile(join(page, 'assets', 'a-123.js'), 'const a = 1;');
  const run = join(root, 'runs', '숫자');
  await mkdir(run, { recursive: true });
  await writeFile(join(run, 'config.json'), '{"format":1}');
  await writeFile(join(run, 'parameters.safetensors'), '0123456789');
  await writeFile(join(run, 'notes.txt'), 'not for the page');
  options = { folder: join(root, 'site'), path: join(root, 'runs'), page, data: [] };
});

afterEach(() => rm(root, { recursive: true }));

const filesOf = async (folder: string) =>
  (await readdir(folder, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name).slice(folder.length + 1))
    .sort();

const listOf = (script: string) => JSON.parse(/^self\.site = (.*);\n/.exec(script)![1]!);

test('writes the page, the runs, and a service worker that knows the files of this version', async () => {
  const site = await buildSite(options);
  expect(site.runs).toEqual(['숫자']);
  const { folder } = options;
  expect(await filesOf(folder)).toEqual([
    'assets/a-123.js',
    'index.html',
    'runs/index.json',
    'runs/숫자/config.json',
    'runs/숫자/parameters.safetensors',
    'service-worker.js',
    'site.json',
  ]);
  const html = await readFile(join(folder, 'index.html'), 'utf8');
  expect(html).toContain('rel="manifest"');
  expect(html).toContain("default-src 'none'");
  const script = await readFile(join(folder, 'service-worker.js'), 'utf8');
  const list = listOf(script);
  expect(list.files.map(({ path }: { path: string }) => path)).toEqual([
    'assets/a-123.js',
    'index.html',
  ]);
  // The same page is the same version, another one is not; an earlier site is replaced whole.
  await buildSite(options);
  expect(await readFile(join(folder, 'service-worker.js'), 'utf8')).toBe(script);
  await rm(join(options.page!, 'assets', 'a-123.js'));
  await writeFile(join(options.page!, 'assets', 'a-456.js'), 'const a = 2;');
  await buildSite(options);
  expect(await filesOf(folder)).not.toContain('assets/a-123.js');
  expect(listOf(await readFile(join(folder, 'service-worker.js'), 'utf8')).version).not.toBe(
    list.version,
  );
  expect(await readdir(root)).toEqual(['page', 'runs', 'site']);
});

test('leaves a folder of other things as it is, and names one of them', async () => {
  const { folder } = options;
  await mkdir(folder);
  await writeFile(join(folder, 'thesis.tex'), 'x');
  await expect(buildSite(options)).rejects.toThrow(
    /is not empty.*thesis\.tex is there.*new folder/s,
  );
  await rm(join(folder, 'thesis.tex'));
  await buildSite(options);
  await writeFile(join(folder, 'CNAME'), 'example.org');
  await expect(buildSite(options)).rejects.toThrow(/holds CNAME.*another folder/);
  expect(await readFile(join(folder, 'CNAME'), 'utf8')).toBe('example.org');
});

test('leaves the earlier site when it fails, and nothing beside it', async () => {
  await buildSite(options);
  const before = await filesOf(options.folder);
  await rm(join(options.page!, 'service-worker.js'));
  await expect(buildSite(options)).rejects.toThrow();
  expect(await filesOf(options.folder)).toEqual(before);
  expect(await readdir(root)).toEqual(['page', 'runs', 'site']);
  await expect(buildSite({ ...options, path: join(root, 'none') })).rejects.toThrow(
    /there is no such folder/,
  );
});
