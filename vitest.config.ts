import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const source = (path: string) => fileURLToPath(new URL(`./src/${path}`, import.meta.url));

export default defineConfig({
  resolve: {
    alias: {
      '#runtime': source('runtime/node.ts'),
      '#files': source('data/files.node.ts'),
      '#formats': source('data/formats/index.node.ts'),
      '#canvas': source('report/canvas.node.ts'),
    },
  },
  test: {
    include: ['test/**/*.test.ts'],
    pool: 'forks',
    testTimeout: 60_000,
  },
});
