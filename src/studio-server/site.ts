import { createHash, randomBytes } from 'node:crypto';
import { cp, mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import { UserError } from '../base/errors.js';
import { attempt } from '../base/file-errors.js';
import { exists, makeDirectory } from '../data/files/files.node.js';
import { contentPolicy } from './guard.js';
import { Page } from './page.js';
import { PublishedData } from './published.js';
import { Runs } from './runs.js';
import type { SiteFile, SiteList } from './site-list.js';

export interface SiteOptions {
  /** The folder to write: a new one, an empty one, or an earlier site's. */
  readonly folder: string;
  /** A run folder, or a folder of runs; `runs` when left out. */
  readonly path?: string | undefined;
  /** The folder of the built page. */
  readonly page?: string | undefined;
  /** The folder that keeps public data. */
  readonly cache?: string | undefined;
  /** The public datasets that it brings; all that can be had when left out. */
  readonly data?: readonly string[] | undefined;
  /** Hears of slow work and of omissions, in a line each. */
  readonly tell?: (message: string) => void;
}

/** A site that was written. */
export interface Site {
  readonly files: number;
  readonly bytes: number;
  /** The names of its runs. */
  readonly runs: readonly string[];
}

/** Lists the files of a site, so that a later one can take its place. */
const listName = 'site.json';

/** Files that are kept for offline use only once they are used, as many users never need them. */
const optional = /^assets\/onnxruntime-web-[^/]+\/.*(asyncify|webgpu)|^data\/fashion-mnist\/|\.md$/;

/**
 * Writes the studio as a static site: the page, runs and public data. It works on any host, in any folder
 * of it, and without a network after the first visit. On failure the folder stays as it was.
 * @throws UserError when the page is not built, there are no such runs, or the folder holds other things
 *   or cannot be written
 */
export async function buildSite(options: SiteOptions): Promise<Site> {
  const { path, tell = () => {} } = options;
  const folder = resolve(options.folder);
  await checkFolder(folder, options.folder);
  const [page, runs] = await Promise.all([Page.open(options.page), Runs.open(path)]);
  const data = await new PublishedData(tell, options.cache).files(options.data);
  await makeDirectory(dirname(folder));
  const made = join(dirname(folder), `.${basename(folder)}-${randomBytes(6).toString('hex')}`);
  try {
    return await attempt('write', options.folder, async () => {
      const version = await writePage(made, page, data);
      const names = await writeRuns(made, runs);
      const files = await filesUnder(made);
      await writeFile(join(made, listName), `${JSON.stringify({ version, files }, null, 2)}\n`);
      await put(made, folder);
      return { files: files.length, bytes: await bytesOf(folder, files), runs: names };
    });
  } finally {
    await rm(made, { recursive: true, force: true });
  }
}

/** Paths of the files under a folder, with slashes. */
async function filesUnder(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => !entry.isDirectory())
    .map(({ parentPath, name }) => relative(folder, join(parentPath, name)).split(sep).join('/'))
    .sort();
}

async function bytesOf(folder: string, files: readonly string[]): Promise<number> {
  const sizes = await Promise.all(files.map(async (file) => (await stat(join(folder, file))).size));
  return sizes.reduce((sum, size) => sum + size, 0);
}

/** @throws UserError when the folder holds anything but an earlier site */
async function checkFolder(folder: string, name: string): Promise<void> {
  if (!(await exists(folder))) return;
  const there = await attempt('read', name, () => filesUnder(folder));
  if (there.length === 0) return;
  const known = new Set(await earlierFiles(folder));
  const other = there.find((file) => file !== listName && !known.has(file));
  if (other === undefined) return;
  throw new UserError(
    known.size === 0
      ? `${name} is not empty, and holds no site of vaekit (${other} is there). Give a new folder, or an empty one.`
      : `${name} holds ${other}, which is no file of the site that vaekit wrote there. Move it away, or give another folder.`,
  );
}

/** The files of the site that a folder holds; none where it holds no site. */
async function earlierFiles(folder: string): Promise<readonly string[]> {
  try {
    const { files } = JSON.parse(await readFile(join(folder, listName), 'utf8'));
    return Array.isArray(files) ? files : [];
  } catch {
    return [];
  }
}

/** Writes the page with its data, and the service worker with the list of both. Returns the version. */
async function writePage(
  made: string,
  page: Page,
  data: ReadonlyMap<string, ReadonlyMap<string, string>>,
): Promise<string> {
  const sources = new Map([...page.files].map((file) => [file, join(page.folder, file)]));
  for (const [set, files] of data) {
    for (const [name, source] of files) sources.set(`data/${set}/${name}`, source);
  }
  const worker = 'service-worker.js';
  const files: SiteFile[] = [];
  for (const [path, source] of [...sources].sort()) {
    if (path === worker) continue;
    const bytes = await readFile(source);
    const content = path === 'index.html' ? siteIndex(bytes.toString(), [...data.keys()]) : bytes;
    await mkdir(dirname(join(made, path)), { recursive: true });
    await writeFile(join(made, path), content);
    const hash = createHash('sha256').update(content).digest('base64');
    files.push({ path, hash, isOptional: optional.test(path) });
  }
  const version = createHash('sha256').update(JSON.stringify(files)).digest('hex').slice(0, 16);
  const script = await readFile(join(page.folder, worker), 'utf8');
  const list: SiteList = { version, files };
  await writeFile(join(made, worker), `self.site = ${JSON.stringify(list)};\n${script}`);
  return version;
}

/** The page's document for a site: it can be installed, knows its data, and may talk to its host alone. */
function siteIndex(html: string, data: readonly string[]): string {
  const policy = contentPolicy.filter((rule) => !rule.startsWith('frame-ancestors')).join('; ');
  const lines = [
    `<meta http-equiv="Content-Security-Policy" content="${policy}" />`,
    `<meta name="vaekit-data" content="${data.join(' ')}" />`,
    '<meta name="theme-color" content="#0b6e99" />',
    '<link rel="manifest" href="./manifest.webmanifest" />',
    '<link rel="apple-touch-icon" href="./icon-192.png" />',
  ];
  return html.replace(/<meta charset[^>]*>/, (first) => [first, ...lines].join('\n    '));
}

/** Writes the runs beside the page. Returns their names. */
async function writeRuns(made: string, runs: Runs): Promise<string[]> {
  const list = await runs.list();
  for (const { folder } of list) {
    await mkdir(join(made, 'runs', folder), { recursive: true });
    for (const [name, source] of await runs.files(folder)) {
      await cp(source, join(made, 'runs', folder, name));
    }
  }
  await mkdir(join(made, 'runs'), { recursive: true });
  for (const [name, source] of await runs.sweepFiles()) {
    await cp(source, join(made, 'runs', name));
  }
  await writeFile(join(made, 'runs', 'index.json'), JSON.stringify(list));
  return list.map(({ folder }) => folder);
}

/** Puts the new site in the place of the old folder. */
async function put(made: string, folder: string): Promise<void> {
  const before = `${made}-before`;
  const isThere = await exists(folder);
  if (isThere) await rename(folder, before);
  try {
    await rename(made, folder);
  } catch (error) {
    if (isThere) await rename(before, folder);
    throw error;
  }
  await rm(before, { recursive: true, force: true });
}
