import { UserError } from '../base/errors.js';
import { quote } from '../base/excerpt.js';
import { version } from '../base/version.js';
import { openSafetensors } from '../data/codecs/safetensors.js';
import { type Connection, connect, HubRefusal } from '../runs/hub/connection.js';
import { type HubCommit, hashOf, openCommit } from '../runs/hub/repository.js';
import {
  formatHubAddress,
  type HubAddress,
  type HubOptions,
  type HubProgress,
  parseHubAddress,
  RunFolder,
} from '../runs/index.js';
import { cardMark, modelCard } from './card.js';
import { cardFile, isOfPush, isShared } from './shared-files.js';

export interface PushOptions extends Omit<HubOptions, 'offline'> {
  /** Makes a new repository private; one that is public already is refused. */
  readonly private?: boolean;
  /** The licence by its name on the Hub, such as `mit`, for the card. */
  readonly license?: string;
  /** The title of the commit. */
  readonly message?: string;
  /** Shares checkpoints too, from which others train on. */
  readonly checkpoints?: boolean;
  /** Hears of each file that is sent. */
  readonly onProgress?: (progress: HubProgress) => void;
}

/** The outcome of sharing a run. */
export interface Pushed {
  /** The run's address: `hf://owner/name`. */
  readonly address: string;
  /** The page of the repository. */
  readonly page: string;
  /** The commit that has the run now. */
  readonly commit: string;
  /** Names of files that were sent; none where all was there already. */
  readonly sent: readonly string[];
  /** Names of files that the repository had from an earlier push and the run has no more. */
  readonly removed: readonly string[];
  /** Tells whether the repository keeps a card that was written by hand. */
  readonly keepsCard: boolean;
}

/** Parts of a run that are shared. */
export interface Shared {
  /** Contents by names, the card among them. */
  readonly files: ReadonlyMap<string, Uint8Array<ArrayBuffer>>;
  /** Tells whether the card is the run's own README.md. */
  readonly hasOwnCard: boolean;
}

/**
 * The files of a run that are shared, with its model card: the run's own README.md, or one that is made.
 * @param run a folder, a zip archive, an address, or a run that is open
 * @param to where it is shared
 * @throws UserError when the run is not whole
 */
export async function sharedFiles(
  run: string | RunFolder,
  to: HubAddress,
  options: PushOptions = {},
): Promise<Shared> {
  const folder = typeof run === 'string' ? await RunFolder.open(run, options) : run;
  const config = await folder.readConfig();
  if (!(await folder.holds('parameters.safetensors'))) {
    throw new UserError(
      `${folder.path} has no parameters: its training has not ended. Go on with it: vaekit train --resume ${folder.path}.`,
    );
  }
  const files = new Map<string, Uint8Array<ArrayBuffer>>();
  const checkpoints = (await folder.list('checkpoints')).map((name) => `checkpoints/${name}`);
  for (const name of [...(await folder.list()), ...checkpoints]) {
    options.signal?.throwIfAborted();
    if (isShared(name, options.checkpoints ?? false)) files.set(name, await folder.read(name));
  }
  const { infos } = openSafetensors(
    files.get('parameters.safetensors')!,
    folder.file('parameters.safetensors'),
  );
  const hasOwnCard = await folder.holds(cardFile);
  const card = hasOwnCard
    ? await folder.read(cardFile)
    : new TextEncoder().encode(
        await modelCard({
          repo: to.repo,
          address: formatHubAddress(to),
          config,
          parameters: infos.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0),
          metrics: await folder.readMetrics(),
          judgement: await folder.readJudgement(),
          files: [...files.keys()],
          license: options.license,
        }),
      );
  files.set(cardFile, card);
  return { files, hasOwnCard };
}

/** Makes the repository where there is none. @throws UserError when it may not be made, or is not private as is asked */
async function makeRepository(repo: string, { request }: Connection, isPrivate: boolean) {
  const { createRepo, HubApiError, modelInfo } = await import('#hub');
  const visibility = isPrivate ? { visibility: 'private' as const } : {};
  const accessToken = request.accessToken!;
  try {
    await createRepo({ ...request, accessToken, repo, ...visibility });
    return;
  } catch (error) {
    const isThere = error instanceof HubApiError && error.statusCode === 409;
    // A token may write into a repository and yet make none.
    const mayBeThere = error instanceof HubRefusal && error.status === 403;
    if (!isThere && !mayBeThere) throw error;
    const found = await modelInfo({ ...request, name: repo }).catch((second: unknown) => {
      throw mayBeThere ? error : second;
    });
    if (isPrivate && !found.private) {
      throw new UserError(
        `${repo} is there already, and public: --private makes new repositories so. Make it private in its settings at ${request.hubUrl}/${repo}/settings, or choose another name.`,
      );
    }
  }
}

