import { execFileSync, spawn } from 'node:child_process';
import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import {
  command,
  crashCampaign,
  epochs,
  fingerprint,
  interval,
  lastCheckpoint,
  type Unbroken,
  unbroken,
} from './crash.js';
import { emptyFolder, ended, main, start, vaekit, writeQuarters } from './process.js';

// Each test is several trainings.
vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

let folder: string;
let run: Unbroken;
/** Files of the unbroken run. */
let whole: Record<string, string>;
const at = (...names: string[]) => join(folder, ...names);

beforeAll(async () => {
  folder = await emptyFolder();
  await writeQuarters(folder);
  run = await unbroken(folder);
  whole = run.left;
});

test('killed at random moments and resumed, runs end as the unbroken one', async () => {
  const { failures, mostLost } = await crashCampaign(folder, run, { kills: 4 });
  expect(failures).toEqual([]);
  expect(mostLost).toBeLessThanOrEqual(interval);
});

/**
 * A training that is stopped in the middle; where its signal came too late, another one is.
 * @param stop is told the process in its fifth epoch
 * @param last its words when it was too late
 */
async function broken(
  out: string,
  stop: (child: ReturnType<typeof start>) => void,
  last = `Epoch ${epochs}/`,
) {
  for (let attempt = 1; ; attempt++) {
    const child = start(folder, command(out));
    const end = ended(child);
    child.stdout.on('data', (text: string) => {
      if (text.includes('Epoch 5/')) stop(child);
    });
    const left = await end;
    if (!left.stdout.includes(last) || attempt === 5) return left;
    await rm(at(out), { recursive: true });
  }
}

describe('a run that was stopped', () => {
  test('is locked while it is trained; its owner’s death is seen; a damaged checkpoint is passed over', async () => {
    const child = start(folder, command('locked'));
    const end = ended(child);
    await new Promise<void>((resolve) => {
      child.stdout.on('data', (text: string) => {
        if (!text.includes('Epoch 3/')) return;
        // Holds the process: it stays alive, with its lock.
        child.kill('SIGSTOP');
        resolve();
      });
    });
    const refused = await vaekit(folder, 'train', '--resume', 'locked');
    expect(refused.code).toBe(2);
    expect(refused.stderr).toMatch(
      new RegExp(
        `^vaekit: locked is being trained by process ${child.pid} since \\S+\\. Wait for it`,
      ),
    );
    child.kill('SIGKILL');
    expect((await end).code).toBeNull();
    const lock = JSON.parse(await readFile(at('locked', 'lock.json'), 'utf8'));
    expect(lock).toMatchObject({ pid: child.pid, host: hostname() });
    // A live process that has the dead one's number is another.
    await writeFile(at('locked', 'lock.json'), JSON.stringify({ ...lock, pid: process.pid }));

    const step = (await lastCheckpoint(at('locked')))!;
    const last = at('locked', 'checkpoints', `step-${String(step).padStart(9, '0')}.safetensors`);
    const bytes = await readFile(last);
    await writeFile(last, bytes.subarray(0, bytes.length - 100));
    const resumed = await vaekit(folder, 'train', '--resume', 'locked');
    expect(resumed.code).toBe(0);
    expect(resumed.stderr).toContain('The one before it is taken.');
    expect(await fingerprint(at('locked'))).toEqual(whole);
  });

  test('by Ctrl-C, goes on; a finished one is trained for more', async () => {
    const stopped = await broken('ctrl-c', (child) => child.kill('SIGINT'));
    expect(stopped.code).toBe(130);
    expect(stopped.stdout).toMatch(/Go on with: vaekit train --resume ctrl-c\n$/);
    const resumed = await vaekit(folder, 'train', '--resume', 'ctrl-c');
    expect([resumed.code, resumed.stderr]).toEqual([0, '']);
    expect(resumed.stdout).toMatch(/^Going on after step \d+, in epoch \d+\.$/m);
    expect(await fingerprint(at('ctrl-c'))).toEqual(whole);

    const free = ['--threads', '1', '--checkpoint-every', '1epochs', '--keep-checkpoints', '3'];
    const more = await vaekit(folder, 'train', '--resume', 'ctrl-c', '--epochs', '42', ...free);
    expect(more.code).toBe(0);
    expect(more.stdout.match(/^Epoch /gm)).toHaveLength(2);
    const less = await vaekit(folder, 'train', '--resume', 'ctrl-c', '--epochs', '10');
    expect(less.stderr).toBe(
      'vaekit: ctrl-c has been trained for 42 epochs already. Ask for more than that by --epochs.\n',
    );
  });

  test.skipIf(process.platform === 'win32')(
    'by a second Ctrl-C, ends at once and goes on from its last checkpoint',
    async () => {
      const stopped = await broken(
        'twice',
        (child) => {
          child.stderr.once('data', () => {
            child.kill('SIGSTOP');
            // A sooner one would be taken for the same Ctrl-C, sent on by npm.
            setTimeout(() => {
              child.kill('SIGINT');
              child.kill('SIGCONT');
            }, 600);
          });
          child.kill('SIGINT');
        },
        'Written',
      );
      expect(stopped.code).toBe(130);
      expect(stopped.stdout).not.toContain('Written');
      expect(await lastCheckpoint(at('twice'))).toBeGreaterThan(0);
      const resumed = await vaekit(folder, 'train', '--resume', 'twice');
      expect([resumed.code, resumed.stderr]).toEqual([0, '']);
      expect(await fingerprint(at('twice'))).toEqual(whole);
    },
  );

  test.each([
    [['--resume', 'nowhere'], /^vaekit: nowhere holds no run/],
    [
      ['--resume', 'whole', '--seed', '7'],
      /^vaekit: --resume goes on with .*: --seed cannot change/,
    ],
    [['--resume', 'whole', '--batch-size', '7'], /--batch-size cannot change/],
    [['--resume', 'whole', '--out', 'other'], /--out cannot change/],
    [['--resume', 'whole', '--lr-schedule', 'cosine'], /--lr-schedule cannot change/],
    [['--checkpoint-every', '5'], /Write 500steps, 60s or 2epochs\./],
  ])('%j is refused', async (options, says) => {
    const { code, stderr } = await vaekit(folder, 'train', ...options);
    expect([code, stderr.trimEnd().split('\n').length]).toEqual([2, 1]);
    expect(stderr).toMatch(says);
  });
});

