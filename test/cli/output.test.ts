import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { emptyFolder, ended, main, vaekit, writeQuarters } from './process.js';

// Each test is several processes.
vi.setConfig({ testTimeout: 300_000 });

let folder: string;

const training = (out: string) => ['train', '--data', 'quarters', '--epochs', '3', '--out', out];

beforeAll(async () => {
  folder = await emptyFolder();
  await writeQuarters(folder);
  expect((await vaekit(folder, ...training('a'))).code).toBe(0);
});

const commands: readonly (readonly string[])[] = [
  ['--help'],
  ['--version'],
  ['train', '--help'],
  ['info', 'a'],
  ['evaluate', 'a'],
  ['evaluate', 'a', '--json'],
  ['sample', 'a', '--out', 's.png'],
  ['reconstruct', 'a', '--out', 'r.png'],
  ['encode', 'a', '--out', 'latents'],
  ['init', 'place'],
];

/** Runs vaekit by a shell's line, in which `"$@"` is the command. */
function shell(line: string, args: readonly string[]) {
  const whole = ['-c', line, 'sh', process.execPath, main, ...args];
  return ended(spawn('sh', whole, { cwd: folder }));
}

/** Files of a run, without its times. */
const filesOf = async (run: string) =>
  (await readdir(join(folder, run))).filter((name) => name !== 'timing.jsonl').sort();

describe.skipIf(process.platform === 'win32')('output that nobody reads any more', () => {
  test.each(commands.map((args) => [args.join(' '), args] as const))(
    'is no error: %s',
    async (_, args) => {
      const { stdout, stderr } = await shell('{ "$@"; echo "code $?" >&2; } | true', args);
      await rm(join(folder, 'place'), { recursive: true, force: true });
      expect([stdout, stderr]).toEqual(['', 'code 0\n']);
    },
  );

  test('ends no training: it is saved as ever', async () => {
    const { stderr } = await shell('{ "$@"; echo "code $?" >&2; } | head -1', training('piped'));
    expect(stderr).toBe('code 0\n');
    expect(await filesOf('piped')).toEqual(await filesOf('a'));
  });

  test('nor are messages', async () => {
    const { stderr } = await shell('"$@" 2>&1 >/dev/null | true', ['info', 'nowhere']);
    expect(stderr).toBe('');
  });
});

describe.skipIf(!existsSync('/dev/full'))('output on a disk that is full (needs /dev/full)', () => {
  const lost =
    'vaekit: Cannot write standard output: the disk is full. Free some space, then try again.\n';

  test.each(commands.map((args) => [args.join(' '), args] as const))(
    'is told in one line: %s',
    async (_, args) => {
      const { code, stderr } = await shell('"$@" > /dev/full', args);
      await rm(join(folder, 'place'), { recursive: true, force: true });
      expect([code, stderr]).toEqual([2, lost]);
    },
  );

  test('ends no training: it is saved as ever', async () => {
    const { code, stderr } = await shell('"$@" > /dev/full', training('full'));
    expect([code, stderr]).toEqual([2, lost]);
    expect(await filesOf('full')).toEqual(await filesOf('a'));
  });
});
