import { UserError } from '../../../src/index.js';
import type { RunContent } from '../runs/content.js';
import { checkpointFile, contentOf, keepRun, parametersFile } from '../runs/kept.js';
import type { KeptRun } from '../storage/database.js';
import { zipRun } from './zip.js';

/** Milliseconds between two states that are kept: the less, the less is lost with the page. */
const pause = { least: 1000, most: 5000 };

/** The share of the time that keeping states takes at most, between these bounds. */
const mostShare = 0.1;

type Files = Readonly<Record<string, Uint8Array<ArrayBuffer>>>;

/** Files by their names, which are made when they are asked for: most states are followed unseen. */
type Makers = Readonly<Record<string, () => Uint8Array<ArrayBuffer>>>;

/** The latest state of a training: all of it is of one moment, in the browser and in a download. */
export class Keeping {
  /** Files that are not made yet, newer than the made ones. */
  private unmade: Makers = {};
  private isKept = true;
  private due = Number.NEGATIVE_INFINITY;

  constructor(
    private state: KeptRun,
    /** Files by name; none before the first state. */
    private held: Files = {},
  ) {}

  get run(): KeptRun {
    return this.state;
  }

  get files(): Files {
    const made = Object.entries(this.unmade).map(([name, make]) => [name, make()]);
    this.held = { ...this.held, ...Object.fromEntries(made) };
    this.unmade = {};
    return this.held;
  }

  /** Tells whether it is time to keep the state. */
  get isDue(): boolean {
    return performance.now() >= this.due;
  }

  /** Takes over the next state. */
  take(given: Partial<KeptRun>, files: Makers): void {
    // Figures of the model as it was.
    const { judgement: _, ...state } = this.state;
    this.state = { ...state, ...given, modified: Date.now() };
    this.unmade = { ...this.unmade, ...files };
    this.isKept = false;
  }

  /** Keeps the state in the browser, unless it is kept. @throws UserError when there is no room */
  async keep(): Promise<void> {
    if (this.isKept) return;
    const began = performance.now();
    this.isKept = true;
    try {
      await keepRun(this.state, this.files);
    } catch (error) {
      this.isKept = false;
      throw error;
    } finally {
      const now = performance.now();
      const fair = (now - began) / mostShare;
      this.due = now + Math.min(pause.most, Math.max(pause.least, fair));
    }
  }

  /** The state as all views take runs. @throws UserError when nothing is trained yet */
  content(): RunContent {
    return contentOf(this.state, this.parameters());
  }

  /** The state as a zip archive. @throws UserError when nothing is trained yet */
  async zip(): Promise<Uint8Array<ArrayBuffer>> {
    const checkpoint = this.files[checkpointFile];
    return zipRun(this.state, { parameters: this.parameters(), checkpoint });
  }

  private parameters(): Uint8Array<ArrayBuffer> {
    const parameters = this.files[parametersFile];
    if (!parameters) throw new UserError('Nothing is trained yet. Wait for the first steps.');
    return parameters;
  }
}
