import { styleText } from 'node:util';
import { formatDuration, formatNumber } from './number.js';

/** A stream that progress is written to; `process.stdout` is one. */
export interface ProgressStream {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  /** Width of the terminal in characters. */
  readonly columns?: number;
  /**
   * Tells whether the terminal shows colours and the user wants them (NO_COLOR); as Node's streams
   * have it.
   */
  hasColors?(): boolean;
}

/** Tells where training stands inside an epoch. */
export interface StepUpdate {
  /** Counts from 1. */
  readonly epoch: number;
  /** Steps done in this epoch. */
  readonly step: number;
  readonly steps: number;
  /** Shown in their order, under any names. */
  readonly metrics: Readonly<Record<string, number>>;
  readonly millisecondsPerStep: number;
}

/** An epoch that is over: every further number is a metric and shown, in their order. */
export interface EpochEnd {
  readonly epoch: number;
  readonly steps: number;
  readonly seconds: number;
  readonly [metric: string]: number;
}

/** The live line of a training run. The functions need no `this`. */
export interface Progress {
  /**
   * Redraws the line on a terminal, at most 20 times a second and at the epoch's last step;
   * elsewhere does nothing.
   */
  update(this: void, update: StepUpdate): void;
  /** Writes the epoch's last line, whole. */
  epochEnd(this: void, end: EpochEnd): void;
  /** Writes a line of its own, above the redrawn one. */
  note(this: void, text: string): void;
  /** Leaves the terminal on a new line when an epoch was under way. */
  close(this: void): void;
}

export interface ProgressOptions {
  /** Epochs of the whole run. */
  readonly epochs: number;
  /** A clock in milliseconds. */
  readonly now?: () => number;
}

const redrawMilliseconds = 50;
const barWidth = 10;
const defaultColumns = 80;
const clearToEndOfLine = '\x1b[K';

/** A part of a line, and how it looks where there are colours. */
interface Part {
  readonly text: string;
  readonly look?: 'green' | 'dim';
}

/** `0.20 ms/step`, `13 ms/step`, `1.2 s/step`. */
function pace(millisecondsPerStep: number): string {
  if (millisecondsPerStep >= 1000) return `${(millisecondsPerStep / 1000).toFixed(1)} s/step`;
  return `${millisecondsPerStep.toFixed(millisecondsPerStep < 10 ? 2 : 0)} ms/step`;
}

function bar(done: number): Part[] {
  const full = Math.min(barWidth, Math.floor(done * barWidth));
  return [
    { text: '━'.repeat(full), look: 'green' },
    { text: '─'.repeat(barWidth - full), look: 'dim' },
    { text: ' ' },
  ];
}

/** Cuts a line to a width; every character of it takes one column. */
function cut(parts: readonly Part[], width: number): Part[] {
  let left = width;
  return parts.map((part) => {
    const text = part.text.slice(0, Math.max(0, left));
    left -= part.text.length;
    return { ...part, text };
  });
}

/**
 * Shows training as Keras does, a line an epoch:
 * `Epoch 3/30  1875/1875 ━━━━━━━━━━ 0s 0.20 ms/step  loss 199.64  kl 1.7012  val_loss 198.93`.
 * On a terminal the line is redrawn in place with the time left, cut to the terminal's width, and
 * at the epoch's end gives the time taken. Elsewhere each epoch is one plain line without a bar.
 */
export function createProgress(stream: ProgressStream, options: ProgressOptions): Progress {
  const now = options.now ?? (() => performance.now());
  // A dumb terminal cannot clear a line.
  const live = stream.isTTY === true && process.env.TERM !== 'dumb';
  const coloured = live && (stream.hasColors?.() ?? false);
  let lastDraw = Number.NEGATIVE_INFINITY;
  let unfinished = false;

  const render = (parts: readonly Part[]) =>
    parts
      .map(({ text, look }) =>
        coloured && look && text ? styleText(look, text, { validateStream: false }) : text,
      )
      .join('');

  const line = (update: StepUpdate, seconds: number): Part[] => {
    const { epoch, step, steps, metrics, millisecondsPerStep } = update;
    const total = String(steps);
    const numbers = Object.entries(metrics).map(
      ([name, value]) => `  ${name} ${formatNumber(value)}`,
    );
    return [
      {
        text: `Epoch ${epoch}/${options.epochs}  ${String(step).padStart(total.length)}/${total} `,
      },
      ...(live ? bar(step / steps) : []),
      { text: `${formatDuration(seconds)} ${pace(millisecondsPerStep)}${numbers.join('')}` },
    ];
  };

  return {
    update(update) {
      if (!live) return;
      // Validation may follow the last step, and the line then stands for a while.
      const last = update.step === update.steps;
      if (!last && now() - lastDraw < redrawMilliseconds) return;
      lastDraw = now();
      unfinished = true;
      const left = ((update.steps - update.step) * update.millisecondsPerStep) / 1000;
      // A line as wide as the terminal would leave the cursor in the next one.
      const width = (stream.columns || defaultColumns) - 1;
      stream.write(`\r${render(cut(line(update, left), width))}${clearToEndOfLine}`);
    },
    epochEnd({ epoch, steps, seconds, ...metrics }) {
      const millisecondsPerStep = steps > 0 ? (1000 * seconds) / steps : 0;
      const text = render(
        line({ epoch, step: steps, steps, metrics, millisecondsPerStep }, seconds),
      );
      stream.write(live ? `\r${text}${clearToEndOfLine}\n` : `${text}\n`);
      unfinished = false;
      lastDraw = Number.NEGATIVE_INFINITY;
    },
    note(text) {
      stream.write(unfinished ? `\r${text}${clearToEndOfLine}\n` : `${text}\n`);
      unfinished = false;
      lastDraw = Number.NEGATIVE_INFINITY;
    },
    close() {
      if (unfinished) stream.write('\n');
      unfinished = false;
    },
  };
}
