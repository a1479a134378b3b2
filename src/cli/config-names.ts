import { exists } from '#files';

/** The config files that `train` looks for in the working folder, in this order. */
export const configNames = [
  'vae.config.ts',
  'vae.config.js',
  'vae.config.mjs',
  'vae.config.json',
] as const;

/** The first of the working folder's config files. */
export async function findConfig(): Promise<string | undefined> {
  for (const name of configNames) if (await exists(name)) return name;
  return undefined;
}
