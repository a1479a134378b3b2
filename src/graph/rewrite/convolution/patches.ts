import { readsOf } from '../../../runtime/machine/places.js';
import { spatialSize } from '../../operators/convolution.js';
import { broadcastLike, concat, gather, pad, slice } from '../../operators/index.js';
import { checkConstantSize, constant, type Value } from '../../value.js';
import { reshape, transpose } from '../folded.js';
import { isWhole, margin, type Size, type Sweep, type Sweeps, taps } from './geometry.js';

/** Below this many channels a patch's rows are too short to gather; they are sliced instead. */
const fewChannels = 8;

/** [batch, C, H, W] with its channels last. */
export const channelsLast = (x: Value) => transpose(x, [0, 2, 3, 1]);
/** [batch, H, W, C] with its channels after the batch. */
export const channelsFirst = (x: Value) => transpose(x, [0, 3, 1, 2]);

/** Layout of patches as a matrix. */
interface Patches {
  /** [pixels, taps · channels], or its transpose. */
  readonly matrix: Value;
  readonly transposed: boolean;
}

/** Tables of indices by their sweeps and image's size, so that equal ones are one constant. */
export type Tables = Map<string, Value>;

/** Lists for each position and tap the pixel there; the one behind the image's last where it is padded. */
function patchTable(sweeps: Sweeps, size: Size): Value {
  const [down, across] = sweeps;
  checkConstantSize(down.positions * across.positions * down.taps * across.taps);
  const pixels = size[0] * size[1];
  const places = readsOf(sweeps, size).map((pixel) => (pixel < 0 ? pixels : pixel));
  return constant(places, [places.length], 'int32');
}

/** The pixels that each tap reads: [channels, batch, rows, columns] each. */
export function pixelsByTap(x: Value, [down, across]: Sweeps): Value[] {
  const size = spatialSize(x, 'conv2d');
  const [rows, columns] = [margin(down, size[0]), margin(across, size[1])];
  const first = pad(
    transpose(x, [1, 0, 2, 3]),
    [0, 0, rows.before, columns.before],
    [0, 0, rows.after, columns.after],
  );
  return taps([down.taps, across.taps]).map(([i, j]) => {
    const along = (axis: number, sweep: Sweep, tap: number, zeros: number) => {
      const start = zeros + sweep.start + tap * sweep.dilation;
      const end = start + (sweep.positions - 1) * sweep.stride + 1;
      return { axis, start, end, step: sweep.stride };
    };
    return slice(first, [along(2, down, i, rows.before), along(3, across, j, columns.before)]);
  });
}

/** Every patch that the sweeps see, one a row: taps outermost, channels within. */
export function patches(x: Value, sweeps: Sweeps, tables: Tables): Patches {
  const size = spatialSize(x, 'conv2d');
  const [down, across] = sweeps;
  const channels = x.shape[1] as number;
  const count = down.taps * across.taps;
  if (channels < fewChannels) {
    const byTap = concat(pixelsByTap(x, sweeps), 0);
    return { matrix: reshape(byTap, [count * channels, -1]), transposed: true };
  }
  const pixels = reshape(channelsLast(x), [x.shape[0]!, size[0] * size[1], channels]);
  if (isWhole(down, size[0]) && isWhole(across, size[1])) {
    return { matrix: reshape(pixels, [-1, channels]), transposed: false };
  }
  const margins = [margin(down, size[0]), margin(across, size[1])];
  const isPadded = margins.some(({ before, after }) => before + after > 0);
  const key = JSON.stringify([sweeps, size]);
  const table = tables.get(key) ?? patchTable(sweeps, size);
  tables.set(key, table);
  const gathered = gather(isPadded ? withZeros(pixels) : pixels, table, 1);
  return { matrix: reshape(gathered, [-1, count * channels]), transposed: false };
}

/**
 * One more pixel, of zeros, which stands for all padding: half the cost of a padded image.
 * @param pixels [batch, pixels, channels]
 */
function withZeros(pixels: Value): Value {
  const zeros = constant(0, [], pixels.dtype);
  return concat([pixels, broadcastLike(zeros, slice(pixels, [{ axis: 1, start: 0, end: 1 }]))], 1);
}
