import KDBush from 'kdbush';
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

  /** The point that is nearest to a place, within a distance; of those that are shown. */
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

/** How a class's points look. */
export interface PointStyle {
  readonly colour: string;
  readonly shown: boolean;
}

/** A disc with a rim, `ratio` canvas pixels a CSS pixel. */
function disc(colour: string, rim: string, radius: number, ratio: number): HTMLCanvasElement {
  const canvas = document.createElement('canvas');
  const size = Math.ceil(2 * (radius + 1) * ratio);
  canvas.width = size;
  canvas.height = size;
  const context = canvas.getContext('2d')!;
  context.beginPath();
  context.arc(size / 2, size / 2, radius * ratio, 0, 2 * Math.PI);
  context.fillStyle = colour;
  context.fill();
  context.lineWidth = 0.6 * ratio;
  context.strokeStyle = rim;
  context.stroke();
  return canvas;
}

/**
 * Draws the points that are seen.
 * @param styleOf how points of a class look
 * @param rim the colour of their rims
 * @param ratio canvas pixels in a CSS pixel
 */
export function drawPoints(
  context: CanvasRenderingContext2D,
  view: Viewport,
  points: Points,
  styleOf: (label: number | undefined) => PointStyle,
  rim: string,
  ratio: number,
): void {
  const { places, labels, size } = points;
  // Closer, there are fewer points: they may be larger.
  const radius = Math.min(5, Math.max(1.8, 1.8 * Math.sqrt(view.unit / 90)));
  const discs = new Map<number | undefined, HTMLCanvasElement | undefined>();
  const half = (radius + 1) * ratio;
  context.save();
  context.setTransform(1, 0, 0, 1, 0, 0);
  const [left, top] = toScreen(view, [0, 0]);
  const step = view.unit * ratio;
  const [right, bottom] = [view.width * ratio + half, view.height * ratio + half];
  for (let i = 0; i < size; i++) {
    const x = left * ratio + places[2 * i]! * step;
    const y = top * ratio - places[2 * i + 1]! * step;
    if (x < -half || y < -half || x > right || y > bottom) continue;
    const label = labels?.[i];
    if (!discs.has(label)) {
      const { colour, shown } = styleOf(label);
      discs.set(label, shown ? disc(colour, rim, radius, ratio) : undefined);
    }
    const image = discs.get(label);
    if (image) context.drawImage(image, Math.round(x - half), Math.round(y - half));
  }
  context.restore();
}
