import { createHash, randomBytes } from 'node:crypto';
import * as fs from 'node:fs/promises';
import { join } from 'node:path';
import { cacheDirectory, exists, findCacheDirectory, makeDirectory } from '#files';
import { UserError } from '../../base/errors.js';
import { attempt, codeOf } from '../../base/file-errors.js';
import { fromArray } from '../dataset.js';
import {
  type AddRows,
  datasetOptions,
  defaultMemoryLimit,
  type Gathered,
  type GatheredData,
  type GatherOptions,
  type Layout,
} from './gather.js';
import { openShards, ShardWriter, shardHeader } from './shards.node.js';

export { defaultMemoryLimit };

/** The version of how data is decoded: examples that an older one decoded are not taken for the same. */
const decoding = 2;

/** Bytes that are collected before they are written. */
const blockBytes = 2 ** 23;

/**
 * Examples that must first be decoded, as a dataset: in memory if they fit there, else as shards in
 * the cache, where they are found again as long as `key` is the same. The cache is written whole or
 * not at all; one that is damaged is written anew.
 * @param key all that decides the examples, as JSON: files with sizes and dates, options
 * @param produce decodes: it calls `begin` once, adds all examples, and returns their labels
 * @throws UserError as `produce` does, or when there is no cache or it cannot be written
 */
export async function gather(
  name: string,
  key: unknown,
  produce: (begin: (layout: Layout) => AddRows) => Promise<Gathered>,
  options: GatherOptions,
): Promise<GatheredData> {
  const digest = createHash('sha256')
    .update(JSON.stringify([decoding, key]))
    .digest('hex')
    .slice(0, 32);
  const kept = options.cache ?? findCacheDirectory();
  const known = kept && (await openCached(join(kept, 'shards', digest), name, options));
  if (known) return known;
  const folder = () => join(kept ?? cacheDirectory(), 'shards');

  const limit = options.memoryLimit ?? defaultMemoryLimit;
  let rows: Rows | undefined;
  try {
    const end = await produce((layout) => {
      rows = new Rows(layout, limit, async () => {
        options.onProgress?.(
          `${name}: more than ${Math.round(limit / 2 ** 20)} MB; writing it to ${join(folder(), digest)}`,
        );
        return temporaryFolder(folder(), digest);
      });
      return (values) => {
        options.signal?.throwIfAborted();
        return rows!.add(values);
      };
    });
    if (!rows) throw new Error(`${name}: nothing was gathered`);
    const spilled = await rows.spilled(end);
    if (!spilled) {
      const dataset = fromArray(rows.values(), rows.layout.shape, datasetOptions(name, end));
      return { dataset, skipped: end.skipped ?? [], notes: end.notes ?? [] };
    }
    const place = join(folder(), digest);
    const theirs = await putInPlace(spilled, place, name, options);
    if (theirs) return theirs;
    return await openShards(place, name);
  } finally {
    await rows?.discard();
  }
}

/**
 * Gives a folder that was written its final name. Another process may have written the same
 * meanwhile: theirs is as good, may be in use already, and is then returned.
 */
function putInPlace(written: string, place: string, name: string, options: GatherOptions) {
  return attempt('write', place, async () => {
    try {
      await fs.rename(written, place);
    } catch (error) {
      if (!['ENOTEMPTY', 'EEXIST', 'EPERM'].includes(codeOf(error))) throw error;
      const theirs = await openCached(place, name, options);
      if (theirs) return theirs;
      await fs.rm(place, { recursive: true, force: true });
      await fs.rename(written, place);
    }
    return undefined;
  });
}

async function openCached(place: string, name: string, options: GatherOptions) {
  if (!(await exists(place))) return undefined;
  try {
    if (!(await exists(join(place, shardHeader)))) throw new UserError(`${place} is not whole.`);
    return await openShards(place, name);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    options.onProgress?.(`${name}: the cache is damaged and is written anew: ${error.message}`);
    return undefined;
  }
}

/** A new folder to write into. Removes the folder that a dead process left of the same data. */
async function temporaryFolder(folder: string, digest: string): Promise<string> {
  await makeDirectory(folder);
  for (const entry of await attempt('read', folder, () => fs.readdir(folder))) {
    const [, pid] = entry.startsWith(digest)
      ? (/^\.(\d+)\.[0-9a-f]+\.tmp$/.exec(entry.slice(digest.length)) ?? [])
      : [];
    if (pid && !isAlive(Number(pid))) {
      await attempt('remove', join(folder, entry), () =>
        fs.rm(join(folder, entry), { recursive: true, force: true }),
      );
    }
  }
  const path = join(folder, `${digest}.${process.pid}.${randomBytes(4).toString('hex')}.tmp`);
  await makeDirectory(path);
  return path;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Examples as they come: in memory at first, on disk once they are too many. */
class Rows {
  #memory: Uint8Array;
  #used = 0;
  #writer: ShardWriter | undefined;
  #folder: string | undefined;
  readonly #limit: number;

  constructor(
    readonly layout: Layout,
    limit: number,
    private readonly makeFolder: () => Promise<string>,
  ) {
    const rowBytes = layout.shape.reduce((a, b) => a * b, layout.dtype === 'uint8' ? 1 : 4);
    const expected = layout.most === undefined ? undefined : layout.most * rowBytes;
    // Data that will not fit is written from the start, and memory then only collects a block.
    this.#limit = expected !== undefined && expected > limit ? 0 : limit;
    this.#memory = new Uint8Array(
      this.#limit === 0 ? blockBytes : (expected ?? Math.min(blockBytes, limit)),
    );
  }

  async add(values: Uint8Array | Float32Array): Promise<void> {
    const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
    if (this.#used + bytes.length > this.#memory.length) await this.#makeRoom(bytes.length);
    if (bytes.length > this.#memory.length) {
      await this.#writer!.add(bytes);
      return;
    }
    this.#memory.set(bytes, this.#used);
    this.#used += bytes.length;
  }

  values(): Uint8Array | Float32Array {
    const bytes = this.#memory.subarray(0, this.#used);
    return this.layout.dtype === 'uint8'
      ? bytes
      : new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
  }

  /** The folder with the shards; undefined when all is in memory. */
  async spilled(end: Gathered): Promise<string | undefined> {
    if (this.#limit === 0 && !this.#writer && this.#used > 0) await this.#spill();
    if (!this.#writer) return undefined;
    await this.#flush();
    await this.#writer.finish(end);
    return this.#folder;
  }

  /** Removes written files that were not moved to their place. */
  async discard(): Promise<void> {
    await this.#writer?.close().catch(() => undefined);
    if (this.#folder) await fs.rm(this.#folder, { recursive: true, force: true });
  }

  async #makeRoom(length: number): Promise<void> {
    const needed = this.#used + length;
    if (!this.#writer && needed <= this.#limit) {
      const larger = new Uint8Array(
        Math.min(this.#limit, Math.max(needed, this.#memory.length * 2)),
      );
      larger.set(this.#memory.subarray(0, this.#used));
      this.#memory = larger;
      return;
    }
    if (!this.#writer) await this.#spill();
    await this.#flush();
    if (this.#memory.length !== blockBytes) this.#memory = new Uint8Array(blockBytes);
  }

  async #spill(): Promise<void> {
    this.#folder = await this.makeFolder();
    this.#writer = new ShardWriter(this.#folder, this.layout.shape, this.layout.dtype);
  }

  async #flush(): Promise<void> {
    await this.#writer!.add(this.#memory.subarray(0, this.#used));
    this.#used = 0;
  }
}
