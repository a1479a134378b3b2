import { listedNames } from '../../base/excerpt.js';
import type { ReadingNote } from '../notes.js';
import type { PictureFile } from './list-pictures.js';
import {
  isContainer,
  isMasks,
  isPart,
  type Role,
  roles,
  splitFolders,
  type TopFolder,
} from './split-folders.js';

/** A part of the pictures of a folder. */
export interface PicturePart {
  readonly role: Role;
  /** The folders that it is. */
  readonly folders: readonly string[];
  readonly files: readonly PictureFile[];
  /** The class of each picture, where all have one. */
  readonly classes?: readonly string[];
  /** Its pictures, also pictures that were left out for having no class. */
  readonly all: readonly PictureFile[];
}

/** The parts of the data, training first, and how they were found. */
export interface FolderLayout {
  readonly parts: readonly PicturePart[];
  /** Notes on how the parts were found. */
  readonly notes: readonly ReadingNote[];
  /** Notes on how the classes were found, for use where classes are wanted. */
  readonly classNotes: readonly ReadingNote[];
}

/** Notes as they come up. */
interface Told {
  readonly notes: ReadingNote[];
  readonly classNotes: ReadingNote[];
}

/** A picture with the folders around it that have no meaning yet. */
interface Item {
  readonly file: PictureFile;
  readonly folders: readonly string[];
}

/** Pictures beside folders of classes: so few of them are left out rather than all labels. */
const strayShare = 0.1;

/**
 * The parts and classes that folders of pictures make: parts by their usual names, classes by the
 * folders within. Folders around all of it are passed through, masks left out.
 * @param name of the folder, for messages
 * @throws UserError when there are parts for validation and test but none to train on
 */
export function folderLayout(files: readonly PictureFile[], name: string): FolderLayout {
  const told: Told = { notes: [], classNotes: [] };
  const all = files.map((file) => ({ file, folders: file.parts.slice(0, -1) }));
  let items = withoutMaskFiles(all, told);
  for (;;) {
    const splits = splitFolders(topFolders(items), name);
    if (splits) return { parts: partsOf(items, splits, told), ...told };
    const inner = innerSplits(items, name);
    if (inner) return { parts: innerParts(items, inner, told), ...told };
    const open = opened(items, told);
    if (!open) break;
    items = open;
  }
  return { parts: [partOf('train', [], items, told)], ...told };
}

function topFolders(items: readonly Item[]): TopFolder[] {
  const depth = new Map<string, boolean>();
  for (const { folders } of items) {
    const [top] = folders;
    if (top !== undefined) depth.set(top, (depth.get(top) ?? true) && folders.length > 1);
  }
  return [...depth].map(([name, isDeep]) => ({ name, isDeep }));
}

const under = (items: readonly Item[], isKept: (top: string | undefined) => boolean) =>
  items.filter(({ folders }) => isKept(folders[0]));

const within = (items: readonly Item[]): Item[] =>
  items.map(({ file, folders }) => ({ file, folders: folders.slice(1) }));

const pathOf = ({ file }: Item) => file.parts.join('/');

const pictures = (count: number) => `${count} ${count === 1 ? 'picture' : 'pictures'}`;

/** Leaves out `x_mask.png` where there is `x.png` or the like. */
function withoutMaskFiles(items: readonly Item[], { notes }: Told): readonly Item[] {
  const stem = (item: Item) => pathOf(item).replace(/\.[^./]+$/, '');
  const pattern = /[_-](mask|masks|seg|segmentation|gt)([_-]?\d+)?$/i;
  const stems = new Set(items.map(stem));
  const isMask = (item: Item) => {
    const own = stem(item);
    return pattern.test(own) && stems.has(own.replace(pattern, ''));
  };
  const masks = items.filter(isMask);
  if (masks.length === 0) return items;
  notes.push({
    about: 'left out',
    text: `${pictures(masks.length)} left out, named as masks of others: ${listedNames(masks.map(pathOf))}`,
    doubtful: true,
  });
  return items.filter((item) => !isMask(item));
}

