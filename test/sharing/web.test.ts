import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { sharing, VAE } from '../../src/index.js';
import { useHub, writeRun } from './setup.js';

// Stands for a page: its build of the Hub's library, and neither an environment nor a cache.
vi.mock('#hub', () => import('../../dist/vendor/hub/web/index.js'));
vi.mock('#hub-home', () => import('../../src/runs/hub/home.web.js'));

const used = useHub();

test('a page shares and loads runs without a cache', async () => {
  const { vae, run } = await writeRun(join(used.folder, 'run'));
  const { endpoint, token, cache } = used.options;
  await sharing.pushRun(run, 'ann/digits', { endpoint, token });
  vi.stubEnv('HF_ENDPOINT', 'http://127.0.0.1:9');
  const again = await VAE.load('hf://ann/digits', { hub: { endpoint, cache } });
  expect(again.parameters()).toEqual(vae.parameters());
  expect(existsSync(cache)).toBe(false);
  await expect(VAE.load('hf://ann/none', { hub: { endpoint } })).rejects.toThrow(
    /^ann\/none: .* has no such repository, or it is private\./,
  );
});
