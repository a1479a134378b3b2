import type { OpenedData } from '../data/formats/format.js';
import { openDataset } from '../data/open.js';
import type { ReadOptions } from '../data/read-options.js';
import { startAhead } from '../runtime/thread.node.js';
import { findConfig } from './config-names.js';
import { readingOf } from './reading-settings.js';
import type { TrainOptions } from './train.js';

/** The data that is trained on where none is named. */
export const usualData = 'mnist';

/** Opens the data that is meant, and tells how far that is. */
export function openData(spec: string, reading: ReadOptions): Promise<OpenedData> {
  const onProgress = (message: string) => process.stderr.write(`${message}\n`);
  return openDataset(spec, { ...reading, onProgress });
}

/** The data where options alone say which; undefined where a config may. */
async function dataOf(options: TrainOptions): Promise<OpenedData | undefined> {
  if (options.resume !== undefined || options.config !== undefined || (await findConfig())) {
    return undefined;
  }
  return openData(options.data ?? usualData, readingOf(options));
}

/** Gives what was opened ahead, once: who holds it on would hold the data in memory. */
export type TakeAhead = () => Promise<OpenedData | undefined> | undefined;

/**
 * Begins what training needs and takes no model, while the modules that make one are being loaded:
 * the thread that computes, and the data.
 */
export function beginTraining(options: TrainOptions): TakeAhead {
  if (options.device !== 'webgpu') startAhead();
  let data: Promise<OpenedData | undefined> | undefined = dataOf(options);
  // Its faults are told when it is asked for.
  data.catch(() => undefined);
  return () => {
    const taken = data;
    data = undefined;
    return taken;
  };
}