/** Pictures without a folder around all of them; undefined when there is none to pass through. */
function opened(items: readonly Item[], { notes, classNotes }: Told): readonly Item[] | undefined {
  const tops = topFolders(items);
  if (items.some(({ folders }) => folders.length === 0)) return undefined;
  const holders = tops.filter(({ name }) => isContainer(name));
  const [holder] = holders;
  if (holder && holders.length === 1 && tops.length > 1) {
    const others = tops.filter((top) => top !== holder);
    if (!others.every(({ name }) => isMasks(name))) return undefined;
    const left = under(items, (top) => top !== holder.name);
    notes.push({
      about: 'left out',
      text: `${pictures(left.length)} left out, in ${listedNames(others.map(({ name }) => name))} beside ${holder.name}: by their names they are no examples`,
    });
    return within(under(items, (top) => top === holder.name));
  }
  if (tops.length !== 1) return undefined;
  const [{ name }] = tops as [TopFolder];
  const inside = within(items);
  if (!isContainer(name) && !isAround(inside)) return undefined;
  classNotes.push({
    about: 'labels',
    text: `the folder ${name} is around all pictures, and so no class`,
  });
  return inside;
}

/** Tells whether the folder that was around pictures held only folders with a meaning of their own. */
function isAround(inside: readonly Item[]): boolean {
  if (inside.some(({ folders }) => folders.length === 0)) return false;
  const tops = topFolders(inside);
  if (tops.length > 1) return true;
  const [{ name, isDeep }] = tops as [TopFolder];
  return isDeep || isContainer(name) || isPart(name);
}

/** The parts within each of the first folders, which are the classes; undefined when there are none. */
function innerSplits(items: readonly Item[], name: string): ReadonlyMap<string, Role> | undefined {
  const tops = topFolders(items);
  if (tops.length < 2 || tops.some(({ isDeep }) => !isDeep)) return undefined;
  if (tops.some((top) => isMasks(top.name) || isContainer(top.name))) return undefined;
  const all = new Map<string, Role>();
  for (const { name: top } of tops) {
    const inside = topFolders(within(under(items, (each) => each === top)));
    if (!inside.some((each) => /^train(ing)?$/i.test(each.name)) || inside.length < 2)
      return undefined;
    const splits = splitFolders(inside, `${name}/${top}`);
    if (!splits || new Set(splits.values()).size < 2) return undefined;
    for (const [folder, role] of splits) all.set(folder, role);
  }
  return all;
}

function innerParts(
  items: readonly Item[],
  splits: ReadonlyMap<string, Role>,
  told: Told,
): PicturePart[] {
  const swapped = items.map(({ file, folders: [first, second, ...rest] }) => ({
    file,
    folders: second === undefined ? [] : [second, first!, ...rest],
  }));
  told.notes.push({
    about: 'split',
    text: `each folder has its own ${inOrder(splits)}; the folders around them are the classes`,
    doubtful: true,
  });
  return partsOf(swapped, splits, told);
}

function partsOf(
  items: readonly Item[],
  splits: ReadonlyMap<string, Role>,
  told: Told,
): PicturePart[] {
  const { notes } = told;
  const parts = roles.flatMap((role) => {
    const folders = [...splits].flatMap(([folder, each]) => (each === role ? [folder] : []));
    const own = within(under(items, (top) => top !== undefined && folders.includes(top)));
    return own.length > 0 ? [partOf(role, folders, own, told)] : [];
  });
  const texts = parts.map(
    ({ role, folders, files }) =>
      `${listedNames(folders)} (${pictures(files.length)}) for ${purposes[role]}`,
  );
  notes.push({ about: 'split', text: `by folder: ${texts.join(', ')}` });
  const left = under(items, (top) => top === undefined || !splits.has(top));
  if (left.length > 0) {
    const tops = topFolders(left).map(({ name }) => name);
    const loose = under(left, (top) => top === undefined).map(pathOf);
    notes.push({
      about: 'left out',
      text: `${pictures(left.length)} left out, beside the folders ${inOrder(splits)}: ${listedNames([...tops, ...loose])}`,
      ...(tops.every(isMasks) && loose.length === 0 ? {} : { doubtful: true }),
    });
  }
  tellClasses(parts, told.classNotes);
  return parts;
}

