/**
 * Shards: a folder of examples as plain bytes, for data larger than memory. It holds
 *
 * - `shards.json`, such as
 *   `{ "format": "vaekit-shards", "version": 1, "shape": [3, 64, 64], "dtype": "uint8",
 *      "shards": [{ "file": "00000.u8", "count": 80000 }], "labels": "labels.npy",
 *      "classNames": ["cat", "dog"] }`
 * - the shards, each `count` examples of `shape` (channels, height, width for images) one after
 *   another, row-major, nothing before, between or after them; `dtype` is `uint8` (`.u8`, 0 to 255
 *   for 0 to 1) or `float32` (`.f32`, little-endian)
 * - if there are labels, one int32 an example in an .npy file, and the classes' names in the header
 * - if examples come from files or rows, their paths as a list in a .json file, or the numbers of the
 *   rows, from 1, as int32 in an .npy file
 * - if examples are rows of a table that was read column by column, its columns as `table`, and the names
 *   of the rows, and kept cells, as `{ "name": "id", "texts": ["a1", …] }` in a .json file.
 *
 * `file`, `labels` and `origins` name files in the folder itself. The header is written last, so that a folder
 * that has one is whole.
 */
import * as fs from 'node:fs/promises';
import { join } from 'node:path';
import { Tensor } from 'onnxruntime-common';
import { z } from 'zod';
import { readFile, writeFileAtomic } from '#files';
import { UserError } from '../../base/errors.js';
import { attempt } from '../../base/file-errors.js';
import { parseJson } from '../../base/json.js';
import { validate } from '../../base/settings/validate.js';
import { decodeNpy, encodeNpy } from '../codecs/npy.js';
import { isLearnt } from '../column.js';
import { columnSchema } from '../column-schema.js';
import { labelsFrom } from '../labels.js';
import { noteSubjects, type ReadingNote } from '../notes.js';
import { fileRows } from './file-rows.node.js';
import {
  datasetOptions,
  type Gathered,
  type GatheredData,
  type IdTexts,
  type Origins,
} from './gather.js';

/** The name of the header's file. */
export const shardHeader = 'shards.json';

const fileName = z
  .string()
  .regex(/^[^/\\]+$/, 'it must be the name of a file in the folder')
  .refine((name) => name !== '.' && name !== '..', 'it must be the name of a file in the folder');

const headerSchema = z.strictObject({
  format: z.literal('vaekit-shards'),
  version: z.literal(1),
  shape: z.array(z.int().min(1)).min(1),
  dtype: z.enum(['uint8', 'float32']),
  shards: z.array(z.strictObject({ file: fileName, count: z.int().min(1) })).min(1),
  labels: fileName.optional(),
  classNames: z.array(z.string()).optional(),
  columns: z.array(z.strictObject({ name: z.string() })).optional(),
  table: z.array(columnSchema).optional(),
  ids: fileName.optional(),
  cells: fileName.optional(),
  origins: fileName.optional(),
  skipped: z.array(z.strictObject({ name: z.string(), reason: z.string() })).optional(),
  notes: z
    .array(
      z.strictObject({
        about: z.enum(noteSubjects),
        text: z.string(),
        doubtful: z.boolean().optional(),
      }),
    )
    .optional(),
});

/**
 * The examples of a folder of shards, which stay on disk.
 * @throws UserError when the header is wrong, or when a file is missing or not of its size
 */
export async function openShards(folder: string, name: string): Promise<GatheredData> {
  const path = join(folder, shardHeader);
  const text = new TextDecoder().decode(await readFile(path));
  const header = validate(headerSchema, parseJson(text, path), path);
  const { shape, dtype, shards, classNames, columns, table, skipped = [], notes = [] } = header;
  const size = shards.reduce((sum, { count }) => sum + count, 0);
  const rowBytes = rowSize(shape, dtype);
  for (const { file, count } of shards) await checkSize(join(folder, file), count, rowBytes);
  const labels = header.labels && (await readLabels(join(folder, header.labels), size));
  const ids = header.ids && (await readTexts(join(folder, header.ids)));
  const cells = header.cells && (await readTexts(join(folder, header.cells)));
  const origins = header.origins && (await readOrigins(join(folder, header.origins), size));
  const dataset = await fileRows({
    ...datasetOptions(name, {
      labels: labels || undefined,
      classNames,
      columns: table?.filter(isLearnt) ?? columns,
      table,
      ids: ids || undefined,
      cells: cells || undefined,
      origins: origins || undefined,
    }),
    shape,
    dtype,
    pieces: shards.map(({ file, count }) => ({ path: join(folder, file), offset: 0, count })),
  });
  return { dataset, skipped, notes: notes as readonly ReadingNote[] };
}

async function checkSize(path: string, count: number, rowBytes: number): Promise<void> {
  const { size } = await attempt('read', path, () => fs.stat(path));
  if (size !== count * rowBytes) {
    throw new UserError(
      `${path}: ${count} examples take ${count * rowBytes} bytes, but the file has ${size}. Write the shard or its count in ${shardHeader} again.`,
    );
  }
}

async function readLabels(path: string, size: number): Promise<Int32Array> {
  const labels = labelsFrom(decodeNpy(await readFile(path), path), path);
  if (labels.length !== size) {
    throw new UserError(`${path}: ${labels.length} labels for ${size} examples. Give one each.`);
  }
  return labels;
}

