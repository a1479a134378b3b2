/*
 * The service worker of a static site, as `vaekit studio --build` writes it: it lets the page work offline,
 * and isolates it from other sites, which threads need, where the host sends no headers for that.
 *
 * A cache holds one version of the site. A page goes on with the version that it was loaded with: its
 * scripts have their content in their names, and the version before is kept until the next one is used.
 * Workbox keeps each file by itself, sends what the host sent and removes old files at once.
 */
import type { SiteFile, SiteList } from '../../src/studio-server/site-list.js';

/** The command writes the list before this script, so that each version is another script. */
declare const self: ServiceWorkerGlobalScope & { readonly site: SiteList };

/** Address of the site; other sites of the same host have caches too. */
const scope = new URL('./', self.location.href);
const prefix = `vaekit ${scope.pathname} `;
const [own, ofRuns] = [prefix + self.site.version, `${prefix}runs`];

const files: ReadonlyMap<string, SiteFile> = new Map(
  self.site.files.map((file) => [file.path, file]),
);

/** The header that tells the content of a kept file. */
const hashHeader = 'X-Content-Hash';

/** Lets pages have threads: they and all that they load are isolated from other sites. */
const isolation: Readonly<Record<string, string>> = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
  'Cross-Origin-Resource-Policy': 'same-origin',
};

function isolated(response: Response, more: Readonly<Record<string, string>> = {}): Response {
  const { body, status, statusText } = response;
  const headers = new Headers(response.headers);
  for (const [name, value] of Object.entries({ ...isolation, ...more })) headers.set(name, value);
  // A body that the browser has decompressed is longer than these say.
  headers.delete('Content-Encoding');
  headers.delete('Content-Length');
  return new Response(body, { status, statusText, headers });
}

/** Caches of other versions of this site, the newest first. */
async function otherVersions(): Promise<readonly string[]> {
  const names = await caches.keys();
  return names
    .filter((name) => name.startsWith(prefix) && name !== own && name !== ofRuns)
    .reverse();
}

/** A file of this version from a cache: its own, or that of another version where it is the same. */
async function kept({ path, hash }: SiteFile): Promise<Response | undefined> {
  const address = new URL(path, scope);
  const cache = await caches.open(own);
  const found = await cache.match(address);
  if (found) return found;
  for (const name of await otherVersions()) {
    const other = await (await caches.open(name)).match(address);
    if (other?.headers.get(hashHeader) !== hash) continue;
    await cache.put(address, other.clone());
    return other;
  }
  return undefined;
}

/** Fetches a file of this version, and keeps it. @throws TypeError when the host has another version */
async function fetched({ path, hash }: SiteFile): Promise<Response> {
  const address = new URL(path, scope);
  // Some hosts change pages, and decompress what is sent.
  const isAsWritten = !/\.(html|gz)$/.test(path);
  const response = await fetch(address, {
    cache: 'no-cache',
    ...(isAsWritten ? { integrity: `sha256-${hash}` } : {}),
  });
  if (!response.ok) return isolated(response);
  const whole = isolated(response, { [hashHeader]: hash });
  const copy = whole.clone();
  await caches
    .open(own)
    .then((cache) => cache.put(address, copy))
    .catch(() => undefined);
  return whole;
}

/** Keeps all that the page needs offline. */
async function keepAll(): Promise<void> {
  for (const file of files.values()) {
    if (file.isOptional || (await kept(file))) continue;
    const { ok, status } = await fetched(file);
    if (!ok) throw new Error(`${file.path}: HTTP ${status}`);
  }
}

/** A run, or another file beside the page: as the host has it, and as it was last when there is no host. */
async function fromHost(request: Request, path: string): Promise<Response> {
  const cache = await caches.open(ofRuns);
  try {
    const response = isolated(await fetch(request));
    if (response.ok && path.startsWith('runs/')) await cache.put(request.url, response.clone());
    return response;
  } catch (error) {
    const found = await cache.match(request.url);
    if (!found) throw error;
    return found;
  }
}

async function answer(request: Request, path: string): Promise<Response> {
  const file = files.get(path);
  if (file) {
    // A host that changes its files is better than none.
    return (await kept(file)) ?? fetched(file).catch(() => fromHost(request, path));
  }
  if (path.startsWith('assets/')) {
    // A page of an older version is still open.
    for (const name of await otherVersions()) {
      const found = await (await caches.open(name)).match(request.url);
      if (found) return found;
    }
  }
  return fromHost(request, path);
}

self.addEventListener('install', (event) => {
  // The first version has nothing to replace: it fetches when it is asked to. A later one is whole first.
  event.waitUntil(
    otherVersions().then((others) => (others.length > 0 ? keepAll() : self.skipWaiting())),
  );
});

self.addEventListener('activate', (event) => {
  const clean = async () => {
    const [, ...older] = await otherVersions();
    await Promise.all(older.map((name) => caches.delete(name)));
    await self.clients.claim();
  };
  event.waitUntil(clean());
});

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const url = new URL(request.url);
  const isOwn = url.origin === scope.origin && url.pathname.startsWith(scope.pathname);
  if (!isOwn || request.method !== 'GET') return;
  const path = decodeURIComponent(url.pathname.slice(scope.pathname.length));
  event.respondWith(answer(request, path === '' ? 'index.html' : path));
});

self.addEventListener('message', (event) => {
  if (event.data === 'use') self.skipWaiting();
  // The rest is kept at the next visit when there is no network.
  if (event.data === 'keep') event.waitUntil(keepAll().catch(() => undefined));
});
