import { existsSync, readFileSync } from 'node:fs';
import * as modules from 'node:module';
import { dirname, join } from 'node:path';
import { workerData } from 'node:worker_threads';
import { env } from 'onnxruntime-common';
import { UserError } from '../base/errors.js';
import { ownFile } from '../base/own-files.node.js';

/*
 * CUDA comes with the user's onnxruntime-node: its libraries are too large for the npm registry, and its install
 * script fetches them. vaekit's own binding then runs on that package's library of the runtime.
 */

const name = 'onnxruntime-node';

/** The release that vaekit comes with. */
const version = env.versions.common!;

const install = `npm install ${name}@${version} --onnxruntime-node-install=cuda12`;

/** A folder of native files with CUDA's among them, or why there is none. */
type Found = { readonly folder: string } | { readonly missing: string };

const minorOf = (release: string) => release.split('.').slice(0, 2).join('.');

/** The package's folders, as seen from vaekit and from the program. */
function packageFolders(): string[] {
  return [ownFile('package.json'), process.argv[1]].flatMap((place) => {
    try {
      return [dirname(modules.createRequire(place!).resolve(`${name}/package.json`))];
    } catch {
      return [];
    }
  });
}

const filesOf = (folder: string) => join(folder, 'bin', 'napi-v6', 'linux', 'x64');

const cudaLibrary = 'libonnxruntime_providers_cuda.so';

function find(): Found {
  const { platform, arch } = process;
  if (platform !== 'linux' || arch !== 'x64') {
    return { missing: `ONNX Runtime has CUDA for Node on Linux x64, not on ${platform} ${arch}` };
  }
  const all = packageFolders();
  const [any] = all;
  if (any === undefined) {
    return { missing: `there is no ${name} with CUDA's libraries beside vaekit (${install})` };
  }
  const at = all.find((folder) => existsSync(join(filesOf(folder), cudaLibrary)));
  if (at === undefined) return { missing: `${any} has no libraries for CUDA (${install})` };
  const { version: there } = JSON.parse(readFileSync(join(at, 'package.json'), 'utf8')) as {
    readonly version: string;
  };
  if (minorOf(there) === minorOf(version)) return { folder: filesOf(at) };
  return { missing: `${at} is ${name} ${there}, and vaekit runs on ${version} (${install})` };
}

/** A thread takes the process's finding: a process has one library of the runtime. */
let found = (workerData as { readonly vaekitCuda?: Found } | null)?.vaekitCuda;

/** Entries of a thread's data, which tell it of CUDA. */
export function cudaData(): { readonly vaekitCuda: Found } {
  found ??= find();
  return { vaekitCuda: found };
}

/** The binding whose library of the runtime has CUDA beside it; undefined where there is none. */
export function cudaBinding(): string | undefined {
  found ??= find();
  return 'folder' in found ? join(found.folder, 'onnxruntime_binding.node') : undefined;
}

/** A library of CUDA that the system lacks, in the loader's words. */
function missingLibrary(folder: string): string | undefined {
  try {
    process.dlopen({ exports: {} }, join(folder, cudaLibrary));
  } catch (error) {
    const [line] = (error as Error).message.split('\n');
    // Loading fails for another reason when all libraries are there: it is no module of Node.
    if (/cannot open shared object file/.test(line!)) return line;
  }
  return undefined;
}

let checked = false;

/** @throws UserError when CUDA's libraries are not all there */
export function requireCuda(): void {
  if (checked) return;
  found ??= find();
  const reason = 'missing' in found ? found.missing : missingLibrary(found.folder);
  if (reason !== undefined) {
    throw new UserError(`The device cuda cannot be used here: ${reason}. Use the device cpu.`);
  }
  checked = true;
}