const textsSchema = z.array(z.strictObject({ name: z.string(), texts: z.array(z.string()) }));

async function readTexts(path: string): Promise<readonly IdTexts[]> {
  return validate(
    textsSchema,
    parseJson(new TextDecoder().decode(await readFile(path)), path),
    path,
  );
}

/** Writes texts of rows into a file of the folder. @returns its name */
async function writeTexts(folder: string, file: string, columns: readonly IdTexts[]) {
  await writeFileAtomic(join(folder, file), JSON.stringify(columns));
  return file;
}

async function readOrigins(path: string, size: number): Promise<Origins> {
  const bytes = await readFile(path);
  const origins = path.endsWith('.json')
    ? validate(z.array(z.string()), parseJson(new TextDecoder().decode(bytes), path), path)
    : Uint32Array.from(labelsFrom(decodeNpy(bytes, path), path));
  if (origins.length !== size) {
    throw new UserError(`${path}: ${origins.length} origins for ${size} examples. Give one each.`);
  }
  return origins;
}

/** Writes numbers as an .npy file. */
function writeNumbers(path: string, numbers: ArrayLike<number>): Promise<void> {
  const tensor = new Tensor('int32', Int32Array.from(numbers), [numbers.length]);
  return writeFileAtomic(path, encodeNpy(tensor));
}

/** Writes where examples come from. @returns the name of the file in the folder */
async function writeOrigins(folder: string, origins: Origins): Promise<string> {
  if (origins instanceof Uint32Array) {
    await writeNumbers(join(folder, 'rows.npy'), origins);
    return 'rows.npy';
  }
  await writeFileAtomic(join(folder, 'origins.json'), JSON.stringify(origins));
  return 'origins.json';
}

function rowSize(shape: readonly number[], dtype: 'uint8' | 'float32'): number {
  return shape.reduce((product, length) => product * length, dtype === 'uint8' ? 1 : 4);
}

/** Writes examples as shards into a folder that is there and empty. */
export class ShardWriter {
  readonly #rowBytes: number;
  readonly #perShard: number;
  readonly #shards: { file: string; count: number }[] = [];
  #handle: fs.FileHandle | undefined;

  /** @param shardBytes most bytes of one file; a single example may take more */
  constructor(
    private readonly folder: string,
    private readonly shape: readonly number[],
    private readonly dtype: 'uint8' | 'float32',
    shardBytes = 2 ** 30,
  ) {
    this.#rowBytes = rowSize(shape, dtype);
    this.#perShard = Math.max(1, Math.floor(shardBytes / this.#rowBytes));
  }

  /** Appends whole examples. @throws UserError when they cannot be written */
  async add(values: Uint8Array | Float32Array): Promise<void> {
    const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
    const count = bytes.length / this.#rowBytes;
    for (let done = 0; done < count; ) {
      const shard = await this.#current();
      const fitting = Math.min(count - done, this.#perShard - shard.count);
      const part = bytes.subarray(done * this.#rowBytes, (done + fitting) * this.#rowBytes);
      await attempt('write', join(this.folder, shard.file), async () => {
        await this.#handle!.appendFile(part);
      });
      shard.count += fitting;
      done += fitting;
    }
  }

  /** Writes the facts of the examples and the header, after which the shards are whole and safe from a power cut. */
  async finish(gathered: Gathered): Promise<void> {
    const { labels, classNames, columns, table, ids = [], cells = [], origins } = gathered;
    const { skipped = [], notes = [] } = gathered;
    await this.close();
    if (labels) await writeNumbers(join(this.folder, 'labels.npy'), labels);
    const header = {
      format: 'vaekit-shards',
      version: 1,
      shape: this.shape,
      dtype: this.dtype,
      shards: this.#shards,
      ...(labels ? { labels: 'labels.npy' } : {}),
      ...(classNames ? { classNames } : {}),
      ...(table ? { table } : columns ? { columns } : {}),
      ...(ids.length > 0 ? { ids: await writeTexts(this.folder, 'ids.json', ids) } : {}),
      ...(cells.length > 0 ? { cells: await writeTexts(this.folder, 'cells.json', cells) } : {}),
      ...(origins ? { origins: await writeOrigins(this.folder, origins) } : {}),
      ...(skipped.length > 0 ? { skipped } : {}),
      ...(notes.length > 0 ? { notes } : {}),
    };
    await writeFileAtomic(join(this.folder, shardHeader), `${JSON.stringify(header, null, 2)}\n`);
  }

  /** Closes the file under way, as `finish` does. */
  async close(): Promise<void> {
    const handle = this.#handle;
    this.#handle = undefined;
    if (!handle) return;
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  }

  /** The shard that has room for an example. */
  async #current(): Promise<{ file: string; count: number }> {
    const last = this.#shards.at(-1);
    if (last && last.count < this.#perShard) return last;
    await this.close();
    const ending = this.dtype === 'uint8' ? 'u8' : 'f32';
    const file = `${String(this.#shards.length).padStart(5, '0')}.${ending}`;
    const path = join(this.folder, file);
    this.#handle = await attempt('write', path, () => fs.open(path, 'wx'));
    const shard = { file, count: 0 };
    this.#shards.push(shard);
    return shard;
  }
}
