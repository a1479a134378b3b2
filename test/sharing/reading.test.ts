import { lstat, mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, expect, test, vi } from 'vitest';
import { RunFolder, sharing, VAE } from '../../src/index.js';
import { hashes } from './hub-repository.js';
import { useHub, writeRun } from './setup.js';

const used = useHub();
const load = (more = {}, place = 'hf://ann/digits') =>
  VAE.load(place, { hub: { ...used.options, ...more } });
const cached = (...names: string[]) => join(used.options.cache, 'models--ann--digits', ...names);
const commitOf = () => used.hub.repositories.get('ann/digits')!.branches.get('main')!;
const filesNow = () => used.hub.repositories.get('ann/digits')!.commits.get(commitOf())!;

beforeEach(async () => {
  await writeRun(join(used.folder, 'run'));
  await sharing.pushRun(join(used.folder, 'run'), 'ann/digits', {
    ...used.options,
    cache: join(used.folder, 'other-cache'),
  });
  used.hub.heard.length = 0;
}, 60_000);

test('the cache has the layout of Hugging Face, and serves without a network', async () => {
  await load();
  const commit = commitOf();
  expect(await readFile(cached('refs', 'main'), 'utf8')).toBe(commit);
  const { sha256 } = hashes(filesNow().get('parameters.safetensors')!.content);
  const link = cached('snapshots', commit, 'parameters.safetensors');
  expect((await lstat(link)).isSymbolicLink()).toBe(true);
  expect(await readFile(link)).toEqual(await readFile(cached('blobs', sha256)));
  used.hub.heard.length = 0;
  await load({ offline: true });
  vi.stubEnv('HF_HUB_OFFLINE', '1');
  await load();
  expect(used.hub.heard).toEqual([]);
  await expect(load({}, 'hf://ann/digits@wide')).rejects.toThrow(
    `hf://ann/digits@wide is not in the cache ${cached()}, and HF_HUB_OFFLINE is set. Unset it, and try again.`,
  );
  const run = await RunFolder.open('hf://ann/digits', used.options);
  await expect(run.readMetrics()).rejects.toThrow(
    /^hf:\/\/ann\/digits\/metrics.jsonl is not in the/,
  );
});

test('a second load asks for the commit alone, and fetches the files that another commit changed', async () => {
  await load();
  used.hub.heard.length = 0;
  await load();
  expect(used.hub.heard.map(({ path }) => path.split('?')[0])).toEqual([
    '/api/models/ann/digits/revision/main',
  ]);
  const other = join(used.folder, 'other');
  await writeRun(other, 7);
  await sharing.pushRun(other, 'ann/digits', used.options);
  expect((await load()).config.seed).toBe(7);
});

test('files that another program fetched serve without a network', async () => {
  const commit = commitOf();
  await mkdir(cached('refs'), { recursive: true });
  await mkdir(cached('blobs'));
  await mkdir(cached('snapshots', commit), { recursive: true });
  await writeFile(cached('refs', 'main'), commit);
  for (const name of ['config.json', 'parameters.safetensors']) {
    const { content, isLarge } = filesNow().get(name)!;
    const hash = hashes(content)[isLarge ? 'sha256' : 'git'];
    await writeFile(cached('blobs', hash), content);
    await symlink(`../../blobs/${hash}`, cached('snapshots', commit, name));
  }
  expect((await load({ offline: true })).config.seed).toBe(1);
});

test('a damaged copy is fetched again, and refused without a network', async () => {
  await load();
  const { sha256 } = hashes(filesNow().get('parameters.safetensors')!.content);
  const bytes = await readFile(cached('blobs', sha256));
  await writeFile(
    cached('blobs', sha256),
    bytes.map((byte, i) => (i === bytes.length - 1 ? byte ^ 1 : byte)),
  );
  await expect(load({ offline: true })).rejects.toThrow(
    /^hf:\/\/ann\/digits\/parameters.safetensors is damaged in the cache/,
  );
  const notes: string[] = [];
  await load({ onNote: (line: string) => notes.push(line) });
  expect(notes).toEqual([
    'hf://ann/digits/parameters.safetensors: the copy in the cache is damaged, and is fetched again.',
  ]);
  expect(await readFile(cached('blobs', sha256))).toEqual(bytes);
});

test('where the Hub cannot be reached, files fetched before are taken, and a note says so', async () => {
  await load();
  used.hub.settings.fate = () => 'lost';
  const notes: string[] = [];
  await load({ onNote: (line: string) => notes.push(line) });
  expect(notes).toEqual([
    `ann/digits: ${used.hub.endpoint} cannot be reached: the connection broke off. Check the network, or HF_ENDPOINT. What was fetched of ann/digits before is taken.`,
  ]);
});

