import { UserError } from '../../base/errors.js';
import type { Dataset, Factor } from '../dataset.js';

/** Sides of an image, in pixels. */
const side = 64;

/** True of points inside an upright sprite of the largest scale: x to the right, y up, in pixels. */
type Outline = (x: number, y: number) => boolean;

/** The greatest distance of a sprite's parts from its middle, in pixels. */
const reach = 12;

const squareHalf = 8;
const ellipseAxes = [11, 6.5] as const;
/** Pixels of a unit of the heart's curve. */
const heartUnit = 8;

const outlines: Readonly<Record<string, Outline>> = {
  square: (x, y) => Math.abs(x) <= squareHalf && Math.abs(y) <= squareHalf,
  ellipse: (x, y) => (x / ellipseAxes[0]) ** 2 + (y / ellipseAxes[1]) ** 2 <= 1,
  // The curve (x² + y² − 1)³ = x² y³.
  heart(x, y) {
    const [a, b] = [(x / heartUnit) ** 2, y / heartUnit];
    return (a + b * b - 1) ** 3 <= a * b ** 3;
  },
};

const shapes = Object.keys(outlines);

/** Says how finely the factors of sprites are cut. */
export interface SpritesOptions {
  /** Sizes, from half of the largest to the largest; 6 when left out. */
  readonly scales?: number;
  /** Angles of a full turn; 40 when left out. */
  readonly orientations?: number;
  /** Places along each side; 32 when left out. */
  readonly positions?: number;
}

/** Equal steps from `from` to `to`; `from` alone where there is one. */
const steps = (count: number, from: number, to: number) =>
  Array.from(
    { length: count },
    (_, i) => from + (count === 1 ? 0 : (i * (to - from)) / (count - 1)),
  );

function checked(options: SpritesOptions): Required<SpritesOptions> {
  const counts = { scales: 6, orientations: 40, positions: 32, ...options };
  for (const [name, count] of Object.entries(counts)) {
    if (Number.isInteger(count) && count >= 1 && count <= 1000) continue;
    throw new UserError(
      `sprites: ${name} must be a whole number from 1 to 1000, not ${String(count)}.`,
    );
  }
  return counts;
}

/** The place of a factor's level in the index of an example: levels of later factors change faster. */
function factorsOf(levels: readonly (readonly [string, readonly number[]])[]): Factor[] {
  let stride = levels.reduce((product, [, { length }]) => product * length, 1);
  return levels.map(([name, values]) => {
    stride /= values.length;
    const own = stride;
    return { name, values, level: (index) => Math.floor(index / own) % values.length };
  });
}

/**
 * White sprites on black, each [1, 64, 64], uint8, 0 or 255: all combinations of shape (square, ellipse,
 * heart: the labels), scale, orientation (anticlockwise, in radians) and place of the middle (0 to 1, to
 * the right and up). The factors are as in dSprites (Matthey et al. 2017,
 * https://github.com/google-deepmind/dsprites-dataset), in its order; the outlines are not the same, and
 * no angle comes twice. With nothing left out there are 737,280 images, each drawn when it is read.
 * @throws UserError when an option is no whole number from 1
 */
export function sprites(options: SpritesOptions = {}): Dataset {
  const { scales, orientations, positions } = checked(options);
  const places = steps(positions, 0, 1);
  const turn = (2 * Math.PI) / orientations;
  const factors = factorsOf([
    ['shape', shapes.map((_, i) => i)],
    ['scale', steps(scales, 1, 0.5).reverse()],
    ['orientation', Array.from({ length: orientations }, (_, i) => i * turn)],
    ['x', places],
    ['y', places],
  ]);
  const size = factors.reduce((product, { values }) => product * values.length, 1);
  const labels = Uint8Array.from({ length: size }, (_, i) => factors[0]!.level(i));
  return {
    name: 'sprites',
    size,
    shape: [1, side, side],
    dtype: 'uint8',
    labels,
    classNames: shapes,
    factors,
    read(indices, target) {
      target.fill(0, 0, indices.length * side * side);
      for (let row = 0; row < indices.length; row++) {
        const [shape, scale, angle, x, y] = factors.map(
          ({ level, values }) => values[level(indices[row]!)]!,
        ) as [number, number, number, number, number];
        const image = target.subarray(row * side * side, (row + 1) * side * side);
        draw(image, outlines[shapes[shape]!]!, scale, angle, [x, y]);
      }
    },
  };
}

/** Draws a sprite: each pixel whose middle is in it is white. */
function draw(
  image: Uint8Array | Float32Array,
  outline: Outline,
  scale: number,
  angle: number,
  [x, y]: readonly [number, number],
): void {
  const way = side - 2 * reach;
  const [middleX, middleY] = [reach + x * way, reach + (1 - y) * way];
  const [cos, sin] = [Math.cos(angle) / scale, Math.sin(angle) / scale];
  const [top, left] = [middleY, middleX].map((at) => Math.floor(at - reach)) as [number, number];
  for (let i = top; i <= top + 2 * reach && i < side; i++) {
    for (let j = left; j <= left + 2 * reach && j < side; j++) {
      const [right, up] = [j + 0.5 - middleX, middleY - i - 0.5];
      // Turned back to where it stands upright.
      if (outline(cos * right + sin * up, cos * up - sin * right)) image[i * side + j] = 255;
    }
  }
}
