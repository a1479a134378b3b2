import { defineConfig } from 'vitest/config';
import { sourceAliases } from '../../sources.js';

// Long tests: `npm run soak`, or one of them by `npm run soak -- crash`.
export default defineConfig({
  resolve: { alias: sourceAliases('default') },
  test: {
    include: ['test/soak/*.soak.ts'],
    pool: 'forks',
    setupFiles: ['test/leave-nothing.ts'],
    fileParallelism: false,
    testTimeout: 3_600_000,
    // Lines that a test prints are seen at once.
    disableConsoleIntercept: true,
  },
});
