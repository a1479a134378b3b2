import type { RefObject } from 'preact';
import { useEffect, useMemo } from 'preact/hooks';

/** Pixels of the pad, each way. */
export const padSize = 224;

/** A digit of MNIST that fills its box has strokes about this wide, as a share of the pad. */
const brush = padSize * 0.085;

/** A place on the pad, in its pixels. */
export type Place = readonly [x: number, y: number];

/** White lines on the pad's black canvas. */
export class Drawing {
  /** The end of the stroke under way. */
  private last: Place | undefined;

  constructor(private readonly canvas: RefObject<HTMLCanvasElement | null>) {}

  wipe(): void {
    const context = this.canvas.current!.getContext('2d', { willReadFrequently: true })!;
    context.fillStyle = 'black';
    context.fillRect(0, 0, padSize, padSize);
    this.lift();
  }

  /** Ends the stroke under way: the next line begins a new one. */
  lift(): void {
    this.last = undefined;
  }

  /** Draws on to a place, with a dot where a stroke begins. */
  lineTo(to: Place): void {
    const context = this.canvas.current!.getContext('2d')!;
    const from = this.last ?? to;
    context.lineCap = 'round';
    context.lineJoin = 'round';
    context.lineWidth = brush;
    context.strokeStyle = 'white';
    context.beginPath();
    context.moveTo(...from);
    context.lineTo(...to);
    context.stroke();
    this.last = to;
  }

  /** The place of a pointer, however large the canvas is shown. */
  at(event: PointerEvent): Place {
    const box = this.canvas.current!.getBoundingClientRect();
    const scale = padSize / box.width;
    return [(event.clientX - box.left) * scale, (event.clientY - box.top) * scale];
  }
}

/** The drawing on a canvas, which is empty at first. */
export function useDrawing(canvas: RefObject<HTMLCanvasElement | null>): Drawing {
  const drawing = useMemo(() => new Drawing(canvas), [canvas]);
  useEffect(() => drawing.wipe(), [drawing]);
  return drawing;
}
