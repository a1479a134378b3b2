import { existsSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';

const built = fileURLToPath(new URL('../../dist/index.js', import.meta.url));
if (!existsSync(built)) throw new Error('These tests run what is built: npm run build first.');

interface Result {
  readonly inputs: number;
  readonly refused: number;
  readonly failures: readonly { readonly failed: unknown; readonly fault: string }[];
}
const { endChild, fuzz, fuzzFile, readerNames } = (await import('./campaign.mjs' as string)) as {
  fuzz(
    name: string,
    options: { seed: number; end: number; limits?: { seconds: number } },
  ): Promise<Result>;
  endChild(): void;
  fuzzFile(name: string, file: string): Promise<Result['failures']>;
  readonly readerNames: readonly string[];
};

afterAll(endChild);

/** Few, for each run of the tests; `npm run fuzz` reads many more. */
const inputs = 50;

test.each(readerNames)(
  '%s: hostile files end in data or in a line, in time and memory',
  async (name) => {
    const { failures, ...result } = await fuzz(name, { seed: 2, end: inputs });
    expect(failures).toEqual([]);
    expect(result.inputs).toBe(inputs);
    expect(result.refused).toBeGreaterThan(inputs / 4);
  },
);

const folder = fileURLToPath(new URL('../fixtures/fuzz/', import.meta.url));
test.each(readdirSync(folder))('%s, which once failed, does not', async (file) => {
  expect(await fuzzFile(file.slice(0, file.indexOf('-')), folder + file)).toEqual([]);
});

test.each<readonly [string, RegExp]>([
  ['throws', /threw TypeError/],
  ['stays busy', /took 0\.\d+ s/],
  ['dies', /died \(SIGABRT\)/],
  ['writes outside', /left .*outside/],
  ...(process.platform === 'linux' ? [['takes memory', /took \d+ MB/] as const] : []),
])('a reader that %s is found out', async (name, says) => {
  const { failures } = await fuzz(name, { seed: 1, end: 1, limits: { seconds: 0.2 } }).catch(
    (error: Error) => ({
      failures: [{ failed: 0, fault: error.message }],
    }),
  );
  expect(failures.map(({ fault }) => fault).join()).toMatch(says);
});
