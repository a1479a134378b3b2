import {
  type LatentPlane,
  placeOn,
  posteriorEllipse,
} from '../../../../../src/vae/latent-space/index.js';
import { tickText } from '../../../ui/number.js';
import type { Exploration } from '../exploration.js';
import { drawDeviations, drawSights, inks, stroke } from './marks.js';
import { boundsOf, type Place, ticks, toScreen, type Viewport } from './viewport.js';

type Context = CanvasRenderingContext2D;

const tickGap = 80;

function text(context: Context, words: string, [x, y]: Place): void {
  context.lineJoin = 'round';
  context.lineWidth = 3.5;
  context.strokeStyle = inks.halo;
  context.strokeText(words, x, y);
  context.fillStyle = inks.text;
  context.fillText(words, x, y);
}

/** Ticks along the lower and the left edge. */
function drawAxes(context: Context, view: Viewport, names: readonly [string, string]) {
  const { left, right, bottom, top } = boundsOf(view);
  context.font = '12px system-ui, sans-serif';
  context.textAlign = 'center';
  context.textBaseline = 'bottom';
  for (const x of ticks(left, right, view.unit, tickGap)) {
    const [at] = toScreen(view, [x, 0]);
    if (at < 48 || at > view.width - 70) continue;
    context.beginPath();
    context.moveTo(at, view.height);
    context.lineTo(at, view.height - 5);
    stroke(context, inks.text, 1);
    text(context, tickText(x), [at, view.height - 6]);
  }
  context.textAlign = 'right';
  text(context, `${names[0]} →`, [view.width - 8, view.height - 6]);
  context.textAlign = 'left';
  context.textBaseline = 'middle';
  for (const y of ticks(bottom, top, view.unit, tickGap)) {
    const [, at] = toScreen(view, [0, y]);
    if (at < 34 || at > view.height - 24) continue;
    context.beginPath();
    context.moveTo(0, at);
    context.lineTo(5, at);
    stroke(context, inks.text, 1);
    text(context, tickText(y), [8, at]);
  }
  context.textBaseline = 'top';
  text(context, `${names[1]} ↑`, [8, 8]);
}

/** Ellipses of one and two standard deviations. */
function drawEllipse(
  context: Context,
  view: Viewport,
  plane: LatentPlane,
  { mean, logVariance }: { mean: Float32Array; logVariance: Float32Array },
): void {
  const { x, y, major, minor, angle } = posteriorEllipse(plane, mean, logVariance);
  const radii = [major * view.unit, minor * view.unit] as const;
  // The plane's second direction goes up, the canvas's down.
  drawDeviations(context, toScreen(view, [x, y]), radii, -angle);
}

/** A mark at the edge that points to a place beyond it. */
function drawEdgeMark(context: Context, { width, height }: Viewport, [x, y]: Place): void {
  const within = (at: number, size: number) => Math.min(size - 16, Math.max(16, at));
  const [left, top] = [within(x, width), within(y, height)];
  context.save();
  context.translate(left, top);
  context.rotate(Math.atan2(y - top, x - left));
  context.beginPath();
  context.moveTo(12, 0);
  context.lineTo(-7, -9);
  context.lineTo(-7, 9);
  context.closePath();
  stroke(context, inks.text, 2.5);
  context.fillStyle = inks.text;
  context.fill();
  context.restore();
}

function drawMarker(context: Context, view: Viewport, place: Place): void {
  const [x, y] = toScreen(view, place);
  if (x < 0 || y < 0 || x > view.width || y > view.height) {
    drawEdgeMark(context, view, [x, y]);
    return;
  }
  drawSights(context, [x, y]);
  context.beginPath();
  context.arc(x, y, 2, 0, 2 * Math.PI);
  context.fillStyle = inks.text;
  context.fill();
}

function drawPath(context: Context, view: Viewport, plane: LatentPlane, path: Float32Array) {
  const width = plane.origin.length;
  const places = Array.from({ length: path.length / width }, (_, i) =>
    toScreen(view, placeOn(plane, path.subarray(i * width, (i + 1) * width))),
  );
  context.beginPath();
  for (const [x, y] of places) context.lineTo(x, y);
  stroke(context, inks.path, 2.5);
  for (const [x, y] of [places[0]!, places.at(-1)!]) {
    context.beginPath();
    context.arc(x, y, 4, 0, 2 * Math.PI);
    stroke(context, inks.path, 2);
    context.fillStyle = inks.path;
    context.fill();
  }
}

/** Draws over images and points: axes, path, posterior and the place of the walk. */
export function drawOverlay(
  context: Context,
  view: Viewport,
  exploration: Exploration,
  names: readonly [string, string],
): void {
  const plane = exploration.plane.value;
  if (!plane) return;
  const [path, posterior] = [exploration.path.value, exploration.posterior.value];
  drawAxes(context, view, names);
  if (path) drawPath(context, view, plane, path.data as Float32Array);
  if (posterior) drawEllipse(context, view, plane, posterior);
  drawMarker(context, view, exploration.place.value);
}
