import { isDirectory, listDirectory } from '#files';
import { UserError } from '../../base/errors.js';
import { excerpt, listed } from '../../base/excerpt.js';
import { within } from '../../base/paths.js';
import { isIgnored } from '../files/ignored.js';
import type { Place } from '../formats/format.js';
import type { ReadingNote } from '../notes.js';
import { type Part, partOf } from './parts.js';

/** Levels of folders that are looked into, and folders of one level. */
const [mostLevels, mostFolders] = [3, 64];

/** Tables in a folder, by the part that their names tell. */
export interface FoundTables {
  readonly parts: Readonly<Record<Part, readonly string[]>>;
  readonly notes: readonly ReadingNote[];
}

interface Found {
  /** Path from the folder. */
  readonly path: string;
  readonly part: Part | undefined;
  /** The folder that it is in, without folders that name parts. */
  readonly set: string;
}

/**
 * The tables in a folder: files train.csv and test.csv, or a repository of Hugging Face with
 * data/train-00000-of-00002.parquet, or folders train and test.
 * @returns undefined when there is none
 * @throws UserError when there are several sets of them
 */
export async function findTables(place: Place, ending: RegExp): Promise<FoundTables | undefined> {
  const hidden: string[] = [];
  const all = await below(place.path, place.entries ?? [], '', ending, hidden);
  if (all.length === 0) return undefined;
  const here = all.filter(({ set }) => set === '');
  const sets = [...new Set(all.map(({ set }) => set))];
  if (here.length === 0 && sets.length > 1) {
    throw new UserError(
      `${place.path}: there are several sets of tables in it: ${listed(sets, 5)}. Give one of these folders.`,
    );
  }
  const files = here.length > 0 ? here : all;
  const notes: ReadingNote[] = [];
  const leave = (names: readonly string[], why: string) => {
    if (names.length === 0) return;
    const text = `${names.length === 1 ? 'file' : 'files'} ${listed(names.map((name) => excerpt(name)))} left out: ${why}`;
    notes.push({ about: 'left out', text });
  };
  leave(hidden, names(hidden, 'hidden or of the system'));
  const others = all.filter((file) => !files.includes(file)).map(({ path }) => path);
  leave(others, names(others, 'in folders beside the tables'));
  const named = (part: Part) => files.flatMap((file) => (file.part === part ? [file.path] : []));
  const rest = files.flatMap((file) => (file.part ? [] : [file.path]));
  if (named('train').length === 0) {
    const isWhole = rest.length === 0;
    const parts = {
      train: isWhole ? files.map(({ path }) => path) : rest,
      validation: isWhole ? [] : named('validation'),
      test: isWhole ? [] : named('test'),
    };
    return { parts, notes };
  }
  leave(rest, names(rest, 'named as no part'));
  const parts = { train: named('train'), validation: named('validation'), test: named('test') };
  const told = Object.entries(parts).flatMap(([part, paths]) =>
    paths.length > 0 ? [`${part} from ${listed(paths.map((path) => excerpt(path)))}`] : [],
  );
  notes.push({ about: 'split', text: told.join(', ') });
  return { parts, notes };
}

function names(items: readonly string[], why: string): string {
  return `${items.length === 1 ? 'it is' : 'they are'} ${why}`;
}

async function below(
  folder: string,
  entries: readonly string[],
  prefix: string,
  ending: RegExp,
  hidden: string[],
): Promise<Found[]> {
  const found: Found[] = [];
  const folders: string[] = [];
  for (const entry of entries) {
    const path = `${prefix}${entry}`;
    if (ending.test(entry)) {
      if (isIgnored(entry)) hidden.push(path);
      else found.push({ path, part: partIn(path), set: setOf(prefix) });
    } else if (!entry.includes('.') && !isIgnored(entry)) folders.push(entry);
  }
  const level = prefix.split('/').length;
  if (level > mostLevels || folders.length > mostFolders) return found;
  for (const name of folders) {
    const path = within(folder, name);
    if (!(await isDirectory(path))) continue;
    const inside = await listDirectory(path);
    found.push(...(await below(path, inside, `${prefix}${name}/`, ending, hidden)));
  }
  return found;
}

/** The part of a file, by its own name or the name of a folder around it. */
function partIn(path: string): Part | undefined {
  return path
    .split('/')
    .reverse()
    .map(partOf)
    .find((part) => part !== undefined);
}

function setOf(prefix: string): string {
  return prefix
    .split('/')
    .filter((name) => name !== '' && partOf(name) === undefined)
    .join('/');
}
