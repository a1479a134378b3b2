import { UserError } from '../../base/errors.js';
import { listedNames } from '../../base/excerpt.js';
import { partWords } from '../part-words.js';

/** The parts of data in the order in which they are told. */
export const roles = ['train', 'validation', 'test'] as const;

export type Role = (typeof roles)[number];

/** Words that stand beside the name of a part: `training_set`, `test-images`. */
const fillers = new Set([
  'set',
  'data',
  'dataset',
  'images',
  'image',
  'imgs',
  'img',
  'pictures',
  'split',
]);

/** The part that a folder is, by its name alone. */
function plainRole(name: string): Role | undefined {
  const word = name.toLowerCase();
  return Object.hasOwn(partWords, word) ? partWords[word] : undefined;
}

/** Tells whether a folder is named as a part of data. */
export const isPart = (name: string) => plainRole(name) !== undefined;

/** The part that a folder may be, and the words around its name: `seg_train` is one of `seg`. */
function looseRole(name: string): { role: Role; stem: string } | undefined {
  const words = name.toLowerCase().split(/[\s_.-]+/);
  const places = words.flatMap((word, i) => (Object.hasOwn(partWords, word) ? [i] : []));
  if (places.length !== 1) return undefined;
  const [place] = places as [number];
  const stem = words.filter((word, i) => i !== place && !fillers.has(word)).join(' ');
  return { role: partWords[words[place]!]!, stem };
}

/** A folder and whether its pictures lie in folders of their own. */
export interface TopFolder {
  readonly name: string;
  readonly isDeep: boolean;
}

/**
 * The folders that are parts of the data; undefined when none are. `train` alone beside other folders
 * is a class, as of vehicles, unless it alone has classes within.
 * @param where the folder that they lie in, for messages
 * @throws UserError when there are parts for validation and test but none to train on
 */
export function splitFolders(
  folders: readonly TopFolder[],
  where: string,
): ReadonlyMap<string, Role> | undefined {
  const plain = new Map<string, Role>();
  for (const { name } of folders) {
    const role = plainRole(name);
    if (role) plain.set(name, role);
  }
  const found = new Set(plain.values());
  if (found.has('train')) {
    if (found.size > 1 || folders.length === plain.size) return plain;
    const isAlone = folders.every(({ name, isDeep }) => isDeep === plain.has(name));
    return isAlone ? plain : undefined;
  }
  if (plain.size === folders.length && plain.size > 0) {
    if (found.size === 1) return new Map([...plain].map(([name]) => [name, 'train']));
    throw new UserError(
      `${where}: the folders ${listedNames([...plain.keys()])} are there, but none to train on. Give one of them, or name one train.`,
    );
  }
  return looseSplits(folders);
}

/** Folders such as `seg_train` and `seg_test`, with the same words around the part's name. */
function looseSplits(folders: readonly TopFolder[]): ReadonlyMap<string, Role> | undefined {
  const byStem = new Map<string, Map<string, Role>>();
  for (const { name } of folders) {
    const loose = looseRole(name);
    if (!loose) continue;
    const same = byStem.get(loose.stem) ?? new Map<string, Role>();
    byStem.set(loose.stem, same.set(name, loose.role));
  }
  return [...byStem.values()].find((same) => {
    const found = new Set(same.values());
    return found.has('train') && found.size > 1;
  });
}

/** Tells whether a folder is named as one that holds pictures, not as a class of them. */
export function isContainer(name: string): boolean {
  return /^(images?|imgs?|pictures?|photos?|jpe?gs?|pngs?|jpegimages|data|dataset|frames|samples|all)$/i.test(
    name,
  );
}

/** Tells whether a folder is named as one that holds answers to pictures, not pictures. */
export function isMasks(name: string): boolean {
  return /^(masks?|ground[_-]?truths?|gt|labels?|annotations?|annots?|segmentation(class|object)?s?|seg(mentation)?[_-]?masks?|depths?|label[_-]?images?|trimaps?)$/i.test(
    name,
  );
}
