import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type RequestListener, type Server } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { UserError } from '../../../src/base/errors.js';
import { loadPublished, type PublishedSet } from '../../../src/data/published/published.js';
import { gzip, idxFile } from '../codecs/idx-file.js';

const contents: Record<string, Uint8Array<ArrayBuffer>> = {
  'train-images': idxFile(
    'uint8',
    [30, 4, 4],
    Array.from({ length: 480 }, (_, i) => i % 256),
  ),
  'train-labels': idxFile(
    'uint8',
    [30],
    Array.from({ length: 30 }, (_, i) => i % 2),
  ),
  'test-images': idxFile('uint8', [2, 4, 4], Array(32).fill(9)),
  'test-labels': idxFile('uint8', [2], [1, 0]),
};

const names = Object.keys(contents);

const content = (name: string) => contents[name] ?? new Uint8Array();

const file = (name: string) => ({
  name,
  sha256: createHash('sha256').update(content(name)).digest('hex'),
  size: content(name).length,
});

let root: string;
let servers: Server[];
let requests: string[];

/** The address of a server on this machine that answers requests and notes them. */
async function serve(listener: RequestListener): Promise<string> {
  const server = createServer((request, response) => {
    requests.push(request.url ?? '');
    listener(request, response);
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const good: RequestListener = (request, response) => {
  const name = (request.url ?? '').replace(/^\/|\.gz$/g, '');
  response.end(gzip(content(name)));
};

const missing: RequestListener = (_, response) => {
  response.statusCode = 404;
  response.end('none here');
};

const set = (): PublishedSet => ({
  title: 'Tiny',
  folder: 'tiny',
  train: { images: file('train-images'), labels: file('train-labels') },
  test: { images: file('test-images'), labels: file('test-labels') },
  classNames: ['even', 'odd'],
  installed: async (name) => join(root, 'package', name),
  package: 'the package tiny-data',
  mirrors: [],
});

const cache = () => join(root, 'cache');

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'vaekit-published-'));
  servers = [];
  requests = [];
});

afterEach(async () => {
  for (const server of servers) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
  await rm(root, { recursive: true });
});

