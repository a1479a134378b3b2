import { classLook } from '../../../../src/report/class-colours.js';
import { type Place, toScreen, type Viewport } from '../explore/map/viewport.js';
import { encoded, model, showsPoints, sigma, z } from './play.js';

const inks = { line: '#f3f6f9', halo: '#12161a', posterior: '#7fd0ff' };

/** Strokes a line twice, so that it is seen on any ground. */
function stroke(context: CanvasRenderingContext2D, colour: string, width: number): void {
  context.strokeStyle = inks.halo;
  context.lineWidth = width + 2.5;
  context.stroke();
  context.strokeStyle = colour;
  context.lineWidth = width;
  context.stroke();
}

/** Draws over the images: the test digits as points, the posterior, and the place of the walk. */
export function drawOver(canvas: HTMLCanvasElement, view: Viewport): void {
  const ratio = devicePixelRatio;
  const [width, height] = [view.width * ratio, view.height * ratio].map(Math.round);
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  const context = canvas.getContext('2d')!;
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, view.width, view.height);
  if (showsPoints.value) drawDots(context, view);
  const [mean, deviation] = [encoded.value?.mean, sigma.value];
  if (mean && deviation) drawPosterior(context, view, mean, deviation);
  drawMarker(context, within(view, toScreen(view, z.value)));
}

/** A place of the map, at its edge where it would lie outside. */
function within({ width, height }: Viewport, [x, y]: Place): Place {
  return [Math.min(width, Math.max(0, x)), Math.min(height, Math.max(0, y))];
}

function drawDots(context: CanvasRenderingContext2D, view: Viewport): void {
  const { mean, labels } = model.value!.posteriors;
  labels.forEach((label, i) => {
    const [x, y] = toScreen(view, [mean[2 * i]!, mean[2 * i + 1]!]);
    context.fillStyle = classLook(label, 'onDark').colour;
    context.fillRect(x - 1.5, y - 1.5, 3, 3);
  });
}

/** Ellipses of one and two standard deviations about the mean. */
function drawPosterior(
  context: CanvasRenderingContext2D,
  view: Viewport,
  mean: Float32Array,
  deviation: Float32Array,
): void {
  const [x, y] = toScreen(view, [mean[0]!, mean[1]!]);
  for (const times of [1, 2]) {
    const [across, up] = [...deviation].map((each) => Math.max(1, times * each * view.unit));
    context.beginPath();
    context.ellipse(x, y, across!, up!, 0, 0, 2 * Math.PI);
    context.setLineDash(times === 1 ? [] : [5, 4]);
    stroke(context, inks.posterior, 2);
  }
  context.setLineDash([]);
}

function drawMarker(context: CanvasRenderingContext2D, [x, y]: Place): void {
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
  stroke(context, inks.line, 2.5);
}