/** The latest commit of a branch; makes a missing branch from `main`. */
async function openBranch(address: HubAddress, connection: Connection, options: PushOptions) {
  try {
    return await openCommit(address, options);
  } catch (error) {
    const isMissing = error instanceof HubRefusal && error.status === 404;
    if (!isMissing || address.revision === 'main') throw error;
    const { createBranch, HubApiError } = await import('#hub');
    try {
      await createBranch({ ...connection.request, repo: address.repo, branch: address.revision });
    } catch (refusal) {
      // Another push may have been faster.
      if (!(refusal instanceof HubApiError && refusal.statusCode === 409)) throw refusal;
    }
    return openCommit(address, options);
  }
}

/** The differences between the files to share and a branch's. */
interface Changes {
  readonly sent: readonly (readonly [path: string, content: Uint8Array<ArrayBuffer>])[];
  readonly removed: readonly string[];
  readonly keepsCard: boolean;
}

/** Changes of a commit, so that the branch has just the run. */
async function changesOf(shared: Shared, branch: HubCommit): Promise<Changes> {
  const { path: inside } = branch.address;
  const root = inside === '' ? '' : `${inside}/`;
  const sent: [string, Uint8Array<ArrayBuffer>][] = [];
  let keepsCard = false;
  for (const [name, content] of shared.files) {
    const there = branch.files.get(root + name);
    const kind = there?.hash.length === 64 ? 'sha256' : 'git';
    if (there?.size === content.length && (await hashOf(content, kind)) === there.hash) continue;
    if (name === cardFile && there && !shared.hasOwnCard) {
      const text = new TextDecoder().decode(await branch.read(there));
      keepsCard = !text.includes(cardMark);
      if (keepsCard) continue;
    }
    sent.push([root + name, content]);
  }
  const removed = [...branch.files.keys()].filter((path) => {
    const name = path.startsWith(root) ? path.slice(root.length) : '';
    return isOfPush(name) && !shared.files.has(name);
  });
  return { sent, removed, keepsCard };
}

/** Makes one commit of all changes. @returns its hash */
async function commitChanges(
  branch: HubCommit,
  { sent, removed }: Changes,
  title: string,
  { request }: Connection,
  { signal, onProgress }: PushOptions,
  useXet: boolean,
): Promise<string> {
  const { commitIter, HubApiError } = await import('#hub');
  const { repo, revision } = branch.address;
  const sizes = new Map(sent.map(([path, { length }]) => [path, length]));
  const events = commitIter({
    ...request,
    repo,
    title,
    branch: revision,
    parentCommit: branch.commit,
    useXet,
    operations: [
      ...sent.map(([path, content]) => {
        return { operation: 'addOrUpdate' as const, path, content: new Blob([content]) };
      }),
      ...removed.map((path) => ({ operation: 'delete' as const, path })),
    ],
    ...(signal ? { abortSignal: signal } : {}),
  });
  try {
    for (;;) {
      const { done, value } = await events.next();
      if (done) return value!.commit.oid;
      if (value.event !== 'fileProgress' || value.state !== 'uploading') continue;
      const { path: file, progress } = value;
      const size = sizes.get(file)!;
      onProgress?.({ repo, file, loaded: Math.round(progress * size), size });
    }
  } catch (error) {
    signal?.throwIfAborted();
    if (!(error instanceof HubApiError)) throw error;
    throw new UserError(
      `${repo}: ${error.statusCode === 409 || error.statusCode === 412 ? 'another commit came between' : `the files were refused (HTTP ${error.statusCode})`}. Push again.`,
    );
  }
}

/**
 * Shares a run on the Hub: its files and a model card, in one commit. Makes the repository and the branch where
 * there are none. Files that are there already are not sent again; files of an earlier push that the run has no
 * more are removed. A card that was written by hand stays.
 * @param run a folder, a zip archive, or a run that is open
 * @param to `owner/name`, with `@branch` and the path of a folder where they are wanted
 * @throws UserError when the run is not whole, there is no token, or the Hub refuses; the signal's reason when
 *   that aborts
 */
export async function pushRun(
  run: string | RunFolder,
  to: string,
  options: PushOptions = {},
): Promise<Pushed> {
  const address = parseHubAddress(to);
  const { repo, revision } = address;
  if (/^[0-9a-f]{40}$/.test(revision) || revision.startsWith('refs/')) {
    throw new UserError(`${quote(revision)} is no branch of ${repo}. Give the name of one.`);
  }
  const connection = await connect(repo, options);
  if (!connection.token) {
    throw new UserError(
      `${repo}: there is no token. Make one that may write at ${connection.endpoint}/settings/tokens, and set HF_TOKEN to it.`,
    );
  }
  const shared = await sharedFiles(run, address, options);
  await makeRepository(repo, connection, options.private ?? false);
  const branch = await openBranch(address, connection, options);
  const changes = await changesOf(shared, branch);
  const { sent, removed, keepsCard } = changes;
  const title = options.message ?? `Push a run of vaekit ${version}`;
  const isSame = sent.length + removed.length === 0;
  const commit = isSame
    ? branch.commit
    : await commitChanges(branch, changes, title, connection, options, connection.usesXet);
  return {
    address: formatHubAddress(address),
    page: `${connection.endpoint}/${repo}`,
    commit,
    sent: sent.map(([path]) => path),
    removed,
    keepsCard,
  };
}
