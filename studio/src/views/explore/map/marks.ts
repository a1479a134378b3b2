import type { Place } from './viewport.js';

/** Colours of marks on a map. */
export const inks = { text: '#f3f6f9', halo: '#12161a', posterior: '#7fd0ff', path: '#ffb27a' };

/** Strokes a line twice, so that it is seen on any ground. */
export function stroke(context: CanvasRenderingContext2D, colour: string, width = 2): void {
  context.lineJoin = 'round';
  context.strokeStyle = inks.halo;
  context.lineWidth = width + 2.5;
  context.stroke();
  context.strokeStyle = colour;
  context.lineWidth = width;
  context.stroke();
}

/** Draws the sights about the place of the walk: a circle with a line on each side. */
export function drawSights(context: CanvasRenderingContext2D, [x, y]: Place): void {
  context.beginPath();
  context.arc(x, y, 9, 0, 2 * Math.PI);
  for (const [dx, dy] of [
    [1, 0],
    [-1, 0],
    [0, 1],
    [0, -1],
  ] as const) {
    context.moveTo(x + 9 * dx, y + 9 * dy);
    context.lineTo(x + 15 * dx, y + 15 * dy);
  }
  stroke(context, inks.text, 2.5);
}

/**
 * Draws ellipses of one and two standard deviations.
 * @param radii of one deviation, in pixels
 * @param angle of the first radius, clockwise
 */
export function drawDeviations(
  context: CanvasRenderingContext2D,
  [x, y]: Place,
  radii: readonly [number, number],
  angle = 0,
): void {
  for (const deviations of [1, 2]) {
    const [first, second] = radii.map((radius) => Math.max(1, deviations * radius));
    context.beginPath();
    context.ellipse(x, y, first!, second!, angle, 0, 2 * Math.PI);
    context.setLineDash(deviations === 1 ? [] : [5, 4]);
    stroke(context, inks.posterior);
  }
  context.setLineDash([]);
}
