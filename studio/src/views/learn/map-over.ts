import { classLook } from '../../../../src/report/class-colours.js';
import { drawDeviations, drawSights } from '../explore/map/marks.js';
import { type Place, toScreen, type Viewport } from '../explore/map/viewport.js';
import { encoded, model, showsPoints, sigma, z } from './play.js';

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
  if (mean && deviation) {
    const radii = [deviation[0]! * view.unit, deviation[1]! * view.unit] as const;
    drawDeviations(context, toScreen(view, [mean[0]!, mean[1]!]), radii);
  }
  drawSights(context, within(view, toScreen(view, z.value)));
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
