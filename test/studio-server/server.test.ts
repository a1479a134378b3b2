import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { type IncomingHttpHeaders, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Studio, startStudio } from '../../src/studio-server/server.js';

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

let folder: string;
let studio: Studio;
let port: number;

/** Sends a path as it is: a URL parser would resolve `..` before. */
function ask(
  path: string,
  options: { readonly method?: string; readonly headers?: Readonly<Record<string, string>> } = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const { method = 'GET', headers = {} } = options;
    request({ host: '127.0.0.1', port, path, method, headers }, (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.on('end', () => {
        resolve({
          status: response.statusCode!,
          headers: response.headers,
          body: Buffer.concat(parts),
        });
      });
    })
      .on('error', reject)
      .end();
  });
}

const secret = 'not for the page';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vaekit-studio-'));
  const page = join(folder, 'page');
  await mkdir(join(page, 'assets'), { recursive: true });
  await writeFile(join(page, 'index.html'), '<!doctype html><title>page</title>');
  await writeFile(join(page, 'assets', 'a-123.js'), 'const a = 1;');
  await writeFile(join(folder, 'secret.json'), secret);
  const run = join(folder, 'runs', 'one');
  await mkdir(run, { recursive: true });
  await writeFile(join(run, 'config.json'), '{"format":1}');
  await writeFile(join(run, 'parameters.safetensors'), '0123456789');
  await writeFile(join(run, 'notes.txt'), secret);
  for (const inside of ['swept/001', 'other/001']) {
    const nested = join(folder, 'runs', inside);
    await mkdir(nested, { recursive: true });
    await writeFile(join(nested, 'config.json'), '{"format":1}');
    await writeFile(join(nested, 'log.txt'), secret);
  }
  await writeFile(join(folder, 'runs', 'swept', 'sweep.json'), '{"runs":[]}');
  await writeFile(join(folder, 'runs', 'swept', 'sweep.csv'), secret);
  const linked = join(folder, 'runs', 'linked');
  await mkdir(linked);
  await symlink(join(folder, 'secret.json'), join(linked, 'config.json'));
  const outside = join(folder, 'outside');
  await mkdir(outside);
  await writeFile(join(outside, 'config.json'), secret);
  await symlink(outside, join(folder, 'runs', 'away'));
  await symlink(run, join(folder, 'runs', 'again'));
  studio = await startStudio({
    path: join(folder, 'runs'),
    port: 0,
    page,
    cache: join(folder, 'cache'),
  });
  port = Number(new URL(studio.address).port);
});

afterAll(async () => {
  await studio.close();
  await rm(folder, { recursive: true });
});

