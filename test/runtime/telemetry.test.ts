import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { platform } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { main, tree } from '../cli/process.js';
import { emptyPlace, noTrace, run, traced } from './traces.js';

const script = fileURLToPath(new URL('thread/trains-in-thread.mjs', import.meta.url));

/** Time that the runtime gathers before it sends: it looked its host up after 10 seconds. */
const seconds = 12;

const isOutside = (folders: readonly string[]) => (path: string) =>
  !path.startsWith('/dev/') && !folders.some((folder) => path.startsWith(folder));

describe('nothing leaves the machine', () => {
  test.each(['main', 'copied', 'empty', 'shared'])(
    'by a program that trains on a thread (environment: %s)',
    async (place) => {
      const user = await emptyPlace();
      const { code, stdout, stderr } = await run(user, [script, place]).end;
      expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: '1 64,2\n', stderr: '' });
      expect(await tree(user.home)).toEqual([]);
      expect(await tree(user.temporary)).toEqual([]);
      expect(await tree(user.work)).toEqual([]);
    },
  );

  test.skipIf(platform() === 'win32')('unless that is asked for', async () => {
    const user = await emptyPlace();
    const { code } = await run(user, [script, 'main'], { ORT_DISABLE_TELEMETRY: '0' }).end;
    expect(code).toBe(0);
    expect((await tree(user.home)).join()).toContain('deviceid');
  });

  test(`by a training of ${seconds} seconds${noTrace && ` (its calls are not traced: ${noTrace})`}`, async () => {
    const user = await emptyPlace();
    const folder = join(user.work, 'run');
    const { end } = run(user, [main, 'train', '--epochs', '100000', '--out', folder]);
    await expect.poll(() => readFile(join(folder, 'metrics.jsonl'), 'utf8')).not.toBe('');
    await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
    const { pid } = JSON.parse(await readFile(join(folder, 'lock.json'), 'utf8'));
    process.kill(pid, 'SIGINT');
    const { code } = await end;
    expect(code).toBe(130);
    expect(await tree(user.home)).toEqual([]);
    expect(await tree(user.temporary)).toEqual([]);
    expect(await tree(user.work)).toContain(join('run', 'encoder.onnx'));
    if (noTrace) return;
    const { network, written } = await traced(user);
    expect(network).toEqual([]);
    expect(written.length).toBeGreaterThan(5);
    expect(written.filter(isOutside([folder]))).toEqual([]);
  }, 60_000);
});

test.skipIf(noTrace)(
  `a trace shows files and connections${noTrace && ` (skipped: ${noTrace})`}`,
  async () => {
    const server = createServer((_, response) => response.end()).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const user = await emptyPlace();
    const source = `fs.writeFileSync('file', ''); fs.mkdirSync('folder'); fetch('http://localhost:${port}')`;
    await run(user, ['-e', source]).end;
    server.close();
    const { network, written } = await traced(user);
    expect(network.join('\n')).toMatch(/connect\(/);
    expect(written).toEqual(expect.arrayContaining(['file', 'folder']));
  },
);
