import { signal } from '@preact/signals';
import type { Numbers } from '../../model/api.js';
import { type Exploration, rowsOf, type ShownData } from './exploration.js';

/** Images that are scored in one call, so that walking goes on meanwhile. */
const chunk = 250;

/** The mean squared error of each image's values. */
function squaredErrors(images: Numbers, made: Numbers): Float32Array {
  const [count = 0] = images.dims;
  const width = images.data.length / count;
  const unit = images.data instanceof Uint8Array ? 255 : 1;
  const errors = new Float32Array(count);
  for (let i = 0; i < images.data.length; i++) {
    const error = images.data[i]! / unit - made.data[i]!;
    errors[Math.floor(i / width)]! += error ** 2 / width;
  }
  return errors;
}

/**
 * The strangeness of images to a model: the ELBO in nats, where low is strange; for models that
 * have none the squared error of the reconstruction, where high is strange.
 */
export async function strangeness(
  { service, id, hasElbo }: Exploration,
  images: Numbers,
  labels?: ArrayLike<number>,
): Promise<Float32Array> {
  return hasElbo
    ? service.elbo(id, images, labels)
    : squaredErrors(images, await service.reconstruct(id, images, labels));
}

/** The strangeness of all of the data's images, as it becomes known. */
export class Scores {
  readonly done = signal(0);
  readonly problem = signal<string | undefined>(undefined);
  readonly values: Float32Array;

  constructor(
    private readonly exploration: Exploration,
    readonly data: ShownData,
  ) {
    this.values = new Float32Array(data.images.dims[0]!);
  }

  /** The name of the scores in a table. */
  get unit(): string {
    return this.exploration.hasElbo ? 'elbo_nats' : 'squared_error';
  }

  get count(): number {
    return this.values.length;
  }

  async run(stopped: AbortSignal): Promise<void> {
    const { exploration } = this;
    try {
      for (let start = this.done.value; start < this.count; start += chunk) {
        await exploration.turn();
        if (stopped.aborted) return;
        const end = Math.min(start + chunk, this.count);
        this.values.set(await this.score(start, end), start);
        this.done.value = end;
      }
    } catch (error) {
      if (!stopped.aborted) this.problem.value = (error as Error).message;
    }
  }

  /** Scores as `strangeness` does, of images as the model was trained to see them. */
  private async score(start: number, end: number): Promise<Float32Array> {
    const { exploration, data } = this;
    const { service, id, hasElbo, info } = exploration;
    if (hasElbo) return service.elboOfData(id, data.info.data, data.part, this.count, start, end);
    const labels = info.classes === undefined ? undefined : data.labels?.slice(start, end);
    const indices = Array.from({ length: end - start }, (_, i) => start + i);
    return strangeness(exploration, rowsOf(data.images, indices), labels);
  }

  /** The indices of the scored examples, the strangest first. */
  ranking(): Uint32Array {
    const { values } = this;
    const sign = this.exploration.hasElbo ? 1 : -1;
    const order = Uint32Array.from({ length: this.done.value }, (_, i) => i);
    return order.sort((a, b) => sign * (values[a]! - values[b]!));
  }
}
