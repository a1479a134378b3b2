import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { parse } from 'yaml';
import { sharing, Tensor, VAE } from '../../src/index.js';
import { hubServer } from './hub-server.js';
import { picture, useHub, writeRun } from './setup.js';

const used = useHub();
const runPath = () => join(used.folder, 'run');
const latents = new Tensor('float32', Float32Array.of(0.3, -1.2, 2, 0.7), [2, 2]);

/** The files of a branch, by their paths. */
function filesOf(repo = 'ann/digits', branch = 'main') {
  const { branches, commits } = used.hub.repositories.get(repo)!;
  return commits.get(branches.get(branch)!)!;
}

const cardOf = (path = 'README.md') => filesOf().get(path)!.content.toString();

test('a run pushed and loaded again decodes to the same bits', async () => {
  const { vae } = await writeRun(runPath());
  const pushed = await sharing.pushRun(runPath(), 'ann/digits', used.options);
  expect(pushed).toMatchObject({
    address: 'hf://ann/digits',
    page: `${used.hub.endpoint}/ann/digits`,
    commit: used.hub.repositories.get('ann/digits')!.branches.get('main'),
    removed: [],
  });
  expect([...filesOf().keys()].sort()).toEqual([
    ...['.gitattributes', 'README.md', 'config.json', 'decoder.onnx', 'encoder.onnx'],
    ...['metrics.jsonl', 'parameters.safetensors', 'samples.png'],
  ]);
  used.hub.heard.length = 0;
  const again = await VAE.load('hf://ann/digits', { hub: used.options });
  expect((await again.decode(latents)).data).toEqual((await vae.decode(latents)).data);
  // Fetches the two files of a model alone, of eight.
  const fetched = used.hub.heard.filter(({ path }) => path.includes('/resolve/'));
  expect(fetched.map(({ path }) => path.split('/').at(-1))).toEqual([
    'config.json',
    'parameters.safetensors',
  ]);
});

test('large files go in pieces where the Hub asks for that', async () => {
  await writeRun(runPath());
  used.hub.settings.pieceSize = 500;
  await sharing.pushRun(runPath(), 'ann/digits', used.options);
  const pieces = used.hub.heard.filter(({ path }) => path.includes('/piece/'));
  expect(pieces.length).toBeGreaterThan(4);
  await VAE.load('hf://ann/digits', { hub: used.options });
});

test('a second push sends changed files, and removes files that the run has no more', async () => {
  const { run } = await writeRun(runPath());
  await run.write('health.json', '{}');
  await sharing.pushRun(runPath(), 'ann/digits', used.options);
  const same = await sharing.pushRun(runPath(), 'ann/digits', used.options);
  expect([same.sent, same.removed]).toEqual([[], []]);
  await rm(join(runPath(), 'health.json'));
  await run.write('metrics.jsonl', '{"epoch":1,"loss":8.5,"steps":2}\n');
  const next = await sharing.pushRun(runPath(), 'ann/digits', used.options);
  expect([next.sent, next.removed]).toEqual([['metrics.jsonl', 'README.md'], ['health.json']]);
  expect(used.hub.repositories.get('ann/digits')!.titles).toEqual([
    'Push a run of vaekit 0.1.0',
    'Push a run of vaekit 0.1.0',
  ]);
});

test('a branch and a folder take a run of their own', async () => {
  await writeRun(runPath());
  await sharing.pushRun(runPath(), 'ann/digits', used.options);
  const other = join(used.folder, 'other');
  const { vae } = await writeRun(other, 7);
  const pushed = await sharing.pushRun(other, 'ann/digits@wide/runs/seven', {
    ...used.options,
    message: 'Seven',
  });
  expect(pushed.address).toBe('hf://ann/digits@wide/runs/seven');
  expect(filesOf('ann/digits', 'main').has('runs/seven/config.json')).toBe(false);
  expect(filesOf('ann/digits', 'wide').has('config.json')).toBe(true);
  const again = await VAE.load(pushed.address, { hub: used.options });
  expect((await again.decode(latents)).data).toEqual((await vae.decode(latents)).data);
  expect(again.config.seed).toBe(7);
  const byCommit = await VAE.load(`hf://ann/digits@${pushed.commit}`, { hub: used.options });
  expect(byCommit.config.seed).toBe(1);
});

