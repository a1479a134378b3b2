import { inspect } from 'node:util';
import { isHubAddress } from '../runs/index.js';
import { type LoadingOptions, loadRun } from './run.js';
import { shellWord } from './shell-word.js';

/** Entries of a list that are printed; the rest are counted. */
const mostEntries = 24;

/** Settings as they are typed in a config file: `model: { … },`. */
function section(name: string, settings: Readonly<Record<string, unknown>>): string[] {
  const lines = Object.entries(settings)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => {
      const text = inspect(value, {
        depth: null,
        maxArrayLength: mostEntries,
        maxStringLength: null,
        breakLength: 96,
        compact: 8,
      });
      return `  ${key}: ${text.replaceAll('\n', '\n  ')},`;
    });
  return [`${name}: {`, ...lines, '},'];
}

/** A run as text; its settings as one would type them in a config file. */
export async function describeRun(path: string, options: LoadingOptions): Promise<string> {
  const { vae, folder, settings } = await loadRun(path, options);
  const { training, vaekit } = settings as { training?: object; vaekit?: unknown };
  const { encoder: _, decoder: __, ...model } = vae.config;
  const lines = [
    vae.summary(),
    '',
    ...section('model', model),
    ...(training ? section('training', { ...training }) : []),
    '',
    `Written by vaekit ${String(vaekit)}.`,
  ];
  if (folder.isWritable || isHubAddress(path)) {
    const config = folder.file('config.json');
    lines.push(`The same again, layers included: vaekit train --config ${shellWord(config)}`);
  }
  const last = (await folder.readMetrics()).at(-1);
  if (last) {
    const { epoch, seconds, steps, ...metrics } = last;
    const numbers = Object.entries(metrics).map(([name, value]) => `${name} ${value.toFixed(2)}`);
    const time = Number.isNaN(seconds) ? '' : `, ${seconds.toFixed(2)} s an epoch`;
    lines.push('', `After epoch ${epoch} (${steps} steps${time}): ${numbers.join('  ')}`);
  }
  return lines.join('\n');
}
