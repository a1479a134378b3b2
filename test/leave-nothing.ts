/* Runs before each file of tests: what it leaves would be there for the next one of the same process. */
import { afterAll, vi } from 'vitest';
import { removeFolders } from './cli/folder.js';

afterAll(async () => {
  vi.unstubAllEnvs();
  await removeFolders();
});
