import { ticks } from 'd3-array';
import type { Context2D } from './canvas.js';
import { createCanvas } from './canvas.js';
import { classLook, type Ground } from './class-colours.js';
import type { Size } from './images.js';
import { type Range, rangesOf, type SequenceBatch } from './sequences.js';
import { canvasFont, pixels, style } from './style.js';

/*
 * Sequences as lines: small panels of one size beside one another, whose axes are the same, so that they
 * can be compared. Each channel has a colour.
 */

/** Style in which a line is drawn; the width is in points. */
export interface LineStyle {
  readonly width: number;
  /** Opacity from 0, not seen, to 1. */
  readonly opacity: number;
}

/** Sequences of one style, such as all originals, with their name for the legend. */
export interface LineLayer extends LineStyle {
  readonly name?: string;
  readonly batch: SequenceBatch;
}

/** A panel: the sequence of each layer that is drawn into it, and its title. */
export interface Panel {
  readonly index: number;
  readonly title?: string | undefined;
}

/** A place on a canvas, in pixels. */
interface Place extends Size {
  readonly left: number;
  readonly top: number;
}

const channelColour = (channel: number, ground?: Ground) => classLook(channel, ground).colour;

/** Channels share an axis while their common range is at most so many times the smallest range. */
const mostRatio = 20;

/** The scale of each channel, and whether it is one for all. */
export interface Scales {
  readonly ranges: readonly Range[];
  readonly isShared: boolean;
}

const widened = ([least, most]: Range): Range => {
  const padding = 0.04 * (most - least || Math.abs(most) || 1);
  return [least - padding, most + padding];
};

/** One scale for all channels, or one for each where their ranges have little in common. */
export function scalesOf(batches: readonly SequenceBatch[]): Scales {
  const ranges = rangesOf(batches);
  const least = Math.min(...ranges.map(([low]) => low));
  const most = Math.max(...ranges.map(([, high]) => high));
  const smallest = Math.min(...ranges.map(([low, high]) => high - low || Infinity));
  const isShared = !(most - least > mostRatio * smallest) || ranges.length === 1;
  return isShared
    ? { ranges: ranges.map(() => widened([least, most])), isShared }
    : { ranges: ranges.map(widened), isShared };
}

/** Draws the values of a channel as a line over a place. */
export function drawLine(
  context: Context2D,
  values: Float32Array,
  { left, top, width, height }: Place,
  [least, most]: Range,
): void {
  const across = values.length > 1 ? width / (values.length - 1) : 0;
  const at = (value: number) => top + height * (1 - (value - least) / (most - least));
  context.beginPath();
  let isDown = false;
  values.forEach((value, step) => {
    if (!Number.isFinite(value)) {
      isDown = false;
      return;
    }
    const [x, y] = [left + step * across, Math.min(top + height, Math.max(top, at(value)))];
    if (isDown) context.lineTo(x, y);
    else context.moveTo(x, y);
    isDown = true;
    // One step alone is a level, as a point would be too small to see.
    if (values.length === 1) context.lineTo(left + width, y);
  });
  context.stroke();
}

/** Draws the sequences of all layers over a place, one over the other. */
export function drawSequences(
  context: Context2D,
  layers: readonly LineLayer[],
  index: number,
  place: Place,
  { ranges }: Scales,
  ground?: Ground,
): void {
  context.save();
  context.lineJoin = 'round';
  for (const { batch, width, opacity } of layers) {
    context.lineWidth = width * style.resolution;
    context.globalAlpha = opacity;
    for (let channel = 0; channel < batch.channels; channel++) {
      context.strokeStyle = channelColour(channel, ground);
      drawLine(context, batch.line(index, channel), place, ranges[channel]!);
    }
  }
  context.restore();
}

/** A tick's value, which is a short one, with a true minus sign. */
const tickLabel = (value: number) => String(Number(value.toPrecision(6))).replace('-', '−');

/** Lengths between panels and around them, in pixels. */
const gap = pixels(8);
const tickGap = pixels(4);
const lineHeight = pixels(style.labelSize + 5);

/** An entry of a legend. */
interface Sign extends LineStyle {
  readonly name: string;
  readonly colour: string;
}

/** Layers by their names, and channels by their colours where there are several. */
function legendOf(layers: readonly LineLayer[], { isShared }: Scales): Sign[] {
  const { channels } = layers[0]!.batch;
  const colour = channels > 1 ? style.text : channelColour(0);
  const named = layers.flatMap(({ name, width, opacity }) =>
    name === undefined ? [] : [{ name, width, opacity, colour }],
  );
  const each = Array.from({ length: channels > 1 ? channels : 0 }, (_, channel) => ({
    name: `channel ${channel}${isShared ? '' : ', in its own scale'}`,
    width: 2,
    opacity: 1,
    colour: channelColour(channel),
  }));
  return [...named, ...each];
}

