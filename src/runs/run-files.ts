import {
  exists,
  isDirectory,
  listDirectory,
  makeDirectory,
  readFile,
  removeFile,
  writeFileAtomic,
} from '#files';
import { UserError } from '../base/errors.js';
import { mostFileBytes, tooLarge } from '../base/file-errors.js';

/** Place of the files of a run: a folder, a zip archive, memory, or the Hub. */
export interface RunFiles {
  /** The name of the run in messages: the folder's path if it is one. */
  readonly path: string;
  /** True where files can be written: archives and the Hub are only read. */
  readonly isWritable: boolean;
  /** A file's path or, where it has none, its name in messages. */
  file(name: string): string;
  has(name: string): Promise<boolean>;
  /**
   * The whole content of a file.
   * @param most bytes that such a file may have
   * @throws UserError when it cannot be read or is larger
   */
  read(name: string, most?: number): Promise<Uint8Array<ArrayBuffer>>;
  /**
   * Writes a file whole or not at all, in a folder that is made if need be.
   * @throws UserError when it cannot be written
   */
  write(name: string, content: Uint8Array | string): Promise<void>;
  /** Removes a file; none there is no error. @throws UserError when it cannot be removed */
  remove(name: string): Promise<void>;
  /** The names in a folder of the run, or in the run; none where there is no such folder. */
  list(folder?: string): Promise<string[]>;
}

/** Files in a folder, which need not be there yet. */
export function filesInFolder(path: string): RunFiles {
  const file = (name: string) => `${path.replace(/\/+$/, '')}/${name}`;
  return {
    path,
    isWritable: true,
    file,
    has: (name) => exists(file(name)),
    read: (name, most) => readFile(file(name), most),
    async write(name, content) {
      const folder = name.lastIndexOf('/');
      if (folder > 0) await makeDirectory(file(name.slice(0, folder)));
      await writeFileAtomic(file(name), content);
    },
    remove: (name) => removeFile(file(name)),
    async list(folder) {
      const whole = folder === undefined ? path : file(folder);
      return (await isDirectory(whole)) ? listDirectory(whole) : [];
    },
  };
}

/** Files in memory, which can be had as a zip archive. */
export function filesInMemory(
  path: string,
): RunFiles & { zip(): Promise<Uint8Array<ArrayBuffer>> } {
  const files = new Map<string, Uint8Array<ArrayBuffer>>();
  const file = (name: string) => `${path}: ${name}`;
  const bytesOf = (content: Uint8Array | string) =>
    typeof content === 'string' ? new TextEncoder().encode(content) : new Uint8Array(content);
  return {
    path,
    isWritable: true,
    file,
    has: async (name) => files.has(name),
    async read(name) {
      const content = files.get(name);
      if (!content) throw missing(file(name));
      return content;
    },
    async write(name, content) {
      files.set(name, bytesOf(content));
    },
    async remove(name) {
      files.delete(name);
    },
    list: async (folder) => namesIn([...files.keys()], folder),
    zip: () => zipRun(Object.fromEntries(files)),
  };
}

/**
 * A run folder as a zip archive, which `VAE.load` and the command line open as they do a folder.
 * @param files the run's files by name: `config.json`, `parameters.safetensors` and others
 */
export async function zipRun(
  files: Readonly<Record<string, Uint8Array | string>>,
): Promise<Uint8Array<ArrayBuffer>> {
  // The library for archives is loaded only when there is one.
  const { writeZip } = await import('../data/files/zip.js');
  return writeZip(files);
}

/**
 * Files in a zip archive of a run folder, whether it was packed with or without the folder itself.
 * They are read from memory; nothing is unpacked to disk.
 * @param path of the archive, for messages
 * @param mark the file that a run has at least
 * @throws UserError when it is no sound zip archive, or holds no run or several
 */
export async function filesInZip(bytes: Uint8Array, path: string, mark: string): Promise<RunFiles> {
  if (!isZip(bytes)) {
    throw new UserError(
      `${path} is no zip archive. Give the folder that training wrote, or a zip of it.`,
    );
  }
  const { openZip, wholeFile } = await import('../data/files/zip.js');
  const files = await openZip(bytes, path);
  const roots = [...files.keys()].flatMap((name) => {
    const [, root] = new RegExp(`^((?:[^/]+/)?)${mark}$`).exec(name) ?? [];
    return root === undefined ? [] : [root];
  });
  const root = roots.includes('') ? '' : roots[0];
  if (root === undefined) {
    throw new UserError(`${path} holds no run: there is no ${mark} in it. Give a run's zip.`);
  }
  if (root !== '' && roots.length > 1) {
    throw new UserError(`${path} holds ${roots.length} runs. Pack one.`);
  }
  const file = (name: string) => `${path}: ${name}`;
  const refuse = async () => {
    throw new UserError(`${path} is a zip archive, which is only read. Unpack it first.`);
  };
  return {
    path,
    isWritable: false,
    file,
    has: async (name) => files.has(root + name),
    async read(name, most = mostFileBytes) {
      const entry = files.get(root + name);
      if (!entry) throw missing(file(name));
      if (entry.size > most) throw tooLarge(file(name), most);
      return wholeFile(entry, file(name));
    },
    write: refuse,
    remove: refuse,
    list: async (folder) => namesIn([...files.keys()], `${root}${folder ?? ''}`),
  };
}

/** The names directly below a folder, from the paths of files. */
export function namesIn(files: readonly string[], folder = ''): string[] {
  const start = folder === '' || folder.endsWith('/') ? folder : `${folder}/`;
  const inside = files.filter((name) => name.startsWith(start));
  return [...new Set(inside.map((name) => name.slice(start.length).split('/')[0]!))].sort();
}

function missing(file: string): UserError {
  return new UserError(`Cannot read ${file}: there is no such file in it. Pack the whole run.`);
}

/** Tells whether the bytes begin as a zip archive does that holds something. */
function isZip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x50 && bytes[1] === 0x4b && bytes[2] === 3 && bytes[3] === 4;
}
