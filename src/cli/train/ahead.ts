import type { OpenedData } from '../../data/formats/format.js';
import { openDataset } from '../../data/open.js';
import { type LikeOptions, type ReadOptions, readingOver } from '../../data/read-options.js';
import { startAhead } from '../../runtime/thread/thread.node.js';
import { readingFor, readingOfPreset } from '../../vae/config/reading.js';
import { findConfig } from '../config/config-names.js';
import { settingsGiven, usualData } from '../config/run-flags.js';
import type { TrainOptions } from './train-options.js';

/** Opens data, and tells its progress. */
export function openData(spec: string, reading: ReadOptions & LikeOptions): Promise<OpenedData> {
  const onProgress = (message: string) => process.stderr.write(`${message}\n`);
  return openDataset(spec, { ...reading, onProgress });
}

/** The data where options alone say which; undefined where a config may. */
async function dataOf(options: TrainOptions): Promise<OpenedData | undefined> {
  if (options.resume !== undefined || options.config !== undefined || (await findConfig())) {
    return undefined;
  }
  const { preset, model, training: { data = usualData, read } = {} } = settingsGiven(options);
  const reading = readingOfPreset(readingOver(undefined, read as ReadOptions), preset);
  return openData(String(data), readingFor(reading, model));
}

/** Gives the data that was opened ahead, once: a reference kept here would hold the data in memory. */
export type TakeAhead = () => Promise<OpenedData | undefined> | undefined;

/**
 * Begins the work that needs no model, while the modules for models are being loaded: starts the thread that
 * computes, and opens the data.
 */
export function beginTraining(options: TrainOptions): TakeAhead {
  if (settingsGiven(options).training?.device !== 'webgpu') startAhead();
  let data: Promise<OpenedData | undefined> | undefined = dataOf(options);
  // Its faults are told when it is asked for.
  data.catch(() => undefined);
  return () => {
    const taken = data;
    data = undefined;
    return taken;
  };
}
