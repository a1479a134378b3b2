import { decodeSafetensors } from '../../../src/data/codecs/safetensors.js';
import { UserError, VAE } from '../../../src/index.js';
import { RunFolder } from '../../../src/runs/index.js';
import type { DataName } from '../data/info.js';
import { keptDataInfo } from '../data/kept.js';
import { keptFile, keptRun, parametersFile } from '../runs/kept.js';
import type { KeptRun } from '../storage/database.js';

/** A run as a zip archive of the folder that `vaekit train` writes. */
export async function zipRun(
  { name, config, metrics }: KeptRun,
  parameters: Uint8Array<ArrayBuffer>,
): Promise<Uint8Array<ArrayBuffer>> {
  const { tensors } = decodeSafetensors(parameters, `${name}: ${parametersFile}`);
  const folder = RunFolder.inMemory();
  const training = config.training as Readonly<Record<string, unknown>>;
  const data = await nameOf(String(training.data));
  await VAE.fromRun(config, tensors).saveTo(folder, { ...training, data });
  await folder.writeMetrics(metrics);
  return folder.zip();
}

/** A run that the browser keeps as such an archive. @throws UserError when it does not */
export async function zipKept(id: string): Promise<Uint8Array<ArrayBuffer>> {
  const [run, parameters] = await Promise.all([keptRun(id), keptFile(id, parametersFile)]);
  if (!run || !parameters) {
    throw new UserError('This browser keeps nothing of the run yet. Train it for an epoch first.');
  }
  return zipRun(run, parameters);
}

/** The name of data outside of this browser: given files are called by their own. */
async function nameOf(data: DataName): Promise<string> {
  if (!data.startsWith('kept:')) return data;
  const kept = await keptDataInfo(data.slice('kept:'.length)).catch(() => undefined);
  return kept?.name ?? 'data';
}
