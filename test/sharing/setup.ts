import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, vi } from 'vitest';
import { smallVAE } from '../vae/small.js';
import { hubServer } from './hub-server.js';

/** A server of the Hub and a folder for each test, in an environment without the user's own settings. */
export function useHub() {
  const used = {} as {
    hub: Awaited<ReturnType<typeof hubServer>>;
    folder: string;
    /** Options that reach the server as the owner of its repositories. */
    options: { endpoint: string; token: string; cache: string; retries: number };
  };
  beforeEach(async () => {
    used.hub = await hubServer();
    used.folder = await mkdtemp(join(tmpdir(), 'vaekit-sharing-'));
    const { endpoint } = used.hub;
    const cache = join(used.folder, 'cache');
    used.options = { endpoint, token: 'hf_owner', cache, retries: 0 };
    for (const name of ['TOKEN', 'TOKEN_PATH', 'ENDPOINT', 'HUB_CACHE', 'HUB_OFFLINE']) {
      vi.stubEnv(`HF_${name}`, '');
    }
    vi.stubEnv('HF_HOME', join(used.folder, 'home'));
  });
  afterEach(async () => {
    vi.unstubAllEnvs();
    await used.hub.close();
    await rm(used.folder, { recursive: true });
  });
  return used;
}

/** The first bytes of a picture. */
export const picture = new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0, 1, 2]);

/** A run of a small model in a folder, with metrics, a picture and a file that is no part of it. */
export async function writeRun(folder: string, seed = 1) {
  const vae = smallVAE({ seed });
  const run = await vae.save(folder, { data: 'mnist', epochs: 1, batchSize: 4 });
  await run.write('metrics.jsonl', '{"epoch":1,"loss":9.5,"val_loss":9.25,"steps":2}\n');
  await run.write('samples.png', picture);
  await run.write('latents.csv', 'of nobody else');
  return { vae, run };
}
