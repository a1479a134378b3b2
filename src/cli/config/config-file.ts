import { resolve } from 'node:path';
import { readFile } from '#files';
import { UserError } from '../../base/errors.js';
import { excerpt, quote, reasonOf } from '../../base/excerpt.js';
import { codeOf, explanationOf } from '../../base/file-errors.js';
import { parseJson } from '../../base/json.js';
import { isError } from '../../base/realm.js';
import { advice } from '../../base/suggest.js';
import { isHubAddress, mostConfigText, readRunFormat } from '../../runs/index.js';
import { type ConfigCode, splitConfig } from '../../vae/config/define-config.js';
import { type ConfigData, checkConfig } from '../../vae/config/run-config.js';
import { withRun } from '../hub.js';

/** A config file's content, checked. */
export interface ConfigFile {
  /** The file. */
  readonly name: string;
  readonly data: ConfigData;
  readonly code: ConfigCode;
}

/** The line of a file where an error arose: ` at line 3`; empty where that is not known. */
function placeOf(error: Error, path: string): string {
  const escaped = path.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const [, line] =
    new RegExp(`${escaped}:(\\d+):\\d+`).exec(`${error.message}\n${error.stack}`) ?? [];
  return line === undefined ? '' : ` at line ${line}`;
}

/** The reason why code of a config file fails, with advice, from the words of the engine and the loader. */
function failureOf(error: unknown, path: string, exported: readonly string[]): string {
  if (!isError(error)) {
    const thrown =
      typeof error === 'object' && error !== null ? 'an object' : excerpt(String(error));
    return `running it failed: it threw ${thrown}, which is no Error. Correct the file.`;
  }
  const place = placeOf(error, path);
  if (codeOf(error).endsWith('MODULE_NOT_FOUND')) {
    const [, name = 'a module'] = /'([^']+)'/.exec(error.message) ?? [];
    const what = /^(\.|[\\/]|[A-Za-z]:)/.test(name)
      ? 'Check the path'
      : `Install it (npm install ${name})`;
    return `it imports ${quote(name)}, which is not there. ${what}, or leave the import out.`;
  }
  if (error.message.startsWith('ParseError')) {
    return `there is an error of syntax${place}. Correct the file.`;
  }
  const [, missing] = /\(0 ?, ?_?\w+\.(\w+)\) is not a function/.exec(error.message) ?? [];
  if (missing !== undefined) {
    return `it calls ${quote(missing)}${place}, which is no function there. ${advice(missing, exported)}`;
  }
  const explanation = explanationOf(error);
  if (explanation !== undefined) {
    const file = 'path' in error ? `${String(error.path)}: ` : '';
    return `running it failed${place}: ${file}${explanation}`;
  }
  const words = reasonOf(error, 300).replace(/[.\s]*$/, '');
  return `running it failed${place}: ${words}. Correct the file.`;
}

/**
 * The default export of a file of code, TypeScript or JavaScript. `vaekit` in it is the running package,
 * not a package installed beside the file.
 */
async function runFile(path: string): Promise<{ data: unknown; code: ConfigCode }> {
  // A file that is not there, or a folder, is told as for every other file.
  await readFile(path, mostConfigText);
  const [{ createJiti }, vaekit] = await Promise.all([import('jiti'), import('../../index.js')]);
  const jiti = createJiti(import.meta.url, {
    fsCache: false,
    interopDefault: false,
    virtualModules: { vaekit },
  });
  const place = resolve(path);
  const refuse = (error: unknown) => {
    // Errors of vaekit's own functions give advice already.
    const why =
      error instanceof UserError
        ? `running it failed${placeOf(error, place)}: ${error.message}`
        : failureOf(error, place, Object.keys(vaekit));
    return new UserError(`${path}: ${why}`, { cause: error });
  };
  let loaded: unknown;
  try {
    loaded = await jiti.import(place);
  } catch (error) {
    throw refuse(error);
  }
  if (typeof loaded !== 'object' || loaded === null || !('default' in loaded)) {
    throw new UserError(
      `${path}: it has no default export. Write: export default defineConfig({ ... }).`,
    );
  }
  try {
    // Functions of the file's own may run as its config is read.
    return splitConfig(await loaded.default, path);
  } catch (error) {
    throw error instanceof UserError ? error : refuse(error);
  }
}

/** Tells whether a config file is one of code, which is run. */
export const isCode = (path: string) => /\.[cm]?[jt]s$/i.test(path);

/** A config file of JSON. It may belong to a run of an older version, and may lie on the Hub. */
async function readJson(path: string): Promise<unknown> {
  if (isHubAddress(path)) {
    return withRun(path.replace(/\/config\.json$/, ''), (run) => run.readConfig());
  }
  const value = parseJson(new TextDecoder().decode(await readFile(path, mostConfigText)), path);
  const isRun = typeof value === 'object' && value !== null && 'format' in value;
  return isRun ? readRunFormat(value, path) : value;
}

/**
 * Reads a config file. One of code is run: the only place where vaekit runs code from a file.
 * @throws UserError when there is no such file, it cannot be run, or something in it is wrong
 */
export async function readConfig(path: string): Promise<ConfigFile> {
  // Code that lies on the Hub is not run.
  const { data, code } =
    isCode(path) && !isHubAddress(path)
      ? await runFile(path)
      : { data: await readJson(path), code: { layers: {} } };
  return { name: path, data: checkConfig(data, path), code };
}
