import { readStart } from '#files';
import { UserError } from '../../base/errors.js';
import { excerpt } from '../../base/excerpt.js';
import { baseName } from '../../base/paths.js';
import { isGzip, plainStart } from './gzip.js';

/** A kind of file that vaekit does not read: its marks, its name in messages, and the way out. */
interface Foreign {
  readonly what: string;
  readonly advice: string;
  /** Bytes that it begins with, or has at a place, as text of one character a byte. */
  readonly marks?: readonly (string | readonly [place: number, bytes: string])[];
  /** A pattern of its first bytes, as such text. */
  readonly begins?: RegExp;
  readonly named?: RegExp;
}

const asNpz = (how: string) => `Save its arrays by numpy.savez, as by ${how}.`;
const unpacked = 'Unpack it, and give the folder or file within.';
const asTable = 'Save the table as CSV or Parquet.';
const asPictures = 'Give the folder that holds the pictures.';

/** Kinds in order of trial: kinds that show by their content come first. */
const kinds: readonly Foreign[] = [
  {
    what: 'a pointer of Git LFS, not the file itself',
    advice: 'Fetch the file by git lfs pull.',
    marks: ['version https://git-lfs'],
  },
  {
    what: 'a web page, not the data',
    advice: 'The download gave a page in the place of the file: get it again.',
    begins: /^(\xef\xbb\xbf)?\s*<(!doctype html|html|head)/i,
  },
  {
    what: 'a MATLAB file (HDF5, version 7.3)',
    advice: asNpz("np.savez('data.npz', images=h5py.File(path)['images'][:].T)"),
    marks: ['MATLAB 7.3 MAT-file'],
  },
  {
    what: 'a MATLAB file',
    advice: asNpz("np.savez('data.npz', images=scipy.io.loadmat(path)['images'])"),
    marks: ['MATLAB 5.0 MAT-file'],
  },
  {
    what: 'an HDF5 file, which is read in Node alone',
    advice: asNpz("np.savez('data.npz', images=h5py.File(path)['images'][:])"),
    marks: ['\x89HDF\r\n\x1a\n'],
  },
  {
    what: 'a PyTorch file',
    advice: asNpz("np.savez('data.npz', images=torch.load(path).numpy())"),
    marks: ['\x80\x02\x8a\nl\xfc\x9cF\xf9'],
    begins: /^PK.{28}[^/]{1,200}\/(data\.pkl|\.format_version|\.data\/)/s,
  },
  {
    what: 'a Python pickle, which could run code',
    advice: asNpz("np.savez('data.npz', images=pickle.load(open(path, 'rb')))"),
    marks: [
      '\x80\x02',
      '\x80\x03',
      '\x80\x04\x95',
      '\x80\x05\x95',
      '(dp',
      '(lp',
      'cnumpy',
      'ccopy_reg',
    ],
  },
  {
    what: 'an Excel workbook',
    advice: asTable,
    marks: ['\xd0\xcf\x11\xe0'],
    begins: /^PK.{28}(\[Content_Types\]\.xml|xl\/|_rels\/)/s,
  },
  { what: 'a zip archive', advice: unpacked, marks: ['PK\x03\x04', 'PK\x05\x06'] },
  { what: 'a tar archive', advice: unpacked, marks: [[257, 'ustar']] },
  { what: 'a 7z archive', advice: unpacked, marks: ['7z\xbc\xaf\x27\x1c'] },
  { what: 'a RAR archive', advice: unpacked, marks: ['Rar!\x1a\x07'] },
  { what: 'compressed by xz', advice: unpacked, marks: ['\xfd7zXZ\0'] },
  { what: 'compressed by bzip2', advice: unpacked, begins: /^BZh[1-9]1AY/ },
  { what: 'compressed by Zstandard', advice: unpacked, marks: ['\x28\xb5\x2f\xfd'] },
  {
    what: 'a Parquet file',
    advice: 'Name it .parquet.',
    marks: ['PAR1'],
  },
  { what: 'an Arrow or Feather file', advice: asTable, marks: ['ARROW1', 'FEA1'] },
  { what: 'an ORC file', advice: asTable, begins: /^ORC[^ -~]/ },
  { what: 'an Avro file', advice: asTable, marks: ['Obj\x01'] },
  { what: 'an SQLite database', advice: asTable, marks: ['SQLite format 3\0'] },
  {
    what: 'an R data file',
    advice: asTable,
    marks: ['RDX2\n', 'RDX3\n', 'RDA2\n', 'RDA3\n', 'X\n\0\0\0\x02', 'X\n\0\0\0\x03'],
  },
  { what: 'a GGUF model', advice: 'Give data to train on.', marks: ['GGUF'] },
  { what: 'a PDF document', advice: 'Give pictures or a table.', marks: ['%PDF'] },
  { what: 'a PNG picture', advice: asPictures, marks: ['\x89PNG\r\n\x1a\n'] },
  { what: 'a JPEG picture', advice: asPictures, marks: ['\xff\xd8\xff'] },
  { what: 'a GIF picture', advice: asPictures, marks: ['GIF87a', 'GIF89a'] },
  { what: 'a TIFF picture', advice: asPictures, marks: ['II*\0', 'MM\0*'] },
  { what: 'a WebP picture', advice: asPictures, begins: /^RIFF.{4}WEBP/s },
  { what: 'a BMP picture', advice: asPictures, begins: /^BM.{12}[^ -~]/s },
  {
    what: 'a sound file',
    advice: 'Save its samples or spectra as an .npy file.',
    begins: /^(RIFF.{4}WAVE|fLaC|OggS|ID3[^ -~])/s,
  },
  {
    what: 'a video',
    advice: 'Save its frames as pictures in a folder.',
    marks: [[4, 'ftyp'], '\x1a\x45\xdf\xa3'],
    begins: /^RIFF.{4}AVI /s,
  },
  {
    what: 'a DICOM image',
    advice: asNpz(
      "np.savez('data.npz', images=np.stack([pydicom.dcmread(p).pixel_array for p in paths]))",
    ),
    marks: [[128, 'DICM']],
  },
  {
    what: 'a NIfTI volume',
    advice: asNpz("np.savez('data.npz', images=nibabel.load(path).get_fdata())"),
    marks: [
      [344, 'n+1\0'],
      [344, 'ni1\0'],
    ],
  },
  {
    what: 'a FITS file',
    advice: asNpz("np.savez('data.npz', images=astropy.io.fits.getdata(path))"),
    marks: ['SIMPLE  ='],
  },
  {
    what: 'a NetCDF file',
    advice: asNpz("np.savez('data.npz', images=xarray.open_dataset(path)['images'].values)"),
    marks: ['CDF\x01', 'CDF\x02', 'CDF\x05'],
  },
  {
    what: 'an LMDB database',
    advice: 'Save its pictures as files in a folder.',
    marks: [[16, '\xde\xc0\xef\xbe']],
    named: /^data\.mdb$/,
  },
  {
    what: 'a TFRecord file',
    advice: 'Save its images as pictures in a folder, or by numpy.savez.',
    named: /\.tfrecords?(-\d+-of-\d+)?(\.gz)?$/i,
  },
  {
    what: 'a Zarr array',
    advice: asNpz("np.savez('data.npz', images=zarr.open(path)['images'][:])"),
    named: /^zarr\.json$|\.zarr$/,
  },
];

