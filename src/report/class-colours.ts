/**
 * Ten colours of classes on light grounds and ten on dark ones; a class has about one hue in both. They are
 * found by `bench/colours/search.mjs`: of any two on one ground the CIEDE2000 distance is at least 25 for
 * normal eyes and 16 for deuteranope and protanope ones, and each has a contrast of 3:1 with its ground.
 */
export const classColours = {
  onLight: [
    '#004fc1',
    '#6a5000',
    '#790000',
    '#d57800',
    '#2c8496',
    '#6c0056',
    '#d2385f',
    '#00503a',
    '#6f9a6f',
    '#a376fa',
  ],
  onDark: [
    '#6dadff',
    '#ffec22',
    '#d33c2d',
    '#f2ad78',
    '#0b8f6e',
    '#e9e1ff',
    '#ff739e',
    '#b8fad5',
    '#998900',
    '#9d50cb',
  ],
} as const;

/** Colours by the ground that they stand on. */
export type Ground = keyof typeof classColours;

const coloursInAll = classColours.onLight.length;

/** Shapes of points by their names in Vega, as SVG paths about as large as a disc of radius 1. */
export const pointShapes = {
  circle: 'M-1 0A1 1 0 1 0 1 0A1 1 0 1 0 -1 0Z',
  square: 'M-.9 -.9H.9V.9H-.9Z',
  'triangle-up': 'M0 -1.25L1.2 .85H-1.2Z',
  diamond: 'M0 -1.35L1.35 0L0 1.35L-1.35 0Z',
  cross: 'M-.42 -1.25H.42V-.42H1.25V.42H.42V1.25H-.42V.42H-1.25V-.42H-.42Z',
  'triangle-down': 'M0 1.25L1.2 -.85H-1.2Z',
} as const;

export type PointShape = keyof typeof pointShapes;

const shapeNames = Object.keys(pointShapes) as PointShape[];

/** The look of a class's points. */
export interface ClassLook {
  readonly colour: string;
  /** Shape of the points: the colours come again after each ten classes, in another shape. */
  readonly shape: PointShape;
}

/** The look of the points of a class; points without one look like the first class. */
export function classLook(label = 0, ground: Ground = 'onLight'): ClassLook {
  const round = Math.floor(label / coloursInAll);
  return {
    colour: classColours[ground][label % coloursInAll]!,
    shape: shapeNames[round % shapeNames.length]!,
  };
}
