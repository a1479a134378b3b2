import { all } from './all.js';
import type { DataFormat } from './format.js';
import { shardFolder } from './shard-folder.js';

/** The formats in order of trial. */
export const formats: readonly DataFormat[] = [shardFolder, ...all];
