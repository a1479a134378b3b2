import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { ended } from '../../cli/process.js';

const run = (script: string, argument: string) =>
  ended(spawn(process.execPath, [fileURLToPath(new URL(script, import.meta.url)), argument]));

test.each(['dense', 'convolutional'])(
  'a process that fails while a %s model trains ends with its own error',
  async (model) => {
    const { code, stderr } = await run('fails-while-training.mjs', model);
    expect(stderr).toMatch(/Error: An error elsewhere(\n {4}at .*)+\n+Node\.js v\S+\n$/);
    expect(code).toBe(1);
  },
);

test('a process may end at any moment of the start of its thread', async () => {
  for (let moment = 0; moment <= 300; moment += 20) {
    const end = await run('ends-while-starting.mjs', `${moment}`);
    expect(end).toEqual({ code: 3, stdout: '', stderr: '' });
  }
});
