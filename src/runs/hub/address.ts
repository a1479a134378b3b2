import { UserError } from '../../base/errors.js';
import { excerpt, quote } from '../../base/excerpt.js';

/** A place on the Hub: `hf://owner/name`, with `@revision` and `/path` where they are given. */
export interface HubAddress {
  /** `owner/name` */
  readonly repo: string;
  /** A branch, a tag or a commit. */
  readonly revision: string;
  /** The folder in the repository; empty for the repository itself. */
  readonly path: string;
}

const scheme = 'hf://';

/** The branch that a repository begins with. */
const usualRevision = 'main';

/** True where a run is on the Hub. */
export const isHubAddress = (place: string): boolean => place.startsWith(scheme);

/** Letters, digits, `-`, `_` and `.`, as the Hub takes them in names of owners and repositories. */
const namePattern = /^(?!.*(?:--|\.\.))[A-Za-z0-9_](?:[\w.-]{0,94}[A-Za-z0-9_])?$/;

/** Kinds of repositories that stand before the owner, as in `hf://datasets/owner/name`. */
const otherKinds = new Set(['datasets', 'spaces', 'buckets', 'kernels']);

/** The fault of a path of a repository that leads out of it; undefined where it has none. */
export function faultOfPath(path: string): string | undefined {
  if (/[\p{Cc}\\]/u.test(path)) return 'has a sign that no path there may have';
  const parts = path.split('/');
  if (parts.some((part) => part === '' || part === '.' || part === '..')) return 'leads out of it';
  return /^[A-Za-z]:/.test(path) ? 'leads out of it' : undefined;
}

/** Revisions may hold slashes, by `%2F`, or as they are in `refs/pr/1`. */
const revisionPattern = /^@(refs\/(?:pr|convert)\/[^/]+|[^/]+)(?:\/(.*))?$/;

/**
 * The parts of an address: `owner/name`, `owner/name@revision`, `owner/name@revision/path`.
 * @param text with or without `hf://`
 * @throws UserError when it is none
 */
export function parseHubAddress(text: string): HubAddress {
  const refuse = (why: string) => {
    return new UserError(
      `${excerpt(text, 200)}: ${why}. Write hf://owner/name, or hf://owner/name@revision/path.`,
    );
  };
  const bare = text.startsWith(scheme) ? text.slice(scheme.length) : text;
  const [, owner = '', name = '', rest = ''] = /^([^/@]*)\/([^/@]*)(.*)$/.exec(bare) ?? [];
  if (otherKinds.has(owner)) throw refuse(`${owner} hold no runs, but repositories of models do`);
  for (const each of [owner, name]) {
    if (!namePattern.test(each))
      throw refuse(`${quote(each)} is no name of an owner or repository`);
  }
  const [, given, behind] = revisionPattern.exec(rest) ?? [];
  if (given === undefined && rest.startsWith('@')) throw refuse('its revision is empty');
  const path = (given === undefined ? rest.replace(/^\//, '') : (behind ?? '')).replace(/\/$/, '');
  const revision = given === undefined ? usualRevision : decoded(given);
  if (revision === undefined || faultOfPath(revision) || /[\s~^:?*[]/.test(revision)) {
    throw refuse(`${quote(given!)} is no name of a revision`);
  }
  const fault = path === '' ? undefined : faultOfPath(path);
  if (fault) throw refuse(`the path ${quote(path)} ${fault}`);
  return { repo: `${owner}/${name}`, revision, path };
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

/** An address as text, which `parseHubAddress` reads again. */
export function formatHubAddress({ repo, revision, path }: HubAddress): string {
  const at = revision === usualRevision ? '' : `@${encodeURIComponent(revision)}`;
  return `${scheme}${repo}${at}${path === '' ? '' : `/${path}`}`;
}

/** The name of a run of the Hub on this machine: its folder's, or the repository's. */
export function localName(text: string): string {
  const { repo, path } = parseHubAddress(text);
  return (path || repo).split('/').at(-1)!;
}
