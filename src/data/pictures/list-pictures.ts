import { walk } from '#files';
import { naturallyByPart } from '../files/natural-order.js';
import type { WalkedFile } from '../files/walk.js';
import type { ReadingNote } from '../notes.js';
import { pictureEndings } from './picture.js';

/** A picture in a folder; the names of `parts` are in Unicode's composed form (NFC). */
export type PictureFile = WalkedFile;

/** The files of a folder by kind. */
export interface Listing {
  /** Pictures in natural order. */
  readonly pictures: readonly PictureFile[];
  readonly others: readonly WalkedFile[];
  /** Paths of links to files and folders that are listed by paths of their own. */
  readonly repeated: readonly string[];
}

/** All files below a folder; hidden and resource files are passed over. */
export async function listPictures(root: string): Promise<Listing> {
  const { files, repeated } = await walk(root);
  const composed = files.map((file) => ({
    ...file,
    parts: file.parts.map((part) => part.normalize('NFC')),
  }));
  const isPicture = ({ parts }: WalkedFile) => pictureEndings.test(parts.at(-1)!);
  return {
    pictures: composed.filter(isPicture).sort((a, b) => naturallyByPart(a.parts, b.parts)),
    others: composed.filter((file) => !isPicture(file)),
    repeated,
  };
}

/** Endings of files that hold examples too, which the user may not want left out. */
const examples =
  /^(heic|heif|jxl|jp2|dcm|dicom|exr|hdr|psd|tga|raw|nef|cr2|cr3|arw|dng|fits?|nii|mp4|avi|mov|mkv|webm|npy|npz|parquet|h5|hdf5|mat|pkl|tfrecords?|zip|tar|gz|tgz|7z|rar|svgz|eps|pdf|ico|cur|xcf|czi|nd2)$/;

/** A note on files of other endings, counted by ending; none when there are none. */
export function othersNote(others: readonly WalkedFile[]): ReadingNote[] {
  if (others.length === 0) return [];
  const counts = new Map<string, number>();
  for (const { parts } of others) {
    const [, ending = ''] = /[^.]\.([^.\s]{1,12})$/.exec(parts.at(-1)!) ?? [];
    const key = ending.toLowerCase();
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  const sorted = [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
  const texts = sorted.map(
    ([ending, count]) => `${count} ${ending ? `.${ending}` : 'without ending'}`,
  );
  const isDoubtful = sorted.some(([ending]) => examples.test(ending));
  const more = texts.length > 8 ? `, and ${texts.length - 8} more endings` : '';
  return [
    {
      about: 'left out',
      text: `${others.length} ${others.length === 1 ? 'file' : 'files'} of other kinds left out: ${texts.slice(0, 8).join(', ')}${more}`,
      ...(isDoubtful ? { doubtful: true } : {}),
    },
  ];
}

/** A note on links to files that are read already. */
export function repeatedNote(repeated: readonly string[]): ReadingNote[] {
  if (repeated.length === 0) return [];
  const first = repeated[0]!;
  const text =
    repeated.length === 1
      ? `the link ${first} leads to files that are read already`
      : `${repeated.length} links lead to files that are read already, the first is ${first}`;
  return [{ about: 'left out', text }];
}
