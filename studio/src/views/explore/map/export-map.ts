import { type ClassLook, pointShapes } from '../../../../../src/report/class-colours.js';
import { escaped, svgOf } from '../../../ui/export/drawing.js';
import { csvOf, pngOf } from '../../../ui/export/files.js';
import { type Exploration, rowOf } from '../exploration.js';
import type { MapState } from './map-state.js';
import { radiusIn, rim } from './points.js';
import { type Place, toScreen, type Viewport } from './viewport.js';

/** Pixels of a picture for a CSS pixel. */
const ratio = 2;

/** Lengths of the legend under the map, in CSS pixels, and its look. */
const legend = { line: 24, gap: 18, mark: 14, font: '13px system-ui, sans-serif' };

const [ground, ink] = ['#12161a', '#f3f6f9'];

/** Writes a point at a place. */
type Mark = (look: ClassLook, place: Place, scale: number) => string;

/** An entry of the legend at its place under the map. */
interface Sign {
  readonly label: number;
  readonly name: string;
  readonly x: number;
  readonly y: number;
}

/** The names of the classes that are shown, in lines as wide as the map. */
function signsOf(map: MapState, exploration: Exploration, { width, height }: Viewport): Sign[] {
  const names = exploration.grouping.peek()?.names ?? exploration.data.peek()?.info.classNames;
  const ruler = document.createElement('canvas').getContext('2d')!;
  ruler.font = legend.font;
  let [x, y] = [legend.gap, height + legend.line / 2];
  return map.shownClasses.peek().map((label) => {
    const name = names?.[label] ?? String(label);
    const length = legend.mark + ruler.measureText(name).width + legend.gap;
    if (x + length > width && x > legend.gap) [x, y] = [legend.gap, y + legend.line];
    const sign = { label, name, x, y };
    x += length;
    return sign;
  });
}

const heightWith = (signs: readonly Sign[], { height }: Viewport) =>
  signs.length === 0 ? height : signs.at(-1)!.y + legend.line / 2;

/** A canvas of the map's size with the decoded images, and with the points where they are wanted. */
function painted(map: MapState, view: Viewport, hasPoints: boolean): HTMLCanvasElement {
  const [images, points] = [document.createElement('canvas'), document.createElement('canvas')];
  for (const canvas of [images, points]) {
    Object.assign(canvas, { width: view.width * ratio, height: view.height * ratio });
  }
  const context = images.getContext('2d')!;
  context.scale(ratio, ratio);
  context.fillStyle = ground;
  context.fillRect(0, 0, view.width, view.height);
  map.paintImages(context, view);
  if (!hasPoints) return images;
  map.paintPoints(points.getContext('2d')!, view, ratio);
  context.drawImage(points, 0, 0, view.width, view.height);
  map.paintOverlay(context, view);
  return images;
}

/** The map's view as a PNG file, with the classes under it. */
export async function mapPng(map: MapState, exploration: Exploration): Promise<Blob> {
  const view = map.view.peek()!;
  const signs = signsOf(map, exploration, view);
  const canvas = document.createElement('canvas');
  const height = heightWith(signs, view);
  Object.assign(canvas, { width: view.width * ratio, height: height * ratio });
  const context = canvas.getContext('2d')!;
  context.scale(ratio, ratio);
  context.fillStyle = ground;
  context.fillRect(0, 0, view.width, height);
  context.drawImage(painted(map, view, true), 0, 0, view.width, view.height);
  context.font = legend.font;
  context.textBaseline = 'middle';
  for (const { label, name, x, y } of signs) {
    const { colour, shape } = map.styleOf(label);
    context.save();
    context.translate(x, y);
    context.scale(4.5, 4.5);
    context.fillStyle = colour;
    context.fill(new Path2D(pointShapes[shape]));
    context.restore();
    context.fillStyle = ink;
    context.fillText(name, x + legend.mark, y);
  }
  return pngOf(canvas);
}

const round = (value: number) => Number(value.toFixed(1));

const mark: Mark = ({ colour, shape }, [x, y], scale) =>
  `<use href="#${shape}" fill="${colour}" transform="translate(${round(x)} ${round(y)}) scale(${round(scale)})"/>`;

/** The map's view as an SVG file: all but the decoded images are shapes. */
export async function mapSvg(map: MapState, exploration: Exploration): Promise<string> {
  const view = map.view.peek()!;
  const signs = signsOf(map, exploration, view);
  const [width, height] = [view.width, heightWith(signs, view)];
  const overlay = svgOf(view.width, view.height, (context) => map.paintOverlay(context, view));
  const shapes = Object.entries(pointShapes).map(([id, d]) => `<path id="${id}" d="${d}"/>`);
  const images = painted(map, view, false).toDataURL('image/png');
  const names = signs.map(
    ({ label, name, x, y }) =>
      mark(map.styleOf(label), [x, y], 4.5) +
      `<text x="${round(x + legend.mark)}" y="${round(y)}" dominant-baseline="middle">${escaped(name)}</text>`,
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">`,
    `<defs>${shapes.join('')}</defs><rect width="${width}" height="${height}" fill="${ground}"/>`,
    `<image href="${images}" width="${view.width}" height="${view.height}"/>`,
    pointsSvg(map, view, mark),
    overlay,
    `<g fill="${ink}" font-family="system-ui, sans-serif" font-size="13">${names.join('')}</g></svg>`,
  ].join('\n');
}

/** The points that are seen, in the order in which the map draws them. */
function pointsSvg(map: MapState, view: Viewport, mark: Mark): string {
  if (!map.showsPoints.peek()) return '';
  const { places, labels, size } = map.points.peek();
  const marks: string[] = [];
  for (let i = 0; i < size; i++) {
    const at = toScreen(view, [places[2 * i]!, places[2 * i + 1]!]);
    const { shown, ...look } = map.styleOf(labels?.[i]);
    if (!shown || at[0] < 0 || at[1] < 0 || at[0] > view.width || at[1] > view.height) continue;
    marks.push(mark(look, at, radiusIn(view)));
  }
  return `<g stroke="${rim}" stroke-width="0.2">${marks.join('')}</g>`;
}

/** The examples on the map as a table: their places in the data and on the map, and their latents. */
export function mapCsv(map: MapState, exploration: Exploration): string {
  const data = exploration.data.peek()!;
  const { places } = map.points.peek();
  const [x, y] = map.names.peek();
  const latents = Array.from({ length: data.mean.dims[1]! }, (_, i) => `z${i + 1}`);
  const rows = Array.from(data.places, (place, i) => [
    place,
    ...(data.labels ? [data.labels[i]!] : []),
    places[2 * i]!,
    places[2 * i + 1]!,
    ...rowOf(data.mean, i),
  ]);
  const head = ['place', ...(data.labels ? ['class'] : []), `map_${x}`, `map_${y}`, ...latents];
  return csvOf([head, ...rows]);
}