describe('a published set', () => {
  test('is downloaded once, checked, kept plain, and then read from the cache', async () => {
    const mirrors = [await serve(good)];
    const progress: string[] = [];
    const first = await loadPublished(set(), {
      cache: cache(),
      mirrors,
      onProgress: (message) => progress.push(message),
    });
    expect(first.train).toMatchObject({ name: 'Tiny train', size: 30, shape: [1, 4, 4] });
    expect(first.test).toMatchObject({ name: 'Tiny test', size: 2, classNames: ['even', 'odd'] });
    expect(Array.from(first.test.labels ?? [])).toEqual([1, 0]);
    expect(requests).toEqual(names.map((name) => `/${name}.gz`));
    expect(progress).toEqual(names.map((name) => `Tiny: downloading ${mirrors[0]}/${name}.gz`));
    expect((await readdir(join(cache(), 'tiny'))).sort()).toEqual([...names].sort());
    for (const name of names) {
      expect(new Uint8Array(await readFile(join(cache(), 'tiny', name)))).toEqual(contents[name]);
    }

    const again = await loadPublished(set(), { cache: cache(), mirrors });
    expect(again.train.images.data).toEqual(first.train.images.data);
    expect(requests).toHaveLength(4);
  });

  test('comes from an installed package before anything else', async () => {
    await mkdir(join(root, 'package'));
    for (const name of names) await writeFile(join(root, 'package', name), content(name));
    const { train } = await loadPublished(set(), { cache: cache(), mirrors: [await serve(good)] });
    expect(train.size).toBe(30);
    expect(requests).toEqual([]);
  });

  test('comes from gzip files that a person put into the cache', async () => {
    await mkdir(join(cache(), 'tiny'), { recursive: true });
    for (const name of names) {
      await writeFile(join(cache(), 'tiny', `${name}.gz`), gzip(content(name)));
    }
    expect((await loadPublished(set(), { cache: cache(), mirrors: [] })).train.size).toBe(30);
  });

  test('comes from the next mirror when the first has nothing, trailing slash or not', async () => {
    const mirrors = [await serve(missing), `${await serve(good)}/`];
    const { train } = await loadPublished(set(), { cache: cache(), mirrors });
    expect(train.size).toBe(30);
    expect(requests).toEqual(names.flatMap((name) => [`/${name}.gz`, `/${name}.gz`]));
  });

  test.each<[string, RequestListener]>([
    [
      'other content of the same size',
      (_, response) => {
        const bytes = content('train-images').slice();
        bytes[100] = (bytes[100] ?? 0) ^ 1;
        response.end(gzip(bytes));
      },
    ],
    ['half the bytes', (_, response) => response.end(gzip(content('train-images')).slice(0, 40))],
    ['a page of text', (_, response) => response.end('<html>Log in to this network</html>')],
    ['far too many bytes', (_, response) => response.end(Buffer.alloc(100_000))],
    [
      'a broken connection',
      (_, response) => {
        response.writeHead(200, { 'content-length': 1000 });
        response.write('abc', () => response.destroy());
      },
    ],
  ])('never takes %s from a mirror', async (_, bad) => {
    const outcome = loadPublished(set(), { cache: cache(), mirrors: [await serve(bad)] });
    await expect(outcome).rejects.toThrow(UserError);
    await expect(outcome).rejects.toThrow(/^Tiny: train-images .*could not be downloaded \(.+\)/);
    await expect(readdir(cache())).rejects.toThrow(/ENOENT/);

    const mirrors = [await serve(bad), await serve(good)];
    const { train } = await loadPublished(set(), { cache: cache(), mirrors });
    expect(train.images.data).toEqual(content('train-images').subarray(16));
  });

  test('is taken plain where a server unpacks it on the way', async () => {
    const unpacking: RequestListener = (request, response) => {
      response.setHeader('content-encoding', 'gzip');
      good(request, response);
    };
    const mirrors = [await serve(unpacking)];
    expect((await loadPublished(set(), { cache: cache(), mirrors })).train.size).toBe(30);
  });

  test('replaces a damaged file in the cache, and says so', async () => {
    await mkdir(join(cache(), 'tiny'), { recursive: true });
    const path = join(cache(), 'tiny', 'test-labels');
    await writeFile(path, idxFile('uint8', [2], [1, 1]));
    const progress: string[] = [];
    await loadPublished(set(), {
      cache: cache(),
      mirrors: [await serve(good)],
      onProgress: (message) => progress.push(message),
    });
    expect(progress.find((message) => message.includes('passed over'))).toMatch(
      /^Tiny: passed over: .*test-labels: SHA-256 is [0-9a-f]{64}, not/,
    );
    expect(new Uint8Array(await readFile(path))).toEqual(contents['test-labels']);
  });

  test('is given even when it cannot be kept, which is said', async () => {
    await writeFile(cache(), 'a file where the folder should be');
    const progress: string[] = [];
    const { train } = await loadPublished(set(), {
      cache: cache(),
      mirrors: [await serve(good)],
      onProgress: (message) => progress.push(message),
    });
    expect(train.size).toBe(30);
    expect(progress.filter((message) => message.includes('not kept'))).toHaveLength(4);
  });

  test('that is nowhere: one line says which files to put where', async () => {
    // A port that was just given back has no listener.
    const closed = createTcpServer();
    await new Promise<void>((resolve) => closed.listen(0, '127.0.0.1', resolve));
    const { port } = closed.address() as AddressInfo;
    await new Promise((resolve) => closed.close(resolve));
    const mirrors = [`http://127.0.0.1:${port}`, await serve(missing), 'no address'];
    const error = await loadPublished(set(), { cache: cache(), mirrors }).catch((reason) => reason);
    expect(error).toBeInstanceOf(UserError);
    expect(error.message).not.toContain('\n');
    expect(error.message).toMatch(/train-images\.gz: the connection was refused/);
    expect(error.message).toMatch(/train-images\.gz: HTTP 404/);
    expect(error.message).toContain(
      `Put ${names.join(', ')} (plain or .gz) into ${join(cache(), 'tiny')}, or install the package tiny-data.`,
    );
  });

  test('stops when the signal aborts, with its reason and no further mirror', async () => {
    const controller = new AbortController();
    const reason = new Error('enough');
    const slow = await serve((_, response) => {
      response.write('x');
      setTimeout(() => controller.abort(reason), 20);
    });
    const options = { cache: cache(), signal: controller.signal };
    const mirrors = [slow, await serve(good)];
    await expect(loadPublished(set(), { ...options, mirrors })).rejects.toBe(reason);
    await expect(loadPublished(set(), { ...options, mirrors })).rejects.toBe(reason);
    expect(requests).toHaveLength(1);
  });
});
