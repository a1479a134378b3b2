import { type DBSchema, type IDBPDatabase, openDB } from 'idb';
import { UserError } from '../../../src/data/errors.js';
import type { EpochMetrics } from '../../../src/training/index.js';

/** A run that the browser keeps, without its parameters. */
export interface KeptRun {
  readonly id: string;
  readonly name: string;
  /** Milliseconds since 1970. */
  readonly created: number;
  readonly modified: number;
  /** What `config.json` says. */
  readonly config: Readonly<Record<string, unknown>>;
  readonly metrics: readonly EpochMetrics[];
}

/** Data that the user gave to the page. */
export interface KeptData {
  readonly id: string;
  readonly name: string;
  /** Shape of one example. */
  readonly shape: readonly number[];
  readonly values: Uint8Array | Float32Array;
  readonly labels?: Int32Array;
  readonly classNames?: readonly string[];
  /** When it was given, in milliseconds since 1970. */
  readonly created: number;
}

interface Schema extends DBSchema {
  runs: { key: string; value: KeptRun };
  /** The larger files of runs, by `<run>/<file>`. */
  files: { key: string; value: Uint8Array<ArrayBuffer> };
  data: { key: string; value: KeptData };
}

export type Database = IDBPDatabase<Schema>;

let opened: Promise<Database> | undefined;

/** What this browser keeps for the page. @throws UserError when it keeps nothing */
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
      },
      terminated() {
        opened = undefined;
      },
    });
  } catch (error) {
    throw new UserError(
      'This browser keeps nothing for the page (a private window, or storage that is turned off): runs are lost when the page closes. Download what you want to keep.',
      { cause: error },
    );
  }
}

/** An error of storage in words. */
export function storageError(error: unknown): Error {
  if (error instanceof DOMException && error.name === 'QuotaExceededError') {
    return new UserError(
      'The browser has no more room for this page. Download and remove runs or data, then go on.',
      { cause: error },
    );
  }
  return error instanceof Error ? error : new Error(String(error));
}
