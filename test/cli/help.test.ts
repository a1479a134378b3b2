import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { emptyFolder, main, vaekit } from './process.js';

const commands = [
  ...['train', 'reconstruct', 'sample', 'encode', 'evaluate', 'info', 'init', 'score', 'impute'],
  ...['quality', 'judge'],
];

describe('help', () => {
  test.each(commands)('%s has options and examples', async (command) => {
    const { code, stdout, stderr } = await vaekit(await emptyFolder(), command, '--help');
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(new RegExp(`^Usage: vaekit ${command} `));
    expect(stdout).toMatch(new RegExp(`\\nExamples:\\n {2}# .+\\n {2}\\$ vaekit ${command}\\b`));
  });

  test.each([[[]], [['--help']], [['help']]])('of vaekit itself (%j)', async (args) => {
    const { code, stdout, stderr } = await vaekit(await emptyFolder(), ...args);
    expect([code, stderr]).toEqual([0, '']);
    for (const command of commands) expect(stdout).toContain(`  ${command} `);
  });

  test('the version is as in package.json', async () => {
    const file = await readFile(new URL('../../package.json', import.meta.url), 'utf8');
    const { code, stdout } = await vaekit(await emptyFolder(), '--version');
    expect([code, stdout]).toEqual([0, `${JSON.parse(file).version}\n`]);
  });
});

/** The scripts that the command line loads, as V8 counts them, in the folder of their package. */
async function loaded(...args: readonly string[]): Promise<string[]> {
  const folder = await emptyFolder();
  const env = { ...process.env, NODE_V8_COVERAGE: folder };
  await promisify(execFile)(process.execPath, [main, ...args], { env, cwd: folder });
  const [file] = await readdir(folder);
  const { result } = JSON.parse(await readFile(join(folder, file!), 'utf8'));
  const urls = (result as { url: string }[]).map(({ url }) => url);
  return urls.filter((url) => url.startsWith('file:'));
}

test.each([[['--help']], [['train', '--help']], [['--version']]])(
  '%j is quick: of other packages only commander is loaded, and few files',
  async (args) => {
    const scripts = await loaded(...args);
    expect(scripts.length).toBeGreaterThan(5);
    expect(scripts.length).toBeLessThan(40);
    const packages = scripts.filter((url) => url.includes('/node_modules/'));
    expect(packages.filter((url) => !url.includes('/node_modules/commander/'))).toEqual([]);
  },
);