test('files that come damaged or break off are not kept', async () => {
  const isWeights = (path: string) => path.startsWith('store/get');
  used.hub.settings.fate = ({ path }) =>
    isWeights(path) ? { body: new Uint8Array(900) } : 'served';
  await expect(load()).rejects.toThrow(
    /what came is not what the repository has|more than there should be/,
  );
  used.hub.settings.fate = ({ path }) => (isWeights(path) ? 'lost' : 'served');
  await expect(load()).rejects.toThrow(/the connection broke off/);
  const stop = new AbortController();
  used.hub.settings.fate = ({ path }) => {
    if (!isWeights(path)) return 'served';
    stop.abort(new Error('stopped'));
    return 'silent';
  };
  await expect(load({ signal: stop.signal })).rejects.toThrow('stopped');
  const { git } = hashes(filesNow().get('config.json')!.content);
  expect(await readdir(cached('blobs'))).toEqual([git]);
});

test('progress is told by bytes, to the last', async () => {
  const told: [string, number, number][] = [];
  await load({
    onProgress: ({ file, loaded, size }: { file: string; loaded: number; size: number }) =>
      told.push([file, loaded, size]),
  });
  const size = filesNow().get('parameters.safetensors')!.content.length;
  const own = told.filter(([file]) => file === 'parameters.safetensors');
  expect([own[0], own.at(-1)]).toEqual([
    ['parameters.safetensors', 0, size],
    ['parameters.safetensors', size, size],
  ]);
});

test('a name that leads out of the repository refuses it whole', async () => {
  for (const name of ['../../evil.json', 'a/../b.json', '/etc/x.json', 'C:/x.json', 'a\\b.json']) {
    filesNow().set(name, { content: Buffer.from('{}'), isLarge: false });
    await expect(load()).rejects.toThrow(/Nothing of it is read: tell its owner\.$/);
    filesNow().delete(name);
  }
  await expect(readdir(cached('blobs'))).rejects.toThrow('ENOENT');
});

test('code in a repository is neither seen nor fetched', async () => {
  const content = Buffer.from('throw 1');
  for (const name of ['vae.config.js', 'model.pkl', 'x.py'])
    filesNow().set(name, { content, isLarge: false });
  const run = await RunFolder.open('hf://ann/digits', used.options);
  expect(await run.list()).toEqual([
    ...['config.json', 'decoder.onnx', 'encoder.onnx', 'metrics.jsonl'],
    ...['parameters.safetensors', 'samples.png'],
  ]);
  await sharing.pullRun(run, join(used.folder, 'pulled'));
  expect(used.hub.heard.filter(({ path }) => /\.(js|pkl|py)$/.test(path))).toEqual([]);
});

test('refusals of reading are told in a line each', async () => {
  const { endpoint } = used.options;
  await expect(load({}, 'hf://ann/none')).rejects.toThrow(
    `ann/none: ${endpoint} has no such repository, or it is private. Check the name, or ask its owner for access.`,
  );
  await expect(load({}, 'hf://ann/digits@none')).rejects.toThrow(
    'ann/digits: there is no such revision in it. Give a branch, a tag or a commit that it has.',
  );
  await expect(load({}, 'hf://ann/digits/sub')).rejects.toThrow(
    'hf://ann/digits/sub holds no run: there is no config.json in it. Give a repository that vaekit push wrote.',
  );
  filesNow().set('bert/config.json', {
    content: Buffer.from('{"model_type":"bert"}'),
    isLarge: false,
  });
  const fresh = { cache: join(used.folder, 'second') };
  await expect(load(fresh, 'hf://ann/digits/bert')).rejects.toThrow(
    "hf://ann/digits/bert/config.json: there is no 'format' in it. Give a run that vaekit wrote.",
  );
  filesNow().delete('parameters.safetensors');
  await expect(load({ cache: join(used.folder, 'third') })).rejects.toThrow(/has no parameters/);
  used.hub.settings.fate = () => ({
    status: 403,
    headers: { 'X-Error-Code': 'GatedRepo' },
    body: {},
  });
  await expect(load({ cache: join(used.folder, 'fourth') })).rejects.toThrow(
    `ann/digits: its owner gives access by request. Ask for it at ${endpoint}/ann/digits, and set HF_TOKEN to a token of yours.`,
  );
});

test('tokens and places are found as the client for Python finds them', async () => {
  await mkdir(join(used.folder, 'home'));
  await writeFile(join(used.folder, 'home', 'token'), 'hf_reader\n');
  vi.stubEnv('HF_ENDPOINT', `${used.hub.endpoint}/`);
  const bare = () => VAE.load('hf://ann/digits');
  const tokens = () => [
    ...new Set(
      used.hub.heard.flatMap(({ path, token }) => (path.startsWith('store') ? [] : [token])),
    ),
  ];
  await bare();
  expect(tokens()).toEqual(['hf_reader']);
  await readdir(join(used.folder, 'home', 'hub', 'models--ann--digits', 'blobs'));
  used.hub.heard.length = 0;
  await writeFile(join(used.folder, 'other-token'), 'hf_owner');
  vi.stubEnv('HF_TOKEN_PATH', join(used.folder, 'other-token'));
  vi.stubEnv('HF_HUB_CACHE', join(used.folder, 'hub-cache'));
  await bare();
  expect(tokens()).toEqual(['hf_owner']);
  await readdir(join(used.folder, 'hub-cache', 'models--ann--digits', 'blobs'));
  used.hub.heard.length = 0;
  vi.stubEnv('HF_TOKEN', 'hf_reader');
  await bare();
  expect(tokens()).toEqual(['hf_reader']);
});
