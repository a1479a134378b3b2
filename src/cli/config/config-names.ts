import { exists } from '#files';

/** The config files of code. */
export const codeConfigNames = ['vae.config.ts', 'vae.config.js', 'vae.config.mjs'] as const;

/** The config files that `train` looks for in the working folder, in this order. */
export const configNames = [...codeConfigNames, 'vae.config.json'] as const;

/** The first of the working folder's config files. */
export const findConfig = () => firstOf(configNames);

/** The first of the working folder's config files of code. */
export const findCodeConfig = () => firstOf(codeConfigNames);

async function firstOf(names: readonly string[]): Promise<string | undefined> {
  for (const name of names) if (await exists(name)) return name;
  return undefined;
}
