import { totalmem } from 'node:os';
import { UserError } from '../../base/errors.js';
import { type Dataset, exampleBytes } from '../../data/dataset.js';
import { formatBytes, formatCount, formatDuration } from '../../report/number.js';
import { type Footprint, stateMemory } from '../../step/index.js';
import type { Progress } from '../../training/index.js';
import type { CompleteRun } from '../../vae/config/run-config.js';

/** Share of the machine's memory, or of a container's, that training may take. */
const mostShare = 0.8;

/** A message of protobuf, and so an ONNX file, is no larger; its graph takes a little of that. */
const mostModelBytes = 2 ** 31 - 2 ** 20;

/** Node, the runtime and vaekit, before there is a model or data. */
const processBytes = 160e6;

/** A trained model is judged, saved and drawn in as much: of small examples, and of large ones. */
const leastBytes = { small: 250e6, large: 600e6 };
const smallPixels = 32 * 32;

/** Pictures with longer sides are large, in the sense that smaller ones would train much sooner. */
const largeSide = 64;

/** Bytes that this process may use: the container's where that has a limit, else the machine's. */
function memoryLimit(): number {
  const constrained = process.constrainedMemory() ?? 0;
  return constrained > 0 ? Math.min(constrained, totalmem()) : totalmem();
}

/** Bytes of data that is held in memory. */
function heldBytes(data: Dataset): number {
  return 'images' in data ? data.size * exampleBytes(data) : 0;
}

/** Ways to make a training smaller, the one that gives most first. */
export function smaller(model: CompleteRun['model'], { batchSize, working, state }: Taken): string {
  const [channels, height = 1, width = 1] = model.input!;
  const isPicture = model.input!.length === 3;
  const ways: string[] = [];
  if (isPicture && Math.max(height, width) > largeSide) {
    ways.push(`smaller pictures (--resize ${largeSide})`);
  }
  const first = model.encoder[0]?.type;
  const isDense = first === 'dense' || first === 'flatten';
  if (isPicture && isDense && (channels === 3 || height * width > 32 * 32)) {
    ways.push('convolutions (--preset resnet)');
  }
  if (batchSize > 1 && working > state) {
    ways.push(`a smaller batch (--batch-size ${Math.max(1, batchSize >> 2)})`);
  }
  if (ways.length === 0) ways.push('layers with fewer units');
  return ways.join(', or ');
}

interface Taken {
  readonly batchSize: number;
  readonly state: number;
  readonly working: number;
}

/** Judges the memory and time that a training takes of this machine. */
export class Resources {
  private told = false;
  private began = 0;
  private readonly held: number;

  /** @param data is not held on to */
  constructor(
    private readonly run: Pick<CompleteRun, 'model' | 'training'>,
    data: Dataset,
  ) {
    this.held = heldBytes(data);
  }

  /**
   * Checks the memory for parameters before they are drawn.
   * @param parameters how many there are
   * @param slots how many numbers the optimizer remembers of each
   * @throws UserError when they alone are too much
   */
  checkParameters(parameters: number, slots: number): void {
    const state = 4 * parameters * (1 + slots);
    const { device } = this.run.training;
    // The choice is known with the step's footprint.
    const known = device === 'cpu' ? 'cpu' : 'webgpu';
    this.check({ device: known, parameters, state, working: 0, memory: stateMemory(state) });
    if (4 * parameters > mostModelBytes) {
      throw new UserError(
        `The model has ${formatCount(parameters)} parameters, ${formatBytes(4 * parameters)}: more than an ONNX file holds (${formatBytes(mostModelBytes)}). Use ${smaller(this.run.model, { batchSize: 1, working: 0, state: 0 })}.`,
      );
    }
  }

  /** The line for it. @throws UserError when it is too much */
  private check({
    device,
    parameters,
    state,
    working,
    memory,
  }: Omit<Footprint, 'multiplications'>): string {
    const limit = memoryLimit();
    const [, height = 1, width = 1] = this.run.model.input!;
    const size = height * width > smallPixels ? 'large' : 'small';
    const bytes = Math.max(leastBytes[size], processBytes + this.held + memory);
    const { batchSize } = this.run.training;
    if (bytes > mostShare * limit && device === 'cpu') {
      throw new UserError(
        `Training ${formatCount(parameters)} parameters in batches of ${batchSize} takes about ${formatBytes(bytes)} of memory, more than ${100 * mostShare} % of the ${formatBytes(limit)} that there are. Use ${smaller(this.run.model, { state, working, batchSize })}.`,
      );
    }
    return `Memory: about ${formatBytes(bytes)} of ${formatBytes(limit)}`;
  }

  /** The line for a step's footprint. @throws UserError when it is too much */
  describe(footprint: Footprint): string {
    this.began = performance.now();
    return this.check(footprint);
  }

  /** Tells how long training takes, once, when that is known and worth a line. */
  duration({ epoch, epochs, step, steps, millisecondsPerStep }: Progress): string | undefined {
    if (this.told || performance.now() - this.began < 3000) return undefined;
    this.told = true;
    const seconds = (steps * millisecondsPerStep) / 1000;
    const left = (epochs - epoch + 1 - step / steps) * seconds;
    if (left < 60) return undefined;
    return `An epoch takes about ${formatDuration(seconds)}, all that are left about ${formatDuration(left)}.`;
  }
}