/** The folders of parts, training first. */
function inOrder(splits: ReadonlyMap<string, Role>): string {
  const order = ([, role]: readonly [string, Role]) => roles.indexOf(role);
  const sorted = [...splits].sort((a, b) => order(a) - order(b));
  return sorted.map(([folder]) => folder).join(', ');
}

const purposes: Readonly<Record<Role, string>> = {
  train: 'training',
  validation: 'validation',
  test: 'test',
};

/** Tells where the classes of parts differ. */
function tellClasses(parts: readonly PicturePart[], notes: ReadingNote[]): void {
  const [train, ...others] = parts;
  if (!train) return;
  const known = new Set(train.classes);
  for (const { role, folders, classes } of others) {
    const where = listedNames(folders);
    if (train.classes && !classes) {
      notes.push({
        about: 'labels',
        text: `the pictures of ${where} have no classes`,
        doubtful: true,
      });
    }
    const more = [...new Set(classes)].filter((word) => !known.has(word));
    if (more.length === 0) continue;
    const names = listedNames(more);
    const [only] = known;
    if (known.size === 1 && role === 'test') {
      const text = `training is on ${only} alone, ${where} has ${names} too, as for the detection of anomalies`;
      notes.push({ about: 'labels', text });
    } else {
      const text = `${where} has classes that are not trained on: ${names}`;
      notes.push({ about: 'labels', text, doubtful: true });
    }
  }
}

/** A part with the classes of its pictures. */
function partOf(
  role: Role,
  folders: readonly string[],
  given: readonly Item[],
  told: Told,
): PicturePart {
  let items = given;
  for (let open = openedPart(items, folders, told); open; open = openedPart(items, folders, told)) {
    items = open;
  }
  const all = given.map(({ file }) => file);
  const part = (kept: readonly Item[]) => ({
    role,
    folders,
    files: kept.map(({ file }) => file),
    all,
  });
  const loose = items.filter((item) => item.folders.length === 0);
  if (loose.length === items.length) return part(items);
  const where = folders.length > 0 ? ` of ${listedNames(folders)}` : '';
  if (loose.length > Math.max(1, strayShare * items.length)) {
    told.classNotes.push({
      about: 'labels',
      text: `no classes by folders: ${loose.length} of ${pictures(items.length)}${where} lie in none`,
      doubtful: true,
    });
    return part(items);
  }
  if (loose.length > 0) {
    told.classNotes.push({
      about: 'left out',
      text: `${pictures(loose.length)} left out, beside the folders of classes${where}: ${listedNames(loose.map(pathOf))}`,
      doubtful: true,
    });
  }
  const kept = items.filter((item) => item.folders.length > 0);
  return { ...part(kept), classes: kept.map((item) => item.folders[0]!) };
}

/** A part without a folder around it all: one for pictures beside masks, or of the part's own name. */
function openedPart(items: readonly Item[], folders: readonly string[], told: Told) {
  const tops = topFolders(items);
  const [only] = tops;
  const isOwn = tops.length === 1 && folders.some((each) => each === only!.name);
  const holds = tops.some(({ name }) => isContainer(name)) || isOwn;
  return holds ? (isOwn ? ownFolder(items) : opened(items, told)) : undefined;
}

function ownFolder(items: readonly Item[]): readonly Item[] | undefined {
  return items.some(({ folders }) => folders.length === 0) ? undefined : within(items);
}
