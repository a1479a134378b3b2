import { drawSequences, type LineStyle, scalesOf } from '../../../src/report/panels.js';
import { readSequences } from '../../../src/report/sequences.js';
import type { Numbers } from '../model/api.js';

/** Sequences [N, steps] or [N, channels, steps], and how their lines are drawn. */
export interface LinesLayer extends LineStyle {
  readonly sequences: Numbers;
}

/** A panel's size and the space between two, in pixels of the canvas. */
const [panelWidth, panelHeight, gap] = [320, 180, 12];

/** Draws sequences as lines onto a canvas, which takes the size of their panels. */
export function drawLines(
  canvas: HTMLCanvasElement,
  given: readonly LinesLayer[],
  columns: number,
): void {
  const layers = given.map(({ sequences: { data, dims }, ...style }) => ({
    ...style,
    batch: readSequences({ data, shape: dims }, 'sequences'),
  }));
  const { count } = layers[0]!.batch;
  const across = Math.min(columns, count);
  canvas.width = across * (panelWidth + gap) - gap;
  canvas.height = Math.ceil(count / across) * (panelHeight + gap) - gap;
  const context = canvas.getContext('2d')!;
  const scales = scalesOf(layers.map(({ batch }) => batch));
  const edge = 4;
  for (let index = 0; index < count; index++) {
    const left = (index % across) * (panelWidth + gap);
    const top = Math.floor(index / across) * (panelHeight + gap);
    context.strokeStyle = 'rgb(128 128 128 / 0.35)';
    context.lineWidth = 1;
    context.strokeRect(left + 0.5, top + 0.5, panelWidth - 1, panelHeight - 1);
    drawSequences(
      context,
      layers,
      index,
      {
        left: left + edge,
        top: top + edge,
        width: panelWidth - 2 * edge,
        height: panelHeight - 2 * edge,
      },
      scales,
    );
  }
}