describe('files served', () => {
  test('the page, isolated and allowed nothing but itself', async () => {
    const { status, headers, body } = await ask('/');
    expect(status).toBe(200);
    expect(body.toString()).toContain('<title>page</title>');
    expect(headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-cache',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-embedder-policy': 'require-corp',
      'cross-origin-resource-policy': 'same-origin',
      'x-content-type-options': 'nosniff',
    });
    const policy = headers['content-security-policy'];
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self' 'wasm-unsafe-eval'");
    expect(policy).not.toMatch(/unsafe-inline|'unsafe-eval'|\*|http/);
  });

  test('assets compressed where the browser takes that, and kept for good', async () => {
    const plain = await ask('/assets/a-123.js');
    expect(plain.body.toString()).toBe('const a = 1;');
    expect(plain.headers['cache-control']).toContain('immutable');
    const small = await ask('/assets/a-123.js', { headers: { 'accept-encoding': 'gzip, br' } });
    expect(small.headers['content-encoding']).toBe('gzip');
    expect(small.headers['content-type']).toBe('text/javascript; charset=utf-8');
    expect(small.headers.vary).toBe('Accept-Encoding');
    expect(gunzipSync(small.body).toString()).toBe('const a = 1;');
    expect(small.headers.etag).not.toBe(plain.headers.etag);
    for (const [{ etag }, encoding] of [
      [plain.headers, 'identity'],
      [small.headers, 'gzip'],
    ] as const) {
      const headers = { 'if-none-match': etag!, 'accept-encoding': encoding };
      const again = await ask('/assets/a-123.js', { headers });
      expect([again.status, again.body.length]).toEqual([304, 0]);
    }
    const part = { range: 'bytes=6-6', 'accept-encoding': 'gzip' };
    expect((await ask('/assets/a-123.js', { headers: part })).body.toString()).toBe('a');
  });

  test('runs: their list, and the files that the page needs', async () => {
    const { body } = await ask('/runs/index.json');
    const list = JSON.parse(body.toString()) as { folder: string; modified: number }[];
    expect(list.map(({ folder }) => folder)).toEqual(['again', 'one', 'swept/001']);
    expect(list[0]!.modified).toBeGreaterThan(1e12);
    expect(list[2]).toMatchObject({ sweep: 'swept' });
    expect((await ask('/runs/swept/001/config.json')).body.toString()).toBe('{"format":1}');
    expect((await ask('/runs/swept/sweep.json')).body.toString()).toBe('{"runs":[]}');
    // Other folders of folders are no runs of a sweep, and a sweep's other files are none of the page's.
    for (const path of ['other/001/config.json', 'swept/sweep.csv', 'swept/001/log.txt']) {
      expect((await ask(`/runs/${path}`)).status, path).toBe(404);
    }
    expect((await ask('/runs/one/config.json')).body.toString()).toBe('{"format":1}');
    expect((await ask('/runs/one/metrics.jsonl')).status).toBe(404);
    expect((await ask('/runs/one/notes.txt')).status).toBe(404);
    expect((await ask('/runs/none/config.json')).status).toBe(404);
    expect((await ask('/runs/one')).status).toBe(404);
  });

  test('ranges of bytes', async () => {
    const path = '/runs/one/parameters.safetensors';
    const range = (bytes: string) => ask(path, { headers: { range: `bytes=${bytes}` } });
    const middle = await range('2-4');
    expect([middle.status, middle.body.toString()]).toEqual([206, '234']);
    expect(middle.headers['content-range']).toBe('bytes 2-4/10');
    expect((await range('-3')).body.toString()).toBe('789');
    expect((await range('8-')).body.toString()).toBe('89');
    const beyond = await range('20-30');
    expect([beyond.status, beyond.headers['content-range']]).toEqual([416, 'bytes */10']);
  });

  test('HEAD without a body', async () => {
    const { status, headers, body } = await ask('/runs/one/config.json', { method: 'HEAD' });
    expect([status, headers['content-length'], body.length]).toEqual([200, '12', 0]);
  });

  test('public data as on its mirrors, whole or by range', async () => {
    const path = '/data/mnist/t10k-labels-idx1-ubyte.gz';
    const { status, headers, body } = await ask(path);
    expect(status).toBe(200);
    expect(headers['cache-control']).toContain('immutable');
    expect(headers['content-encoding']).toBeUndefined();
    const plain = gunzipSync(body);
    expect(plain.length).toBe(10_008);
    expect([...plain.subarray(8, 12)]).toEqual([7, 2, 1, 0]);
    const part = await ask(path, { headers: { range: 'bytes=0-1' } });
    expect([...part.body]).toEqual([0x1f, 0x8b]);
    for (const none of ['/data/mnist/other.gz', '/data/none/x.gz', '/data', '/data/mnist']) {
      expect((await ask(none)).status).toBe(404);
    }
  });
});