test('the card describes the run, as the Hub reads it', async () => {
  const { run } = await writeRun(runPath());
  await run.writeJudgement({
    ...{ data: 'MNIST test', part: 'test', examples: 1000, samples: 100, seed: 42 },
    figures: { logLikelihood: { value: -101.25, error: 0.5, detail: 'by 100 draws' } },
  });
  await sharing.pushRun(runPath(), 'ann/digits', { ...used.options, license: 'mit' });
  const [, metadata, text] = /^---\n(.*?)\n---\n(.*)$/s.exec(cardOf())!;
  const task = { type: 'unconditional-image-generation', name: 'Unconditional image generation' };
  expect(parse(metadata!)).toEqual({
    license: 'mit',
    library_name: 'vaekit',
    pipeline_tag: 'unconditional-image-generation',
    tags: ['vaekit', 'variational-autoencoder', 'vae', 'onnx'],
    datasets: ['ylecun/mnist'],
    metrics: ['val_loss', 'logLikelihood'],
    'model-index': [
      {
        name: 'digits',
        results: [
          {
            task,
            dataset: { type: 'ylecun/mnist', name: 'mnist' },
            metrics: [{ type: 'val_loss', value: 9.25, name: 'val_loss' }],
          },
          {
            task,
            dataset: { type: 'ylecun/mnist', name: 'MNIST test', split: 'test' },
            metrics: [{ type: 'logLikelihood', value: -101.25, name: 'log p(x), nats' }],
          },
        ],
      },
    ],
  });
  expect(text).toContain("await VAE.load('hf://ann/digits')");
  expect(text).toContain('![Decoded draws](samples.png)');
  expect(text).toContain('| log p(x), nats | -101.25 ± 0.5 | by 100 draws |');
  expect(text).toContain('| Latents | 2 |');
});

test('names of data mean nothing in the Markdown of a card', async () => {
  const { vae } = await writeRun(runPath());
  const odd = join(used.folder, 'odd');
  await vae.save(odd, { data: 'a | b <script>\n# [x](y)' });
  await sharing.pushRun(odd, 'ann/digits', used.options);
  expect(cardOf()).toContain('trained on a \\| b \\<script\\>\\\\u000a\\# \\[x\\](y) with vaekit');
});

test('a card that was written by hand stays, and one of the run is sent', async () => {
  await writeRun(runPath());
  await sharing.pushRun(runPath(), 'ann/digits', used.options);
  filesOf().set('README.md', { content: Buffer.from('# Mine\n'), isLarge: false });
  filesOf().set('banner.png', { content: Buffer.from(picture), isLarge: true });
  const cache = join(used.folder, 'other-cache');
  const kept = await sharing.pushRun(runPath(), 'ann/digits', { ...used.options, cache });
  expect([kept.keepsCard, cardOf()]).toEqual([true, '# Mine\n']);
  expect(filesOf().has('banner.png')).toBe(true);
  await writeFile(join(runPath(), 'README.md'), '# Ours\n');
  await sharing.pushRun(runPath(), 'ann/digits', { ...used.options, cache });
  expect(cardOf()).toBe('# Ours\n');
});

