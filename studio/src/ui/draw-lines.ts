import type { Ground } from '../../../src/report/class-colours.js';
import {
  drawSequences,
  type LineStyle,
  type Scales,
  scalesOf,
} from '../../../src/report/panels.js';
import { readSequences } from '../../../src/report/sequences.js';
import { theme } from '../app/theme.js';
import type { Numbers } from '../model/api.js';

/** Sequences [N, steps] or [N, channels, steps], and how their lines are drawn. */
export interface LinesLayer extends LineStyle {
  readonly sequences: Numbers;
}

/** A panel's size and the space between two, in pixels of the canvas. */
export interface PanelSize {
  readonly width: number;
  readonly height: number;
  readonly gap: number;
  /** The ground of the panels; the ground of the page's theme when left out. */
  readonly ground?: Ground;
}

const usualSize: PanelSize = { width: 240, height: 136, gap: 10 };

const pageGround = (): Ground => (theme.peek() === 'dark' ? 'onDark' : 'onLight');

/**
 * Draws sequences as lines onto a canvas, which takes the size of their panels; with gaps, framed.
 * @param known scales of other sequences, where these are to be compared with them
 * @returns the scales that they are drawn in
 */
export function drawLines(
  canvas: HTMLCanvasElement,
  given: readonly LinesLayer[],
  columns: number,
  { width, height, gap, ground = pageGround() }: PanelSize = usualSize,
  known?: Scales,
): Scales {
  const layers = given.map(({ sequences: { data, dims }, ...style }) => ({
    ...style,
    batch: readSequences({ data, shape: dims }, 'sequences'),
  }));
  const { count } = layers[0]!.batch;
  const across = Math.min(columns, count);
  canvas.width = across * (width + gap) - gap;
  canvas.height = Math.ceil(count / across) * (height + gap) - gap;
  const context = canvas.getContext('2d')!;
  const scales = known ?? scalesOf(layers.map(({ batch }) => batch));
  const edge = 4;
  for (let index = 0; index < count; index++) {
    const left = (index % across) * (width + gap);
    const top = Math.floor(index / across) * (height + gap);
    if (gap > 0) {
      context.strokeStyle = 'rgb(128 128 128 / 0.35)';
      context.lineWidth = 1;
      context.strokeRect(left + 0.5, top + 0.5, width - 1, height - 1);
    }
    drawSequences(
      context,
      layers,
      index,
      { left: left + edge, top: top + edge, width: width - 2 * edge, height: height - 2 * edge },
      scales,
      ground,
    );
  }
  return scales;
}