/** Bytes that show the kind of a file: the mark of a NIfTI volume is the last. */
const startBytes = 4096;

/** Text from the beginning of a file; undefined for other bytes. */
function textOf(start: Uint8Array): string | undefined {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(start, { stream: true });
    return /(?![\t\n\v\f\r])\p{Cc}/u.test(text) ? undefined : text;
  } catch {
    return undefined;
  }
}

/** A line on the content of a file of no known kind. */
function unknown(path: string, start: Uint8Array): UserError {
  const text = textOf(start);
  const [line = ''] = (text ?? '').split(/\r\n|\n|\r/).filter((each) => each.trim() !== '');
  if (text !== undefined) {
    return new UserError(
      `${path} is a text file of no kind that vaekit reads; it begins with ${excerpt(line)}. Give a table as CSV or Parquet, arrays as .npy or .npz, or a folder of pictures.`,
    );
  }
  const begins = [...start.subarray(0, 8)].map((byte) => byte.toString(16).padStart(2, '0'));
  return new UserError(
    `${path} is a file of no kind that vaekit reads; it begins with the bytes ${begins.join(' ')}. Give .npy, .npz, IDX, CSV or Parquet, or a folder of pictures.`,
  );
}

/** The kind of a file that vaekit does not read. */
function kindOf(start: Uint8Array, name: string): Foreign | undefined {
  // The decoder that is called latin1 is windows-1252, which changes some bytes.
  const text = Array.from(start, (byte) => String.fromCharCode(byte)).join('');
  const has = (mark: string | readonly [number, string]) =>
    typeof mark === 'string' ? text.startsWith(mark) : text.startsWith(mark[1], mark[0]);
  return kinds.find(
    ({ marks, begins, named }) => marks?.some(has) || begins?.test(text) || named?.test(name),
  );
}

/**
 * Refuses a file that no format reads, and names its kind by its first bytes.
 * @throws UserError always, but for folders that tell nothing
 */
export async function refuseForeign({
  path,
  entries,
}: {
  readonly path: string;
  readonly entries?: readonly string[];
}): Promise<void> {
  if (entries) {
    const names = [baseName(path), ...entries];
    const found = kinds.find(({ named }) => names.some((name) => named?.test(name)));
    if (found) throw new UserError(`${path} holds ${found.what}. ${found.advice}`);
    return;
  }
  const raw = await readStart(path, startBytes);
  if (raw.length === 0) throw new UserError(`${path} is empty. Give a file with data.`);
  const start = await plainStart(raw);
  if (start.length === 0) {
    throw new UserError(`${path}: the gzip data is damaged. Get the file again.`);
  }
  const kind = kindOf(start, baseName(path));
  const packed = isGzip(raw) ? ' within gzip' : '';
  if (kind) throw new UserError(`${path} is ${kind.what}${packed}. ${kind.advice}`);
  throw unknown(path, start);
}

/**
 * Refuses a file of a known kind that vaekit does not read; a damaged one is passed.
 * @throws UserError
 */
export async function refuseKnown(path: string): Promise<void> {
  const kind = kindOf(await plainStart(await readStart(path, startBytes)), '');
  if (kind) throw new UserError(`${path} is ${kind.what}. ${kind.advice}`);
}
