import KDBush from 'kdbush';
import { type ClassLook, pointShapes } from '../../../../../src/report/class-colours.js';
import { toScreen, type Viewport } from './viewport.js';

/** Points on a plane, to draw and to find. */
export class Points {
  private readonly index: KDBush;

  /**
   * @param places x and y of each in turn
   * @param labels the class of each, if they have one
   */
  constructor(
    readonly places: Float32Array,
    readonly labels?: ArrayLike<number>,
  ) {
    this.index = new KDBush(places.length / 2, 64, Float32Array);
    for (let i = 0; i < places.length; i += 2) this.index.add(places[i]!, places[i + 1]!);
    this.index.finish();
  }

  get size(): number {
    return this.places.length / 2;
  }

  /** The shown point that is nearest to a place, within a distance. */
  nearest(
    [x, y]: readonly [number, number],
    within: number,
    shown: (label: number | undefined) => boolean,
  ): number | undefined {
    if (this.size === 0) return undefined;
    let [best, least] = [undefined as number | undefined, Infinity];
    for (const i of this.index.within(x, y, within)) {
      const distance = (this.places[2 * i]! - x) ** 2 + (this.places[2 * i + 1]! - y) ** 2;
      if (distance < least && shown(this.labels?.[i])) [best, least] = [i, distance];
    }
    return best;
  }
}

/** The look of a class's points. */
export interface PointStyle extends ClassLook {
  readonly shown: boolean;
}

/** A point with a dark rim, as offsets from its middle with the pixels that lie there. */
interface Stamp {
  readonly offsets: Int32Array;
  readonly pixels: Uint32Array;
  /** Tells whether a pixel covers an earlier one; the soft edge is laid on empty ground alone. */
  readonly covers: Uint8Array;
}

/** @param radius in canvas pixels @param row canvas pixels in a row */
function stamp({ colour, shape }: ClassLook, radius: number, row: number): Stamp {
  const reach = reachOf(radius);
  const size = 2 * reach + 1;
  const context = new OffscreenCanvas(size, size).getContext('2d')!;
  const middle = reach + 0.5;
  const outline = new Path2D(pointShapes[shape]);
  const mark = (fill: string, extent: number) => {
    context.setTransform(extent, 0, 0, extent, middle, middle);
    context.fillStyle = fill;
    context.fill(outline);
  };
  mark(rim, radius + 0.4);
  mark(colour, radius - 0.3);
  const drawn = new Uint32Array(context.getImageData(0, 0, size, size).data.buffer);
  const opacity = (pixel: number) => pixel >>> 24;
  const places = Array.from(drawn.keys()).filter((i) => opacity(drawn[i]!) > 0);
  return {
    offsets: Int32Array.from(
      places,
      (i) => (Math.floor(i / size) - reach) * row + (i % size) - reach,
    ),
    pixels: Uint32Array.from(places, (i) => drawn[i]!),
    covers: Uint8Array.from(places, (i) => +(opacity(drawn[i]!) > 200)),
  };
}

export const rim = '#10151a';

/** Pixels from the middle of a point to its outermost edge. */
const reachOf = (radius: number) => Math.ceil(1.4 * (radius + 0.4));

/** The radius of a point in CSS pixels. Closer, there are fewer points: they may be larger. */
export const radiusIn = ({ unit }: Viewport): number =>
  Math.min(5, Math.max(1.9, 1.9 * Math.sqrt(unit / 90)));

/**
 * Draws the points that are seen, ten thousand in a few milliseconds: their pixels are written, not
 * drawn one by one as shapes.
 * @param styleOf the look of a class's points
 * @param ratio canvas pixels in a CSS pixel
 * @param size of a point, as a factor
 */
export function drawPoints(
  context: CanvasRenderingContext2D,
  view: Viewport,
  points: Points,
  styleOf: (label: number | undefined) => PointStyle,
  ratio: number,
  size = 1,
): void {
  const { places, labels, size: count } = points;
  const { width, height } = context.canvas;
  const radius = size * ratio * radiusIn(view);
  const reach = reachOf(radius);
  const image = context.createImageData(width, height);
  const pixels = new Uint32Array(image.data.buffer);
  const stamps = new Map<number | undefined, Stamp | undefined>();
  const [left, top] = toScreen(view, [0, 0]).map((at) => at * ratio) as [number, number];
  const step = view.unit * ratio;
  for (let i = 0; i < count; i++) {
    const x = Math.round(left + places[2 * i]! * step);
    const y = Math.round(top - places[2 * i + 1]! * step);
    // A point over the edge would go on at the other side.
    if (x < reach || y < reach || x >= width - reach || y >= height - reach) continue;
    const label = labels?.[i];
    if (!stamps.has(label)) {
      const { shown, ...look } = styleOf(label);
      stamps.set(label, shown ? stamp(look, radius, width) : undefined);
    }
    const mark = stamps.get(label);
    if (!mark) continue;
    const middle = y * width + x;
    for (let j = 0; j < mark.pixels.length; j++) {
      const at = middle + mark.offsets[j]!;
      if (mark.covers[j] || pixels[at] === 0) pixels[at] = mark.pixels[j]!;
    }
  }
  context.putImageData(image, 0, 0);
}
