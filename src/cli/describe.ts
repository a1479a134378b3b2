import { type LoadingOptions, loadRun } from './run.js';

function describe(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value);
  return Object.entries(value)
    .map(([name, each]) => `${name} ${describe(each)}`)
    .join(', ');
}

/** What there is to tell of a run, as text. */
export async function describeRun(path: string, options: LoadingOptions): Promise<string> {
  const { vae, folder, settings } = await loadRun(path, options);
  const { training, vaekit } = settings;
  const { input, latent, likelihood, kl, objective, seed } = vae.config;
  const lines = [
    vae.summary(),
    '',
    `input        [${input.join(', ')}]`,
    `latent       ${latent}`,
    `likelihood   ${describe(likelihood)}`,
    objective ? `objective    ${describe(objective)}` : `kl           ${describe(kl)}`,
    `seed         ${seed}`,
    ...Object.entries(training ?? {}).map(
      ([name, value]) => `${name.padEnd(12)} ${describe(value)}`,
    ),
    `written by   vaekit ${String(vaekit)}`,
  ];
  const last = (await folder.readMetrics()).at(-1);
  if (last) {
    const { epoch, seconds, steps, ...metrics } = last;
    const numbers = Object.entries(metrics).map(([name, value]) => `${name} ${value.toFixed(2)}`);
    const time = Number.isNaN(seconds) ? '' : `, ${seconds.toFixed(2)} s an epoch`;
    lines.push('', `After epoch ${epoch} (${steps} steps${time}): ${numbers.join('  ')}`);
  }
  return lines.join('\n');
}
