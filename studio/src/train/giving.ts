import { batch, signal } from '@preact/signals';
import { proxy } from 'comlink';
import type { ColumnKind, TableColumn } from '../../../src/data/column.js';
import type { AddedData, AddOptions } from '../data/info.js';
import { addData } from '../data/store.js';
import { helper } from '../model/helper.js';
import { runs } from '../runs/store.js';
import { type Files, type Finding, filesFromDrop } from '../ui/dropped-files.js';
import { choose } from './chosen.js';
import { isConfig, takeConfig } from './config-in.js';
import { isBusy, phase, show, whenSafe } from './session.js';

/** The size that pictures are brought to: they are cut, or stretched. */
export interface PictureSize {
  readonly side: number;
  readonly isCut: boolean;
}

/** Files that were given, and how they are read. */
export interface Given {
  readonly files: Files;
  /** Other options of reading, as a config has them. */
  readonly reading: Readonly<Record<string, unknown>>;
  /** Left out, pictures are as large as they are. */
  readonly size?: PictureSize | undefined;
  /** Kinds that the user chose, by the names of columns. */
  readonly kinds: Readonly<Record<string, ColumnKind>>;
  readonly without: readonly string[];
}

/** Way in which a column is read: its kind, or not at all. */
export type ColumnChoice = ColumnKind | 'out';

/** Data that was read, with the columns that were first found in it. */
export interface Read {
  readonly given: Given;
  readonly added: AddedData;
  readonly found: readonly TableColumn[];
}

/** The state of files that were given: being found in folders, being read, or the end of that. */
export type Giving =
  | { readonly is: 'finding'; readonly found: number }
  | { readonly is: 'reading'; readonly done: number; readonly of: number }
  | { readonly is: 'stopped' }
  | { readonly is: 'read' }
  /** An archive of a run was given, which is kept from now on. */
  | { readonly is: 'opened'; readonly name: string }
  /** A config was given; its settings are in the form now. */
  | { readonly is: 'configured'; readonly name: string }
  /** The pictures differ in size, or are too large: the user says a size. */
  | { readonly is: 'unsized'; readonly message: string }
  | { readonly is: 'failed'; readonly message: string };

/** The latest files that were given to train on; undefined when there are none. */
export const giving = signal<Giving | undefined>(undefined);

/** The files that were given, and how they are read. */
export const given = signal<Given | undefined>(undefined);

/** The data that was read of them last. */
export const read = signal<Read | undefined>(undefined);

/** Tells whether a message asked for files: the place for them is then in sight. */
export const isAsked = signal(false);

/** Brings the place for files into sight. */
export function askForFiles(): void {
  isAsked.value = true;
}

/** Tells whether files are being found or read. */
export const isReading = (): boolean =>
  giving.value?.is === 'finding' || giving.value?.is === 'reading';

let stopping = new AbortController();

/** Reads files that were dropped or chosen, in the place of earlier ones. */
export async function give(list: FileList | DataTransfer): Promise<void> {
  stopGiving();
  stopping = new AbortController();
  const { signal } = stopping;
  const finding: Finding = {
    signal,
    onFound(found) {
      if (!signal.aborted) giving.value = { is: 'finding', found };
    },
  };
  finding.onFound(0);
  read.value = undefined;
  given.value = undefined;
  try {
    const files = await filesFromDrop(list, finding);
    if ((await openedRun(files)) || (await takenConfig(files))) return;
    await take({ files, reading: {}, kinds: {}, without: [] });
  } catch (error) {
    end(signal, error);
  }
}

/** Opens the run that a single archive holds; whether it holds one. @throws UserError when it is damaged */
async function openedRun(files: Files): Promise<boolean> {
  const [[name, archive] = ['', undefined], ...others] = Object.entries(files);
  if (!archive || others.length > 0 || !/\.zip$/i.test(name)) return false;
  giving.value = { is: 'reading', done: 0, of: 0 };
  const { importRun } = await import('../runs/open-zip.js');
  const kept = await importRun(archive, name);
  if (!kept) return false;
  giving.value = { is: 'opened', name: kept.name };
  if (!isBusy.value) whenSafe(() => show(kept));
  return true;
}

/** Takes the settings of a config that was given as a file; whether it is one. @throws UserError when it is wrong */
async function takenConfig(files: Files): Promise<boolean> {
  const [[name, file] = ['', undefined], ...others] = Object.entries(files);
  if (!file || others.length > 0 || !/\.json$/i.test(name)) return false;
  const text = await file.text();
  if (!isConfig(text)) return false;
  await takeConfig(text, name);
  giving.value = { is: 'configured', name };
  return true;
}

/** Stops the reading of files that were given. */
export function stopGiving(): void {
  if (!isReading()) return;
  stopping.abort();
  helper().service.stopReading();
  giving.value = { is: 'stopped' };
}

/** Reads the files again, with other options of reading. */
export function giveReading(reading: Given['reading']): Promise<void> {
  return again({ reading });
}

/** Reads the pictures again, or for the first time, at a size; undefined for their own. */
export function giveSize(size: PictureSize | undefined): Promise<void> {
  return again({ size });
}

/** Reads the table again, with a column as the user says. */
export function giveColumn(name: string, choice: ColumnChoice): Promise<void> {
  const { kinds: before = {}, without: left = [] } = given.value ?? {};
  const { [name]: _, ...kinds } = before;
  const without = left.filter((each) => each !== name);
  const next =
    choice === 'out'
      ? { kinds, without: [...without, name] }
      : { kinds: { ...kinds, [name]: choice }, without };
  return again(next);
}

async function again(change: Partial<Given>): Promise<void> {
  if (!given.value) return;
  stopping = new AbortController();
  await take({ ...given.value, ...change }, read.value);
}

function optionsOf({ reading, size, kinds, without }: Given, before: Read | undefined): AddOptions {
  const resize = size
    ? { resize: size.side, ...(size.isCut ? { crop: 'center' as const } : {}) }
    : {};
  const columns = Object.keys(kinds).length > 0 ? { columns: kinds } : {};
  // A run that was trained on the data as it was read before must find it so.
  const replaces = before?.added.data;
  const isUsed = runs.value?.some(({ kept }) => kept?.data === replaces) ?? true;
  return {
    read: { ...reading, ...resize, ...columns },
    without,
    ...(replaces && !isUsed ? { replaces } : {}),
  };
}

async function take(files: Given, before?: Read): Promise<void> {
  const { signal } = stopping;
  given.value = files;
  const told = (done: number, of: number) => {
    if (!signal.aborted) giving.value = { is: 'reading', done, of };
  };
  told(0, 0);
  try {
    const added = await addData(files.files, optionsOf(files, before), proxy(told));
    if (signal.aborted) return;
    batch(() => {
      read.value = { given: files, added, found: before?.found ?? added.table ?? [] };
      giving.value = { is: 'read' };
      if (phase.value === 'idle') choose({ data: added.data });
    });
  } catch (error) {
    if (before && !signal.aborted) {
      // A kind of a column that is refused is no part of the next change; options of reading can mend one another.
      const { kinds, without } = before.given;
      given.value = { ...files, kinds, without };
    }
    end(signal, error);
  }
}

/** Messages of the library that a size mends. */
const wantSize = /pictures differ in size|too large to train on as they are/;

function end(signal: AbortSignal, error: unknown): void {
  if (signal.aborted) return;
  const { message } = error as Error;
  giving.value = { is: wantSize.test(message) ? 'unsized' : 'failed', message };
}
