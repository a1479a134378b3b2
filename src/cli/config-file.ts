import { resolve } from 'node:path';
import { readFile } from '#files';
import { UserError } from '../data/errors.js';
import { parseJson } from '../data/json.js';
import { isError } from '../data/realm.js';
import { mostConfigText, readRunFormat } from '../training/index.js';
import { type ConfigCode, splitConfig } from '../vae/define-config.js';
import { type ConfigData, checkConfig } from '../vae/run-config.js';

/** A config file's content, checked. */
export interface ConfigFile {
  /** The file. */
  readonly name: string;
  readonly data: ConfigData;
  readonly code: ConfigCode;
}

/** What an error says, as one line. */
function lineOf(error: unknown): string {
  const text = isError(error) ? error.message : String(error);
  return text
    .replace(/\n+Require stack:[\s\S]*/, '')
    .replace(/\s*\n\s*/g, ' ')
    .replace(/[.\s]*$/, '');
}

/**
 * The default export of a file of code, TypeScript or JavaScript. `vaekit` in it is the package that
 * runs, whatever is installed beside the file.
 */
async function runFile(path: string): Promise<unknown> {
  const [{ createJiti }, vaekit] = await Promise.all([import('jiti'), import('../index.js')]);
  const jiti = createJiti(import.meta.url, {
    fsCache: false,
    interopDefault: false,
    virtualModules: { vaekit },
  });
  let loaded: unknown;
  try {
    loaded = await jiti.import(resolve(path));
  } catch (error) {
    throw new UserError(`${path}: running it failed: ${lineOf(error)}. Correct the file.`);
  }
  if (typeof loaded !== 'object' || loaded === null || !('default' in loaded)) {
    throw new UserError(
      `${path}: it has no default export. Write: export default defineConfig({ ... }).`,
    );
  }
  return loaded.default;
}

/** A config file of JSON, which may be that of a run of an older version. */
async function readJson(path: string): Promise<unknown> {
  const value = parseJson(new TextDecoder().decode(await readFile(path, mostConfigText)), path);
  const isRun = typeof value === 'object' && value !== null && 'format' in value;
  return isRun ? readRunFormat(value, path) : value;
}

/**
 * Reads a config file. One of code is run: the only place where vaekit runs code from a file.
 * @throws UserError when there is no such file, it cannot be run, or something in it is wrong
 */
export async function readConfig(path: string): Promise<ConfigFile> {
  const given = /\.[cm]?[jt]s$/i.test(path) ? await runFile(path) : await readJson(path);
  const { data, code } = splitConfig(given, path);
  return { name: path, data: checkConfig(data, path), code };
}
