import { defineConfig } from 'vitest/config';
import { sourceAliases } from './sources.js';

export default defineConfig({
  resolve: { alias: sourceAliases('default') },
  test: {
    include: ['test/**/*.test.ts'],
    pool: 'forks',
    testTimeout: 60_000,
    // On a busy machine what is waited for can come late.
    expect: { poll: { timeout: 20_000 } },
  },
});