describe('requests refused', () => {
  test.each([
    '/../secret.json',
    '/runs/../../secret.json',
    '/runs/../secret.json',
    '/runs/one/../../../secret.json',
    '/runs/%2e%2e/secret.json',
    '/runs/%2e%2e%2fsecret.json',
    '/runs/one/..%2f..%2f..%2fsecret.json',
    '/runs/one/..%5c..%5csecret.json',
    '/runs/%252e%252e/secret.json',
    '/runs/.%2e/outside/config.json',
    '/runs/one%00/config.json',
    '/assets/../../secret.json',
    '/assets/%2e%2e/%2e%2e/secret.json',
    '/data/../secret.json',
    '/data/%2e%2e/mnist/t10k-labels-idx1-ubyte.gz',
    '//etc/passwd',
    '/%',
    '/runs//config.json',
    '/runs/sweep.json',
    '/runs/swept/..%2f..%2fsecret.json',
    '/runs/swept/001/../../../secret.json',
    '/runs/swept%2f001/config.json',
  ])('%s', async (path) => {
    const { status, body } = await ask(path);
    expect([400, 404]).toContain(status);
    expect(body.toString()).not.toContain(secret);
  });

  test('links that lead out of the folder of runs', async () => {
    for (const path of ['/runs/linked/config.json', '/runs/away/config.json']) {
      const { status, body } = await ask(path);
      expect(status).toBe(404);
      expect(body.toString()).not.toContain(secret);
    }
    expect((await ask('/runs/again/config.json')).status).toBe(200);
  });

  test('another Host, as of a page that rebinds its name', async () => {
    for (const host of ['example.test', `example.test:${port}`, '127.0.0.1', '127.0.0.1:1']) {
      expect((await ask('/', { headers: { host } })).status).toBe(403);
    }
    expect((await ask('/', { headers: { host: `localhost:${port}` } })).status).toBe(200);
  });

  test('another origin, and every method that changes something', async () => {
    const origin = 'http://example.test';
    expect((await ask('/runs/index.json', { headers: { origin } })).status).toBe(403);
    expect((await ask('/', { method: 'POST', headers: { origin } })).status).toBe(403);
    expect((await ask('/', { headers: { origin: 'null' } })).status).toBe(403);
    for (const method of ['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'TRACE']) {
      const { status, headers } = await ask('/runs/one/config.json', { method });
      expect([status, headers.allow]).toEqual([405, 'GET, HEAD']);
    }
    const own = { origin: `http://127.0.0.1:${port}` };
    expect((await ask('/', { headers: own })).status).toBe(200);
  });

  test('refusals carry the same headers', async () => {
    const { headers } = await ask('/none');
    expect(headers['content-security-policy']).toContain("default-src 'none'");
    expect(headers['cross-origin-resource-policy']).toBe('same-origin');
  });
});

describe('how it starts', () => {
  const page = () => join(folder, 'page');

  test('with one run, whose view the address opens', async () => {
    const one = await startStudio({ path: join(folder, 'runs', 'one'), port: 0, page: page() });
    try {
      expect(one.address).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/#\/explore\/served%3Aone$/);
      const before = port;
      port = Number(new URL(one.address).port);
      const list = JSON.parse((await ask('/runs/index.json')).body.toString());
      expect(list).toMatchObject([{ folder: 'one' }]);
      expect((await ask('/runs/linked/config.json')).status).toBe(404);
      port = before;
    } finally {
      await one.close();
    }
  });

  test('tells a fault in one line', async () => {
    await expect(startStudio({ path: join(folder, 'none'), page: page() })).rejects.toThrow(
      /none: there is no such folder\. Give a run/,
    );
    await expect(startStudio({ page: join(folder, 'runs') })).rejects.toThrow(
      /page is not built.*npm run build:studio/,
    );
    await expect(startStudio({ path: join(folder, 'runs'), page: page(), port })).rejects.toThrow(
      /in use\. Choose another one with --port/,
    );
  });
});

test('a port that is taken is said, and one that was asked for is never left in silence', async () => {
  const told: string[] = [];
  const tell = (message: string) => told.push(message);
  const page = join(folder, 'page');
  const first = await startStudio({ page, tell });
  const second = await startStudio({ page, tell });
  try {
    const port = Number(new URL(second.address).port);
    expect(port).toBeGreaterThan(8230);
    expect(told.at(-1)).toContain(`Port 8230 is in use, so the page is at port ${port}.`);
    await expect(startStudio({ page, port })).rejects.toThrow(
      `Port ${port} is in use. Choose another one with --port, or 0 for any.`,
    );
    await expect(startStudio({ page, port: 99_999 })).rejects.toThrow(
      'Port 99999: a port is a whole number from 0 to 65535.',
    );
  } finally {
    await first.close();
    await second.close();
  }
});
