import { UserError } from '../../base/errors.js';
import { mostFileBytes, tooLarge } from '../../base/file-errors.js';
import { namesIn, type RunFiles } from '../run-files.js';
import { formatHubAddress, parseHubAddress } from './address.js';
import type { HubOptions } from './connection.js';
import { openCommit } from './repository.js';

/** Files that a run can have: numbers, models, JSON and pictures. Others are not seen, so none is read. */
const readable = /\.(?:safetensors|onnx|jsonl?|png|jpe?g|webp|avif)$/i;

/**
 * Files of a run on the Hub, at the commit where its revision is now. Each is fetched when it is read, and kept in
 * the cache of Hugging Face's programs.
 * @param place `hf://owner/name`, with `@revision` and the path of a folder where they are wanted
 * @param mark the file that a run has at least
 * @throws UserError when there is no run, or the Hub cannot be reached and the cache has none
 */
export async function filesOnHub(
  place: string,
  mark: string,
  options: HubOptions,
): Promise<RunFiles> {
  const address = parseHubAddress(place);
  const path = formatHubAddress(address);
  const commit = await openCommit(address, options);
  const root = address.path === '' ? '' : `${address.path}/`;
  const names = [...commit.files.keys()]
    .filter((name) => name.startsWith(root) && readable.test(name))
    .map((name) => name.slice(root.length));
  const there = new Set(names);
  if (!there.has(mark)) {
    throw new UserError(
      `${path} holds no run: there is no ${mark} in it. Give a repository that vaekit push wrote.`,
    );
  }
  const file = (name: string) => `${path}/${name}`;
  const refuse = async () => {
    throw new UserError(`${path} is on the Hub, and only read. Fetch it: vaekit pull ${path}.`);
  };
  return {
    path,
    isWritable: false,
    file,
    has: async (name) => there.has(name),
    async read(name, most = mostFileBytes) {
      const found = there.has(name) ? commit.files.get(root + name) : undefined;
      if (!found)
        throw new UserError(
          `Cannot read ${file(name)}: there is no such file. Push the run again.`,
        );
      if (found.size > most) throw tooLarge(file(name), most);
      return commit.read(found);
    },
    write: refuse,
    remove: refuse,
    list: async (folder) => namesIn(names, folder),
  };
}
