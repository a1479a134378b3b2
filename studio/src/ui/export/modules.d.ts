declare module 'svgcanvas' {
  /** Takes the calls of a canvas, and gives the drawing as SVG. */
  export class Context {
    constructor(width: number, height: number);
    fillStyle: string;
    strokeStyle: string;
    lineWidth: number;
    font: string;
    textAlign: string;
    textBaseline: string;
    getSerializedSvg(): string;
  }
}

declare module 'gifenc' {
  type Palette = readonly (readonly number[])[];
  export function quantize(pixels: Uint8ClampedArray, colours: number): Palette;
  export function applyPalette(pixels: Uint8ClampedArray, palette: Palette): Uint8Array;
  export function GIFEncoder(): {
    writeFrame(
      indices: Uint8Array,
      width: number,
      height: number,
      options: { palette: Palette; delay: number },
    ): void;
    finish(): void;
    bytes(): Uint8Array<ArrayBuffer>;
  };
}