/** Files of a run whose disk has no more room; then it goes on. */
async function isRefusedRoom(failed: Awaited<ReturnType<typeof ended>>, run: string, says: RegExp) {
  expect(failed.stderr).toMatch(says);
  expect(failed.stderr).toMatch(/Then go on: vaekit train --resume \S+\.\n$/);
  expect([failed.code, failed.stderr.trimEnd().split('\n').length]).toEqual([2, 1]);
  expect(await lastCheckpoint(run)).toBeGreaterThan(0);
  const names = await readdir(run, { recursive: true });
  expect(names.filter((name) => name.includes('.tmp') || name === 'lock.json')).toEqual([]);
}

describe.skipIf(process.platform === 'win32')('a disk without room', () => {
  test('by a limit of file sizes: one line, and the run is resumed', async () => {
    const sizes = await Promise.all(
      (await readdir(at('whole', 'checkpoints'))).map(async (name) => {
        return (await stat(at('whole', 'checkpoints', name))).size;
      }),
    );
    // The history makes checkpoints grow: the last ones are too large.
    const limit = Math.floor((0.8 * Math.max(...sizes)) / 1024);
    const shell = `ulimit -f ${limit}; exec "$@"`;
    const limited = ['-c', shell, 'bash', process.execPath, main, ...command('limited')];
    const failed = await ended(spawn('bash', limited, { cwd: folder }));
    await isRefusedRoom(failed, at('limited'), /would be larger than is allowed here/);
    const resumed = await vaekit(folder, 'train', '--resume', 'limited');
    expect([resumed.code, resumed.stderr]).toEqual([0, '']);
    expect(await fingerprint(at('limited'))).toEqual(whole);
  });

  const mounts = process.platform === 'linux' && process.getuid?.() === 0 && canMount();
  test.skipIf(!mounts)('by a small tmpfs (needs root and mount)', async () => {
    await mkdir(at('small'));
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', at('small')]);
    try {
      await writeFile(at('small', 'filler'), new Uint8Array(160 * 1024));
      const failed = await vaekit(folder, ...command('small/run'));
      await isRefusedRoom(failed, at('small', 'run'), /the disk is full/);
      await rm(at('small', 'filler'));
      execFileSync('mount', ['-o', 'remount,size=8m', at('small')]);
      const resumed = await vaekit(folder, 'train', '--resume', 'small/run');
      expect([resumed.code, resumed.stderr]).toEqual([0, '']);
      const { 'config.json': _, ...left } = await fingerprint(at('small', 'run'));
      const { 'config.json': __, ...expected } = whole;
      expect(left).toEqual(expected);
    } finally {
      execFileSync('umount', [at('small')]);
    }
  });
});

/** Tells whether this place lets root mount. */
function canMount(): boolean {
  try {
    execFileSync('unshare', ['--mount', 'true'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
