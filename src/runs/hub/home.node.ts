import { readlink, stat, symlink } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';
import {
  exists,
  isDirectory,
  listDirectory,
  makeDirectory,
  readFile,
  removeFile,
  writeFileAtomic,
} from '#files';
import { home } from '../../base/home.node.js';
import { parseJson } from '../../base/json.js';
import type { HubCache, HubFile, HubHome } from './home.js';

const isOn = (value: string | undefined) => /^(1|on|yes|true)$/i.test(value ?? '');

/** A path of a variable, whose `~` is the user's home. */
const expanded = (path: string) => path.replace(/^~(?=$|[\\/])/, home() ?? '~');

/** The folder of Hugging Face's own programs; undefined where the user has no home. */
function hubFolder(): string | undefined {
  const { HF_HOME, XDG_CACHE_HOME } = process.env;
  if (HF_HOME) return expanded(HF_HOME);
  if (XDG_CACHE_HOME) return join(expanded(XDG_CACHE_HOME), 'huggingface');
  const user = home();
  return user && join(user, '.cache', 'huggingface');
}

/** The token of a file, which `hf auth login` writes. */
async function tokenOf(path: string | undefined) {
  if (!path || !(await exists(path))) return undefined;
  const token = new TextDecoder().decode(await readFile(path, 2 ** 16)).trim();
  return token === '' ? undefined : { text: token, from: path };
}

/**
 * The settings that the user's environment has for the Hub, found as its client for Python finds them:
 * HF_ENDPOINT; HF_TOKEN, or the file HF_TOKEN_PATH, which is `token` in HF_HOME when left out; HF_HUB_CACHE;
 * HF_HUB_OFFLINE.
 * @throws UserError when the file of the token cannot be read
 */
export async function hubHome(): Promise<HubHome> {
  const { env } = process;
  const folder = hubFolder();
  const within = (name: string) => folder && join(folder, name);
  const named = env.HF_HUB_CACHE || env.HUGGINGFACE_HUB_CACHE;
  const variable = ['HF_TOKEN', 'HUGGING_FACE_HUB_TOKEN'].find((name) => env[name]?.trim());
  const token = variable
    ? { text: env[variable]!.trim(), from: variable }
    : await tokenOf(env.HF_TOKEN_PATH ? expanded(env.HF_TOKEN_PATH) : within('token'));
  const cache = named ? expanded(named) : within('hub');
  return {
    ...(env.HF_ENDPOINT ? { endpoint: env.HF_ENDPOINT } : {}),
    ...(token ? { token } : {}),
    ...(cache ? { cache } : {}),
    isOffline: isOn(env.HF_HUB_OFFLINE) || isOn(env.TRANSFORMERS_OFFLINE),
    usesXet: !isOn(env.HF_HUB_DISABLE_XET),
  };
}

/** Most bytes of a list of files, which has some hundred for each. */
const mostListing = 2 ** 26;

/** Tells whether a text is a commit, as a reference holds it. */
const isCommit = (text: string) => /^[0-9a-f]{40}$/.test(text);

/**
 * The part of the cache that belongs to a repository, in the layout that Hugging Face's programs share:
 * contents by their hashes in `blobs`, commits of branches in `refs`, and files by their names, as links to
 * contents, in `snapshots`. Beside them `vaekit` keeps which files a commit has.
 * @param folder the whole cache
 */
export function openHubCache(folder: string, repo: string): HubCache {
  const root = join(folder, `models--${repo.replace('/', '--')}`);
  const blob = (file: HubFile) => join(root, 'blobs', file.hash);
  const named = (commit: string, file: HubFile) => join(root, 'snapshots', commit, file.path);
  const reference = (revision: string) => join(root, 'refs', revision);
  const listing = (commit: string) => join(root, 'vaekit', `${commit}.json`);
  const write = async (path: string, content: Uint8Array | string) => {
    await makeDirectory(dirname(path));
    await writeFileAtomic(path, content);
  };
  return {
    folder: root,
    async commitOf(revision) {
      if (!(await exists(reference(revision)))) return undefined;
      const text = new TextDecoder().decode(await readFile(reference(revision), 2 ** 10)).trim();
      return isCommit(text) ? text : undefined;
    },
    keepCommit: (revision, commit) => write(reference(revision), commit),
    async filesOf(commit) {
      const path = listing(commit);
      if (!(await exists(path))) return undefined;
      return parseJson(new TextDecoder().decode(await readFile(path, mostListing)), path);
    },
    keepFiles: (commit, files) => write(listing(commit), JSON.stringify(files)),
    async snapshotOf(commit) {
      const snapshot = join(root, 'snapshots', commit);
      if (!(await isDirectory(snapshot))) return undefined;
      return Promise.all((await namesBelow(snapshot)).map((path) => fileIn(snapshot, path)));
    },
    async read(commit, file) {
      const places = [...(file.hash === '' ? [] : [blob(file)]), named(commit, file)];
      for (const path of places) if (await exists(path)) return readFile(path);
      return undefined;
    },
    async keep(commit, file, content) {
      await write(blob(file), content);
      const path = named(commit, file);
      await makeDirectory(dirname(path));
      await removeFile(path);
      try {
        await symlink(relative(dirname(path), blob(file)), path);
      } catch {
        // Windows has no links for every user: there the file itself lies in the snapshot.
        await write(path, content);
        await removeFile(blob(file));
      }
    },
    async forget(commit, file) {
      await removeFile(blob(file));
      await removeFile(named(commit, file));
    },
  };
}

/** A file of a snapshot; its hash is the name of the content that it links to, and empty where it is no link. */
async function fileIn(snapshot: string, path: string): Promise<HubFile> {
  const place = join(snapshot, path);
  const target = basename(await readlink(place).catch(() => ''));
  const { size } = await stat(place);
  return { path, size, hash: /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(target) ? target : '' };
}

/** The paths of the files below a folder. */
async function namesBelow(folder: string): Promise<string[]> {
  const names: string[] = [];
  for (const name of await listDirectory(folder)) {
    const place = join(folder, name);
    // A link to a content that is gone leads nowhere.
    if (!(await exists(place))) continue;
    if (!(await isDirectory(place))) names.push(name);
    else names.push(...(await namesBelow(place)).map((each) => `${name}/${each}`));
  }
  return names;
}
