import { UserError } from '../../base/errors.js';
import { RunFolder } from '../../runs/index.js';
import { lockRun } from '../../runs/run-lock.node.js';
import type { Callback, EpochMetrics } from '../../training/index.js';
import type { Job } from './train-job.js';

/** Metrics are written again, whole, at most this often. */
const metricsMilliseconds = 1000;

/** The run folder of a training: made at its first step, kept up to date, given back at the end. */
export class KeptRun {
  /** The folder; absent before the first step of a new run. */
  folder: RunFolder | undefined;
  /** Metrics of all epochs so far, before a resume too. */
  readonly lines: EpochMetrics[];
  /** Lines that people were told before the first step. */
  readonly notes: string[] = [];
  private unlock: (() => Promise<void>) | undefined;
  private written = Number.NEGATIVE_INFINITY;

  constructor(private readonly job: Job) {
    this.folder = job.resumed?.folder;
    this.unlock = job.resumed?.unlock;
    this.lines = [...(job.resumed?.checkpoint?.history ?? [])];
  }

  /** Makes the folder of a new run, takes it for this process, and writes the config. */
  async begin(): Promise<RunFolder> {
    const { out, resumed, training, vae } = this.job;
    this.folder ??= await this.create(out);
    await vae.saveConfigTo(this.folder, training);
    // A run that was broken off may have told of epochs after its last checkpoint.
    if (resumed) await this.folder.writeMetrics(this.lines);
    return this.folder;
  }

  private async create(path: string): Promise<RunFolder> {
    const folder = await RunFolder.create(path);
    this.unlock = await lockRun(path);
    // Another process may have been faster.
    if (await RunFolder.holdsRun(path)) {
      throw new UserError(`${path} already holds a run. Choose another folder.`);
    }
    await folder.removeLeftovers();
    return folder;
  }

  private async writeMetrics(): Promise<void> {
    await this.folder!.writeMetrics(this.lines);
    this.written = performance.now();
  }

  /** Writes metrics and checkpoints while the model is trained. */
  readonly callback: Callback = {
    onEpochEnd: async (metrics) => {
      this.lines.push(metrics);
      if (performance.now() - this.written >= metricsMilliseconds) await this.writeMetrics();
    },
    onCheckpoint: async (checkpoint) => {
      await this.folder!.writeCheckpoint(checkpoint, this.job.settings.keepCheckpoints);
      await this.writeMetrics();
    },
  };

  /** Gives the folder back to other processes. */
  async release(): Promise<void> {
    await this.unlock?.();
  }
}