test('private repositories are made so, and public ones take no private run', async () => {
  await writeRun(runPath());
  await sharing.pushRun(runPath(), 'ann/secret', { ...used.options, private: true });
  expect(used.hub.repositories.get('ann/secret')!.isPrivate).toBe(true);
  await expect(
    VAE.load('hf://ann/secret', { hub: { ...used.options, token: undefined as never } }),
  ).rejects.toThrow(
    `ann/secret: ${used.hub.endpoint} has no such repository, or it is private. Check the name, or set HF_TOKEN to a token that may read it.`,
  );
  await sharing.pushRun(runPath(), 'ann/open', used.options);
  await expect(
    sharing.pushRun(runPath(), 'ann/open', { ...used.options, private: true }),
  ).rejects.toThrow(
    /^ann\/open is there already, and public: --private makes new repositories so\./,
  );
});

test('refusals are told in a line each', async () => {
  await writeRun(runPath());
  const { endpoint, cache } = used.options;
  const settings = `${endpoint}/settings/tokens`;
  const push = (to: string, token?: string, more = {}) =>
    sharing.pushRun(runPath(), to, { endpoint, cache, ...(token ? { token } : {}), ...more });
  await expect(push('ann/a')).rejects.toThrow(
    `ann/a: there is no token. Make one that may write at ${settings}, and set HF_TOKEN to it.`,
  );
  await expect(push('ann/a', 'hf_nobody')).rejects.toThrow(
    `ann/a: ${endpoint} does not know the token of the token given (HTTP 401). Invalid credentials in Authorization header. Make one at ${settings}.`,
  );
  await expect(push('ann/a', 'hf_reader')).rejects.toThrow(
    `ann/a: the token of the token given may not do this (HTTP 403). You may not create repositories here. Make a token that may at ${settings}.`,
  );
  vi.stubEnv('HF_TOKEN', 'secret');
  await expect(push('ann/a')).rejects.toThrow(
    'HF_TOKEN holds no token of the Hub: these begin with hf_. Set HF_TOKEN to one.',
  );
  const gone = await hubServer();
  await gone.close();
  const nowhere = push('ann/a', 'hf_owner', { endpoint: gone.endpoint });
  await expect(nowhere).rejects.toThrow(
    `ann/a: ${gone.endpoint} cannot be reached: the connection was refused. Check the network, or HF_ENDPOINT.`,
  );
  await expect(push('digits', 'hf_owner')).rejects.toThrow(/^"digits": '' is no name of an owner/);
  await expect(push('ann/a@refs/pr/1', 'hf_owner')).rejects.toThrow(
    "'refs/pr/1' is no branch of ann/a. Give the name of one.",
  );
  await rm(join(runPath(), 'parameters.safetensors'));
  await expect(push('ann/a', 'hf_owner')).rejects.toThrow(
    /has no parameters: its training has not/,
  );
  expect(used.hub.repositories.size).toBe(0);
});

test('a push that is stopped or fails leaves the branch as it was', async () => {
  await writeRun(runPath());
  await sharing.pushRun(runPath(), 'ann/digits', used.options);
  const before = used.hub.repositories.get('ann/digits')!.branches.get('main');
  const other = join(used.folder, 'other');
  await writeRun(other, 7);
  const stop = new AbortController();
  used.hub.settings.fate = ({ path }) => {
    if (!path.startsWith('store/put')) return 'served';
    stop.abort(new Error('stopped'));
    return 'silent';
  };
  await expect(
    sharing.pushRun(other, 'ann/digits', { ...used.options, signal: stop.signal }),
  ).rejects.toThrow('stopped');
  used.hub.settings.fate = ({ path }) =>
    path.startsWith('store/put') ? { status: 503 } : 'served';
  await expect(sharing.pushRun(other, 'ann/digits', used.options)).rejects.toThrow(
    /has trouble of its own \(HTTP 503\)\. Try again later\.$/,
  );
  expect(used.hub.repositories.get('ann/digits')!.branches.get('main')).toBe(before);
  // Secrets go to the Hub alone, never to a store that it names.
  expect(used.hub.heard.every(({ path, token }) => !path.startsWith('store') || !token)).toBe(true);
});
