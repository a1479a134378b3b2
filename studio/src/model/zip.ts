import { decodeSafetensors } from '../../../src/data/codecs/safetensors.js';
import { decodeCheckpoint, UserError, VAE } from '../../../src/index.js';
import { RunFolder } from '../../../src/runs/index.js';
import type { DataName } from '../data/info.js';
import { keptDataInfo } from '../data/kept.js';
import { checkpointFile, keptFile, keptRun, parametersFile } from '../runs/kept.js';
import type { KeptRun } from '../storage/database.js';
import { checkpointInForce, configInForce } from '../train/steering.js';

/** Files of a run that the browser keeps. */
export interface RunBytes {
  readonly parameters: Uint8Array<ArrayBuffer>;
  /** Absent where training cannot go on. */
  readonly checkpoint?: Uint8Array<ArrayBuffer> | undefined;
}

/**
 * A run as a zip archive of the folder that `vaekit train` writes. Its config has the numbers that are
 * in force; `--resume` goes on with them.
 */
export async function zipRun(
  { name, config: planned, metrics, steered }: KeptRun,
  { parameters, checkpoint }: RunBytes,
): Promise<Uint8Array<ArrayBuffer>> {
  const { tensors } = decodeSafetensors(parameters, `${name}: ${parametersFile}`);
  const folder = RunFolder.inMemory();
  const config = configInForce(planned, steered);
  const training = config.training as Readonly<Record<string, unknown>>;
  const data = await nameOf(String(training.data));
  await VAE.fromRun(config, tensors).saveTo(folder, { ...training, data });
  await folder.writeMetrics(metrics);
  if (checkpoint) {
    const decoded = decodeCheckpoint(checkpoint, `${name}: ${checkpointFile}`);
    await folder.writeCheckpoint(checkpointInForce(decoded, steered), 1);
  }
  return folder.zip();
}

/** A run that the browser keeps as such an archive. @throws UserError when it does not */
export async function zipKept(id: string): Promise<Uint8Array<ArrayBuffer>> {
  const [run, parameters, checkpoint] = await Promise.all([
    keptRun(id),
    keptFile(id, parametersFile),
    keptFile(id, checkpointFile),
  ]);
  if (!run || !parameters) {
    throw new UserError('This browser keeps nothing of the run yet. Train it for an epoch first.');
  }
  return zipRun(run, { parameters, checkpoint });
}

/** The name of data outside of this browser: given files are called by their own. */
async function nameOf(data: DataName): Promise<string> {
  if (!data.startsWith('kept:')) return data;
  const kept = await keptDataInfo(data.slice('kept:'.length)).catch(() => undefined);
  return kept?.name ?? 'data';
}
