import { formatDuration, formatNumber } from '../../report/number.js';
import { shortNames, valueText } from '../../report/setting-text.js';
import { RunFolder } from '../../runs/index.js';
import type { Trial } from '../../sweep/trials.js';
import { runName } from './folder.js';
import { type Metric, valueIn } from './metric.js';
import { lastValue } from './results.js';

/** The time between two looks at the jobs. */
const lookMilliseconds = 1000;
const defaultColumns = 80;

/** A job under way. */
interface Running {
  readonly trial: Trial;
  readonly folder: string;
  readonly epochs: number;
  readonly began: number;
  /** Its progress, in words. */
  told: string;
}

/** The progress of a sweep: a line a job on a terminal, and one for each run that ends. */
export class Shown {
  private readonly running = new Map<Trial, Running>();
  private readonly clock: NodeJS.Timeout;
  private readonly live = process.stdout.isTTY === true && process.env.TERM !== 'dumb';
  /** Lines that are redrawn. */
  private drawn = 0;

  /** @param onFault is told where a run's metrics lack the one that they are compared by */
  constructor(
    private readonly trials: readonly Trial[],
    private readonly metric: Metric,
    private readonly onFault: (error: unknown) => void,
  ) {
    this.clock = setInterval(() => void this.look(), lookMilliseconds);
    this.clock.unref();
  }

  /** A job begins. @param epochs that it is to have */
  begin(trial: Trial, folder: string, epochs: number): void {
    this.running.set(trial, { trial, folder, epochs, began: performance.now(), told: 'starting' });
    this.draw();
  }

  /** The work of a job beside training. */
  tell(trial: Trial, words: string): void {
    const job = this.running.get(trial);
    if (job) job.told = words;
    this.draw();
  }

  /** Tells of the jobs that are over. */
  settle(): void {
    for (const job of this.running.values()) {
      const { failure, given, results } = job.trial;
      if (failure !== undefined || results.length === given) this.end(job);
    }
  }

  private end(job: Running): void {
    const { trial } = job;
    this.running.delete(trial);
    const seconds = (performance.now() - job.began) / 1000;
    const value = lastValue(trial);
    const outcome =
      trial.failure === undefined
        ? `${this.metric.name} ${formatNumber(value!)} after epoch ${trial.epochs ?? job.epochs}`
        : `failed: ${trial.failure}`;
    this.line(
      `${runName(trial)}  ${outcome}  (${settingsText(trial)}; ${formatDuration(seconds)})`,
    );
  }

  /** Writes a line above the redrawn ones. */
  line(text: string): void {
    this.clear();
    process.stdout.write(`${text}\n`);
    this.draw();
  }

  close(): void {
    clearInterval(this.clock);
    this.clear();
  }

  /** Reads how far jobs are: from their files, as they may run on other machines. */
  private async look(): Promise<void> {
    for (const job of this.running.values()) {
      try {
        const lines = await (await RunFolder.open(job.folder)).readMetrics();
        const last = lines.at(-1);
        if (!last) continue;
        const { name, judge } = this.metric;
        const value = judge ? (last.val_loss ?? last.loss) : valueIn(last, name);
        const shown = judge ? '' : `  ${name} ${formatNumber(value ?? Number.NaN)}`;
        job.told = `epoch ${last.epoch}/${job.epochs}${shown}`;
      } catch (error) {
        this.onFault(error);
      }
    }
    this.draw();
  }

  private clear(): void {
    if (this.drawn > 0) process.stdout.write(`\x1b[${this.drawn}A\x1b[J`);
    this.drawn = 0;
  }

  private draw(): void {
    if (!this.live) return;
    this.clear();
    const width = (process.stdout.columns || defaultColumns) - 1;
    const ended = this.trials.filter(
      ({ given, results }) => results.length > 0 && given === results.length,
    );
    const failed = this.trials.filter(({ failure }) => failure !== undefined).length;
    const lines = [
      ...[...this.running.values()].map(
        ({ trial, told }) => `${runName(trial)}  ${told}  (${settingsText(trial)})`,
      ),
      `${ended.length} of ${this.trials.length} runs ended${failed > 0 ? `, ${failed} failed` : ''}, ${this.running.size} training`,
    ];
    process.stdout.write(lines.map((line) => `${line.slice(0, width)}\n`).join(''));
    this.drawn = lines.length;
  }
}

/** The settings of a run in a line: `latent 8, learningRate 0.001`. */
export function settingsText({ settings }: Trial): string {
  const paths = Object.keys(settings);
  return shortNames(paths)
    .map((name, i) => `${name} ${valueText(settings[paths[i]!])}`)
    .join(', ');
}
