import { type DBSchema, type IDBPDatabase, openDB } from 'idb';
import { UserError } from '../../../src/base/errors.js';
import type { KeptJudgement } from '../../../src/runs/judgement.js';
import type { EpochMetrics } from '../../../src/training/index.js';
import type { DataFacts, DataName } from '../data/info.js';
import type { ShownValues, TrainSettings } from '../train/settings.js';
import type { NumberChange, Steered } from '../train/steering.js';
import type { Trace } from '../train/trace.js';

/** A run that the browser keeps, without its larger files. */
export interface KeptRun {
  readonly id: string;
  readonly name: string;
  /** Milliseconds since 1970. */
  readonly created: number;
  readonly modified: number;
  /** Tells whether training can go on from the checkpoint that is kept beside the run. */
  readonly state: 'unfinished' | 'done';
  /** The reason why training ended before its time and cannot go on. */
  readonly problem?: string;
  readonly data: DataName;
  readonly settings: TrainSettings;
  /** The values of all options; absent in runs of older pages. */
  readonly values?: ShownValues;
  /** Number of parameters of the model; absent in runs of older pages. */
  readonly parameters?: number;
  /** The content of `config.json`. */
  readonly config: Readonly<Record<string, unknown>>;
  /** Metrics of the epochs behind the checkpoint. */
  readonly metrics: readonly EpochMetrics[];
  readonly trace: Trace;
  /** The figures by which it was judged, as it is. */
  readonly judgement?: KeptJudgement;
  /** Position of the checkpoint; absent in runs of older pages and in opened ones. */
  readonly position?: Position;
  /** Numbers that were changed while it trained, in order. */
  readonly changes?: readonly NumberChange[];
  /** The numbers that are in force in the place of the config's. */
  readonly steered?: Steered;
}

/** A place between two steps of a training. */
export interface Position {
  /** The epoch under way, counted from 1; after the last one, one more. */
  readonly epoch: number;
  /** Steps of it that are done. */
  readonly step: number;
  /** Steps of an epoch. */
  readonly steps: number;
}

/** Texts that tell examples apart. */
export interface PartTexts {
  /** The columns that name rows, with a text for each row. */
  readonly ids?: readonly { readonly name: string; readonly texts: readonly string[] }[];
  /** Origin of each example. */
  readonly origins?: readonly string[];
}

/** Examples in memory. */
export interface DataPart extends PartTexts {
  readonly values: Uint8Array | Float32Array;
  readonly labels?: Int32Array;
}

/** Facts of data that need no loading. */
export interface KeptDataInfo extends DataFacts {
  readonly id: string;
  readonly name: string;
  /** Time at which it was given, in milliseconds since 1970. */
  readonly created: number;
}

/** Data that the user gave to the page. */
export interface GivenData extends KeptDataInfo {
  readonly classNames?: readonly string[];
  /** Names of the columns, one for each value. */
  readonly columns?: readonly string[];
  readonly train: DataPart;
  readonly test?: DataPart;
}

/** Examples as the browser keeps them: an object beside its blobs is held to 127 MB. */
interface KeptPart extends Omit<DataPart, 'values' | keyof PartTexts> {
  readonly values: Blob;
  /** `PartTexts` as JSON. */
  readonly texts?: Blob;
  readonly dtype: 'uint8' | 'float32';
}

/** Given data as the browser keeps it. */
export interface KeptData extends Omit<GivenData, 'train' | 'test'> {
  readonly train: KeptPart;
  readonly test?: KeptPart;
}

interface Schema extends DBSchema {
  runs: { key: string; value: KeptRun };
  /** The larger files of runs, by `<run>/<file>`. */
  files: { key: string; value: Blob };
  data: { key: string; value: KeptData };
  /** Facts of each of `data`, for lists. */
  dataInfo: { key: string; value: KeptDataInfo };
}

export type Database = IDBPDatabase<Schema>;

let opened: Promise<Database> | undefined;

/** The page's storage in this browser. @throws UserError when the browser keeps nothing */
export function database(): Promise<Database> {
  opened ??= open();
  opened.catch(() => {
    opened = undefined;
  });
  return opened;
}

async function open(): Promise<Database> {
  try {
    return await openDB<Schema>('vaekit-studio', 1, {
      upgrade(db) {
        db.createObjectStore('runs', { keyPath: 'id' });
        db.createObjectStore('files');
        db.createObjectStore('data', { keyPath: 'id' });
        db.createObjectStore('dataInfo', { keyPath: 'id' });
      },
      terminated() {
        opened = undefined;
      },
    });
  } catch (error) {
    throw new UserError(
      'This browser keeps nothing for the page (a private window, or storage is turned off): runs are lost when the page closes. Download the runs that you want to keep.',
      { cause: error },
    );
  }
}

/** An error of storage in words. */
export function storageError(error: unknown): Error {
  if (error instanceof DOMException && error.name === 'QuotaExceededError') {
    return new UserError(
      'The browser has no more room for this page, so the latest state is not kept. Training goes on: download the run when it ends, and remove runs or data that you no longer need.',
      { cause: error },
    );
  }
  const { message } = error instanceof Error ? error : new Error(String(error));
  return new UserError(
    `The browser could not keep the latest state (${message}). Training goes on: download the run when it ends.`,
    { cause: error },
  );
}
