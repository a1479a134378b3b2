import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, test } from 'vitest';
import '../studio/open.js';
import { emptyFolder, ended, start, vaekit } from './process.js';

/** The first line that a process writes. */
async function firstLine(stream: NodeJS.ReadableStream): Promise<string> {
  for await (const line of createInterface({ input: stream })) return line;
  throw new Error('it wrote nothing');
}

test.each(['SIGINT', 'SIGTERM'] as const)(
  'prints the address of the page, and stops cleanly on %s',
  async (signal) => {
    const child = start(await emptyFolder(), ['studio', '--no-open', '--port', '0']);
    const end = ended(child);
    const line = await firstLine(child.stdout);
    const [, address] = /^vaekit studio: (http:\/\/127\.0\.0\.1:\d+\/)$/.exec(line) ?? [];
    const page = await fetch(address!);
    expect(page.status).toBe(200);
    expect(await page.text()).toContain('<title>vaekit studio</title>');
    expect(await (await fetch(new URL('runs/index.json', address))).json()).toEqual([]);
    child.kill(signal);
    const { code, stdout, stderr } = await end;
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toContain('Stopped.');
  },
);

test('tells a fault in one line', async () => {
  const folder = await emptyFolder();
  const none = await vaekit(folder, 'studio', 'none', '--no-open');
  expect([none.code, none.stderr]).toEqual([
    2,
    'vaekit: none: there is no such folder. Give a run, or a folder of runs.\n',
  ]);
  // A site takes no folder with other things in it, here its own folder.
  await writeFile(join(folder, 'notes.txt'), 'x');
  const full = await vaekit(folder, 'studio', '--build', '.');
  expect([full.code, full.stderr.trim().split('\n').length]).toEqual([2, 1]);
  expect(full.stderr).toContain('is not empty, and holds no site of vaekit (notes.txt is there).');
  for (const port of ['http', '99999', '-1', '80.5']) {
    const { code, stderr } = await vaekit(folder, 'studio', '--port', port);
    expect([port, code]).toEqual([port, 2]);
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect(stderr).toContain('a whole number from 0 to 65535');
  }
});
