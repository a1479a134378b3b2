import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { emptyFolder, vaekit } from './process.js';

const commands = ['train', 'reconstruct', 'sample', 'encode', 'evaluate', 'info', 'init'];

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

  test('the version is that of package.json', async () => {
    const file = await readFile(new URL('../../package.json', import.meta.url), 'utf8');
    const { code, stdout } = await vaekit(await emptyFolder(), '--version');
    expect([code, stdout]).toEqual([0, `${JSON.parse(file).version}\n`]);
  });
});