/** Draws a legend from a place on, in lines no longer than `width`. @returns its height */
function drawLegend(
  context: Context2D,
  signs: readonly Sign[],
  { left, top, width }: Omit<Place, 'height'>,
): number {
  const stroke = pixels(18);
  let [x, y] = [left, top];
  context.font = canvasFont(style.labelSize);
  context.textAlign = 'left';
  context.textBaseline = 'middle';
  for (const { name, colour, opacity, width: line } of signs) {
    const length = stroke + tickGap + context.measureText(name).width;
    if (x > left && x + length > left + width) [x, y] = [left, y + lineHeight];
    context.save();
    context.globalAlpha = opacity;
    context.lineWidth = line * style.resolution;
    context.strokeStyle = colour;
    context.beginPath();
    context.moveTo(x, y + lineHeight / 2);
    context.lineTo(x + stroke, y + lineHeight / 2);
    context.stroke();
    context.restore();
    context.fillStyle = style.text;
    context.fillText(name, x + stroke + tickGap, y + lineHeight / 2);
    x += length + pixels(14);
  }
  return signs.length === 0 ? 0 : y + lineHeight - top;
}

/** Draws the frame of a panel, with lines where its values have ticks, and its title. */
function drawFrame(
  context: Context2D,
  place: Place,
  heights: readonly number[],
  title: string | undefined,
): void {
  const { left, top, width, height } = place;
  context.strokeStyle = style.grid;
  context.lineWidth = pixels(1) / 2;
  context.strokeRect(left, top, width, height);
  for (const y of heights) context.strokeRect(left, y, width, 0);
  if (title === undefined) return;
  context.font = canvasFont(style.labelSize);
  context.fillStyle = style.text;
  context.textAlign = 'left';
  context.textBaseline = 'bottom';
  context.fillText(title, left, top - pixels(2));
}

/**
 * Draws panels in rows as a PNG file, with the axes at the left and under the last row.
 * @param rows at least one panel in all
 * @param layers the first is drawn first, under the others
 * @param size of a panel in points
 */
export async function drawPanels(
  rows: readonly (readonly Panel[])[],
  layers: readonly LineLayer[],
  size: Size,
): Promise<Uint8Array> {
  const scales = scalesOf(layers.map(({ batch }) => batch));
  const [range] = scales.ranges as [Range];
  const values = scales.isShared ? ticks(...range, 3) : [];
  const ruler = (await createCanvas(1, 1)).context;
  ruler.font = canvasFont(style.labelSize);
  const labelWidth = Math.max(0, ...values.map((each) => ruler.measureText(tickLabel(each)).width));
  const cell = { width: pixels(size.width), height: pixels(size.height) };
  const hasTitles = rows.some((row) => row.some(({ title }) => title !== undefined));
  const rowHeight = cell.height + gap + (hasTitles ? lineHeight : 0);
  const columns = Math.max(...rows.map((row) => row.length));
  const margin = pixels(style.margin);
  const left = margin + Math.ceil(labelWidth) + tickGap;
  const width = columns * (cell.width + gap) - gap;
  const signs = legendOf(layers, scales);
  const legend = drawLegend(ruler, signs, { left: 0, top: 0, width });
  const top = margin + (legend > 0 ? legend + gap : 0) + (hasTitles ? lineHeight : 0);
  const bottom = top + rows.length * rowHeight - gap - (hasTitles ? lineHeight : 0);

  const canvas = await createCanvas(
    left + width + margin + tickGap,
    bottom + tickGap + lineHeight + margin,
  );
  const { context } = canvas;
  drawLegend(context, signs, { left, top: margin, width });
  rows.forEach((row, line) => {
    const placeOf = (column: number): Place => ({
      left: left + column * (cell.width + gap),
      top: top + line * rowHeight,
      ...cell,
    });
    const heights = values.map((value) => {
      const [least, most] = range;
      return placeOf(0).top + cell.height * (1 - (value - least) / (most - least));
    });
    row.forEach(({ index, title }, column) => {
      drawFrame(context, placeOf(column), heights, title);
      drawSequences(context, layers, index, placeOf(column), scales);
    });
    context.font = canvasFont(style.labelSize);
    context.fillStyle = style.text;
    context.textAlign = 'right';
    context.textBaseline = 'middle';
    heights.forEach((y, i) => {
      context.fillText(tickLabel(values[i]!), left - tickGap, y);
    });
  });
  drawSteps(context, layers[0]!.batch.steps, { left, top: bottom, width: cell.width });
  return canvas.png();
}

/** Draws the first and the last step under a panel, and the word `step` between them. */
function drawSteps(
  context: Context2D,
  steps: number,
  { left, top, width }: Omit<Place, 'height'>,
): void {
  context.font = canvasFont(style.labelSize);
  context.fillStyle = style.text;
  context.textBaseline = 'top';
  const text = (words: string, align: CanvasTextAlign, x: number) => {
    context.textAlign = align;
    context.fillText(words, x, top + tickGap);
  };
  text('0', 'left', left);
  if (steps > 1) text(String(steps - 1), 'right', left + width);
  text('step', 'center', left + width / 2);
}
