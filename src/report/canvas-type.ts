/** The drawing functions of pictures, in Node and in the browser. */
export type Context2D = Pick<
  CanvasRenderingContext2D,
  | 'beginPath'
  | 'fillStyle'
  | 'font'
  | 'textAlign'
  | 'textBaseline'
  | 'fillRect'
  | 'fillText'
  | 'globalAlpha'
  | 'lineJoin'
  | 'lineTo'
  | 'lineWidth'
  | 'measureText'
  | 'moveTo'
  | 'save'
  | 'stroke'
  | 'strokeRect'
  | 'strokeStyle'
  | 'restore'
  | 'translate'
  | 'rotate'
>;

/** Pixels, row by row from the top: red, green, blue, alpha, each 0 to 255. */
export interface Raster {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8ClampedArray<ArrayBuffer>;
}

/** A canvas of a fixed size in pixels, white at first. */
export interface Canvas {
  readonly context: Context2D;
  /** Replaces the pixels under `raster` by it; its upper left corner lies at (x, y). */
  put(raster: Raster, x: number, y: number): void;
  /** The canvas as a PNG file. */
  png(): Promise<Uint8Array>;
}
