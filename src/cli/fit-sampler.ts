import { samplerFromConfig, type VAE } from '../vae/index.js';
import { type LoadingOptions, openRun } from './run.js';

/**
 * Fits a sampler to the latents of a run's training data, and keeps it in the run's folder.
 * @param config the sampler as plain data: its type beside its options
 * @throws UserError when there is no such sampler, or when it cannot be fitted
 */
export async function fitSampler(
  run: string,
  config: Readonly<Record<string, unknown>>,
  options: LoadingOptions,
): Promise<{ vae: VAE }> {
  const sampler = samplerFromConfig(config, '--sampler');
  const { vae, folder, data } = await openRun(run, { ...options, split: 'train' });
  const told = await vae.fitSampler(sampler, data);
  if (sampler.fit) {
    const facts = told ? `: ${told}` : '';
    process.stderr.write(
      `${sampler.type} is fitted to the latents of ${data.size} examples of ${data.name}${facts}\n`,
    );
  }
  if (!folder.isWritable) {
    process.stderr.write(`${run} is only read: the sampler is used, and not kept.\n`);
    return { vae };
  }
  const { training = {} } = (await folder.readConfig()) as { training?: Record<string, unknown> };
  await vae.saveTo(folder, training);
  return { vae };
}
