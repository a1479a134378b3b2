import { fileBytes } from '#array-file';
import { listDirectory, readFile, readStart } from '#files';
import { UserError } from '../../base/errors.js';
import { baseName, within } from '../../base/paths.js';
import { isIdx } from '../codecs/idx.js';
import { openNorb } from '../codecs/norb.js';
import { gunzip, isGzip, plainStart } from '../files/gzip.js';
import { isIgnoredPath } from '../files/ignored.js';
import { isNpy, isZip } from '../files/marks.js';
import type { ArraySource } from './array-source.js';
import type { ArrayEntry } from './choose.js';
import { bytesOf, startOf } from './file-bytes.js';
import { idxArray } from './idx-array.js';
import { memoryArray } from './memory-array.js';
import { npyArray, npySize } from './npy-array.js';

const npyEnding = /\.npy(\.gz)?$/i;
const idxEnding = /[-.]idx\d([-.][a-z]+)?(\.gz)?$/i;

/** The EMNIST files hold columns where others have rows. https://www.nist.gov/itl/products-and-services/emnist-dataset */
const emnist = /^emnist-(balanced|byclass|bymerge|digits|letters|mnist)-(train|test)-images-idx3/i;

/** The files of smallNORB, whose names hold the sizes of their arrays. */
const norb = /^smallnorb-.*-(training|testing)-(dat|cat|info)\.mat$/i;
const norbKinds = { dat: 'images', cat: 'labels', info: 'info' } as const;

/** The array of a file that is called as arrays are; undefined for other files. */
export function entryOfFile(path: string): ArrayEntry | undefined {
  const name = baseName(path);
  if (isIgnoredPath(name)) return undefined;
  if (npyEnding.test(name)) {
    return {
      key: name.replace(npyEnding, ''),
      open: async () => {
        await refuseOther(path, isNpy);
        return npyOfFile(path);
      },
    };
  }
  if (/\.npz$/i.test(name)) return { key: name.slice(0, -4), open: () => soleArray(path) };
  const [, part, kind] = norb.exec(name) ?? [];
  if (part !== undefined) {
    return { key: `${part}_${norbKinds[kind as 'dat']}`, open: () => norbArray(path) };
  }
  if (!idxEnding.test(name)) return undefined;
  return {
    key: name.replace(idxEnding, ''),
    open: async () => {
      await refuseOther(path, isIdx);
      return idxArray(path, path);
    },
    ...(emnist.test(name) ? { transposed: true } : {}),
  };
}

/** Tells of a file that is named as one kind and is of another that is known. @throws UserError */
export async function refuseOther(path: string, isRight: (start: Uint8Array) => boolean) {
  if (isRight(await plainStart(await readStart(path, 256)))) return;
  // The list of kinds is loaded only when there is a foreign file.
  const { refuseKnown } = await import('../files/foreign.js');
  await refuseKnown(path);
}

/** The array of an .npy file, plain or gzip. @throws UserError when it is none or damaged */
export async function npyOfFile(path: string): Promise<ArraySource> {
  const file = await fileBytes(path);
  if (!isGzip(await startOf(file, 2))) return npyArray(file);
  const plain = await gunzip(await readFile(path), path, (start) => npySize(start, path));
  return npyArray(bytesOf(plain, path, file.key));
}

/** The array of an .npz file that holds one alone. @throws UserError when it holds several */
async function soleArray(path: string) {
  await refuseOther(path, isZip);
  const { npzArrays } = await import('../codecs/npz.js');
  const arrays = [...(await npzArrays(path)).values()];
  if (arrays.length === 1) return npyArray(arrays[0]!);
  throw new UserError(
    `${path} holds ${arrays.length} arrays, so it is no single one. Give it alone.`,
  );
}

async function norbArray(path: string) {
  const { type, shape, data } = openNorb(await readFile(path), path);
  const { key } = await fileBytes(path);
  return memoryArray({ path, type, shape, bytes: data, key: ['norb', key] });
}

/** The arrays of files in a folder; a file that is there plain and as gzip counts once. */
export function entriesIn(folder: string, names: readonly string[]): ArrayEntry[] {
  const entries = new Map<string, ArrayEntry>();
  for (const name of [...names].sort()) {
    const entry = entryOfFile(within(folder, name));
    if (entry && !entries.has(entry.key)) entries.set(entry.key, entry);
  }
  return [...entries.values()];
}

/** The arrays of files that lie beside a file. */
export async function entriesBeside(path: string): Promise<ArrayEntry[]> {
  const name = baseName(path);
  const folder = path.slice(0, path.length - name.length);
  const names = await listDirectory(folder === '' ? '.' : folder.replace(/(.)[\\/]$/, '$1'));
  return entriesIn(
    folder === '' ? '.' : folder,
    names.filter((each) => each !== name),
  );
}
