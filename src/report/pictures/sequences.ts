import { UserError } from '../../base/errors.js';
import { formatShape } from '../../base/excerpt.js';
import { placesByClass } from '../../data/changes/spread.js';
import type { Size } from '../images.js';
import type { LatentGrid } from '../latent-grid.js';
import { drawPanels, drawSequences, type LineLayer, type Panel, scalesOf } from '../panels.js';
import { readSequences, type SequenceBatch, type Sequences } from '../sequences.js';
import { pixels } from '../style.js';
import { drawLatentFrame } from './latent-frame.js';
import type { SamplesOptions } from './samples.js';

/** A picture has room for so many panels. */
export const mostSequences = 400;

const thin = { width: 1.2, opacity: 1 };
const wide = { width: 3.5, opacity: 0.3 };

/** All panels together are about so wide, in points; each is half as high as it is wide. */
const pictureWidth = 900;

function panelSize(columns: number): Size {
  const width = Math.min(320, Math.max(60, Math.round(pictureWidth / columns)));
  return { width, height: Math.round(width / 2) };
}

/** @throws UserError when there is no room for so many */
function checkCount({ count }: SequenceBatch, what: string): void {
  if (count <= mostSequences) return;
  throw new UserError(
    `${what}: a picture has room for ${mostSequences} sequences, not ${count}. Give fewer.`,
  );
}

/** Panels in rows of so many. */
function inRows(panels: readonly Panel[], columns: number): Panel[][] {
  return Array.from({ length: Math.ceil(panels.length / columns) }, (_, row) =>
    panels.slice(row * columns, (row + 1) * columns),
  );
}

/**
 * Sequences as lines, a panel each, all on the same axes; each channel has a colour. With labels, each
 * class begins a row, and its name stands over its panels.
 * @param sequences shape [N, T] or [N, C, T]
 * @returns a PNG file
 * @throws UserError when the values are no sequences, when labels and sequences differ in count, or when
 *   there are more than 400
 */
export async function sequencesPicture(
  sequences: Sequences,
  { columns, labels, classNames = [] }: SamplesOptions = {},
): Promise<Uint8Array> {
  const batch = readSequences(sequences, 'Sequences');
  checkCount(batch, 'Sequences');
  if (labels && labels.length !== batch.count) {
    throw new UserError(
      `Sequences: ${batch.count} sequences but ${labels.length} labels. Give one label a sequence.`,
    );
  }
  const groups = labels
    ? placesByClass(labels).map(([label, places]) =>
        places.map((index): Panel => ({ index, title: classNames[label] ?? String(label) })),
      )
    : [Array.from({ length: batch.count }, (_, index): Panel => ({ index }))];
  const longest = Math.max(...groups.map((group) => group.length));
  const across = columns ?? (labels ? Math.min(8, longest) : Math.ceil(Math.sqrt(batch.count)));
  const rows = groups.flatMap((group) => inRows(group, across));
  return drawPanels(rows, [{ batch, ...thin }], panelSize(across));
}

/**
 * Originals as wide, pale lines and their reconstructions as thin ones over them, a panel an example; each
 * channel has a colour.
 * @param originals shape [N, T] or [N, C, T]
 * @param reconstructions likewise, one an original
 * @param options.columns panels beside one another; by their number when left out
 * @returns a PNG file
 * @throws UserError when the values are no sequences of one shape, or more than 400
 */
export async function sequenceReconstructionsPicture(
  originals: Sequences,
  reconstructions: Sequences,
  options: { readonly columns?: number } = {},
): Promise<Uint8Array> {
  const below = readSequences(originals, 'Originals');
  const above = readSequences(reconstructions, 'Reconstructions');
  checkCount(below, 'Originals');
  const [shape, otherShape] = [below, above].map(({ count, channels, steps }) =>
    formatShape([count, channels, steps]),
  );
  if (shape !== otherShape) {
    throw new UserError(
      `Originals have the shape ${shape}, reconstructions ${otherShape}. Give one reconstruction an original.`,
    );
  }
  const columns = options.columns ?? Math.max(1, Math.round(Math.sqrt(below.count / 2)));
  const panels = Array.from({ length: below.count }, (_, index) => ({ index }));
  const layers: LineLayer[] = [
    { name: 'original', batch: below, ...wide },
    { name: 'reconstruction', batch: above, ...thin },
  ];
  return drawPanels(inRows(panels, columns), layers, panelSize(Math.max(3, columns)));
}

/** A panel of a manifold, in points. */
const manifoldPanel: Size = { width: 56, height: 36 };

/**
 * Decoded sequences over a grid of two latents, as lines: z₁ grows to the right, z₂ upwards, and the axes
 * tell their values.
 * @param sequences the decoded points of `grid`, in their order: shape [rows · columns, T] or [rows ·
 *   columns, C, T]
 * @returns a PNG file
 * @throws UserError when the values are no sequences, or not one for each point
 */
export async function sequenceManifoldPicture(
  sequences: Sequences,
  grid: Omit<LatentGrid, 'points'>,
): Promise<Uint8Array> {
  const batch = readSequences(sequences, 'Manifold');
  const { columns, rows } = grid;
  if (batch.count !== columns * rows) {
    throw new UserError(
      `A manifold of ${columns} columns and ${rows} rows needs ${columns * rows} sequences, not ${batch.count}.`,
    );
  }
  const cell = { width: pixels(manifoldPanel.width), height: pixels(manifoldPanel.height) };
  const scales = scalesOf([batch]);
  const space = pixels(3);
  return drawLatentFrame(grid, cell, ({ context }, left, top) => {
    for (let index = 0; index < batch.count; index++) {
      const [row, column] = [Math.floor(index / columns), index % columns];
      const place = {
        left: left + column * cell.width + space,
        top: top + row * cell.height + space,
        width: cell.width - 2 * space,
        height: cell.height - 2 * space,
      };
      drawSequences(context, [{ batch, ...thin }], index, place, scales);
    }
  });
}
