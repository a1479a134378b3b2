import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { sourceAliases } from './sources.js';

export default defineConfig({
  resolve: { alias: sourceAliases('default') },
  test: {
    include: ['test/**/*.test.ts'],
    pool: 'forks',
    // Many tests wait for a browser or another process: two at a time keep two processors busy.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    testTimeout: 60_000,
    // On a busy machine what is waited for can come late.
    expect: { poll: { timeout: 20_000 } },
  },
});
