import { UserError } from '../../base/errors.js';
import { pictureKinds } from './picture.js';

/** Beginnings of each kind of picture; nothing else is given to a decoder, under any name. */
const beginnings: Readonly<Record<string, (start: string) => boolean>> = {
  png: (start) => start.startsWith('\x89PNG\r\n\x1a\n'),
  jpeg: (start) => start.startsWith('\xff\xd8\xff'),
  webp: (start) => start.startsWith('RIFF') && start.startsWith('WEBP', 8),
  gif: (start) => start.startsWith('GIF87a') || start.startsWith('GIF89a'),
  tiff: (start) => ['II*\0', 'II+\0', 'MM\0*', 'MM\0+'].some((each) => start.startsWith(each)),
  bmp: (start) => start.startsWith('BM'),
  avif: (start) => start.startsWith('ftyp', 4) && /avi[fs]/.test(start.slice(8, 40)),
  pnm: (start) => /^P[1-6][\s#]/.test(start),
  svg: (start) => /^(\xef\xbb\xbf)?\s*(<\?xml|<!--|<!DOCTYPE svg|<svg)/i.test(start),
};

/** Names of kinds that people take for pictures, and that are not read. */
const unread: Readonly<Record<string, (start: string) => boolean>> = {
  'HEIC, which needs a licence': (start) => start.startsWith('ftyp', 4),
  'JPEG XL': (start) => start.startsWith('\xff\x0a') || start.startsWith('JXL ', 4),
  'JPEG 2000': (start) => start.startsWith('jP  ', 4) || start.startsWith('\xff\x4f\xff\x51'),
  DICOM: (start) => start.startsWith('DICM', 128),
  'a pointer to a file that Git LFS keeps: run git lfs pull': (start) =>
    start.startsWith('version https://git-lfs'),
  'a web page': (start) => /^\s*<(!doctype html|html)/i.test(start),
};

export type PictureKind = 'png' | 'jpeg' | 'webp' | 'gif' | 'tiff' | 'bmp' | 'avif' | 'pnm' | 'svg';

/**
 * The kind of a picture, by its first bytes.
 * @throws UserError when it is none that is read; its message is the reason
 */
export function kindOf(bytes: Uint8Array): PictureKind {
  if (bytes.length === 0) throw new UserError('the file is empty');
  const start = String.fromCharCode(...bytes.subarray(0, 160));
  const find = (kinds: typeof beginnings) => Object.keys(kinds).find((each) => kinds[each]!(start));
  const kind = find(beginnings);
  if (kind === 'svg' && !isSvg(bytes)) throw new UserError('it is XML, but no SVG');
  if (kind) return kind as PictureKind;
  const other = find(unread);
  throw new UserError(other ? `it is ${other}` : `it is no ${pictureKinds}`);
}

function isSvg(bytes: Uint8Array): boolean {
  return /<svg[\s>]/i.test(new TextDecoder().decode(bytes.subarray(0, 2 ** 16)));
}
