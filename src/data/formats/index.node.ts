import { all } from './all.js';
import type { DataFormat } from './format.js';
import { hdf5File } from './hdf5-file.node.js';
import { shardFolder } from './shard-folder.js';

/** The formats in order of trial. */
export const formats: readonly DataFormat[] = [shardFolder, hdf5File, ...all];
