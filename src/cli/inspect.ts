import { type DataCard, describeOpened } from '../data/card.js';
import { ofEachClass } from '../data/changes/spread.js';
import { readRange } from '../data/dataset.js';
import { type OpenedData, openDataset } from '../data/datasets.js';
import { describeInput } from '../data/input.js';
import type { ReadOptions } from '../data/read-options.js';
import { cardLines, counted, describeExample, describeParts } from '../report/card-lines.js';
import { formatNumber } from '../report/number.js';
import { readingFor } from '../vae/config/reading.js';
import { resolveRun } from '../vae/config/resolve.js';
import type { CompleteRun } from '../vae/config/run-config.js';
import { writePicture } from './draw.js';
import { isDrawn } from './sheets.js';

/** Options of `vaekit inspect`, beside the options of reading. */
export interface InspectOptions {
  readonly json?: boolean;
  readonly out?: string;
}

/** Examples in the picture. */
const shown = 20;

/** Examples that are looked at in a folder of pictures. */
const sample = 200;

/** A data card in lines for people. */
function formatCard(card: DataCard, { model, training }: CompleteRun, preset: string): string {
  const { type = model.likelihood } = model.likelihood as { type?: unknown };
  const scaling = model.example?.scaling === 'standardize' ? ', of standardized values' : '';
  const lines = [
    ...cardLines(card),
    [
      'training',
      `preset ${preset}, ${counted(model.latent, 'latent')}, likelihood ${String(type)}${scaling}, ${counted(training.epochs, 'epoch')} in batches of ${training.batchSize}`,
    ] as const,
  ];
  const width = Math.max(...lines.map(([name]) => name.length));
  return [card.name, ...lines.map(([name, text]) => `  ${name.padEnd(width)}  ${text}`)].join('\n');
}

/** Data in one line: its examples, values and parts. */
export async function describeShortly(opened: OpenedData): Promise<string> {
  const card = await describeOpened(opened);
  const { least, most } = card.values;
  const { classes } = card.parts.train;
  const labelled = classes ? `, ${counted(classes.length, 'class', 'classes')}` : '';
  // Values of different columns have no range together.
  const reach = card.table ? '' : `, from ${formatNumber(least)} to ${formatNumber(most)}`;
  return `${card.name}: ${describeExample(card)}${reach}${labelled}; ${describeParts(card)}`;
}

/** Twenty examples of all classes as a picture. */
async function writeExamples({ train }: OpenedData, path: string): Promise<void> {
  const input = describeInput(train.shape);
  if (!isDrawn(input)) {
    process.stderr.write('No picture is drawn: the examples are no pictures and no sequences.\n');
    return;
  }
  const report = await import('../report/index.js');
  const chosen = ofEachClass(train, shown);
  const examples = await readRange(chosen, 0, chosen.size);
  const picture =
    input.kind === 'sequence'
      ? report.sequencesPicture(examples)
      : report.samplesPicture(examples, { columns: shown / 2 });
  await writePicture(path, await picture);
}

/** `vaekit inspect`: tells how data is read and why, and which settings a training would have. */
export async function inspect(
  spec: string,
  reading: ReadOptions,
  { json, out }: InspectOptions,
): Promise<void> {
  const opened = await openDataset(spec, { ...readingFor(reading), sample });
  const card = await describeOpened(opened);
  const data = { ...opened.train, values: card.values };
  const run = resolveRun({ given: {}, data, spec, name: 'options' });
  if (json) {
    const { likelihood, example, latent } = run.model;
    const { epochs, batchSize } = run.training;
    const training = { preset: run.preset, likelihood, example, latent, epochs, batchSize };
    process.stdout.write(`${JSON.stringify({ ...card, training })}\n`);
  } else {
    process.stdout.write(`${formatCard(card, run, String(run.preset))}\n`);
  }
  if (out !== undefined) await writeExamples(opened, out);
}
