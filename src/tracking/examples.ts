import { Tensor } from 'onnxruntime-common';
import { ofEachClass, spread } from '../data/changes/spread.js';
import { type Dataset, readRange } from '../data/dataset.js';
import { isPicture } from '../data/input.js';
import type { VAE } from '../vae/index.js';
import { pointsOnWidestPlane } from '../vae/latent-space/index.js';
import { type Histogram, histogramOf } from './histogram.js';

/** Examples over their reconstructions, drawn examples, points of the map, and examples that gradients are of. */
const [shown, drawn, mapped, differentiated] = [10, 64, 2000, 128];

/** The same draws at each epoch, so that pictures can be compared. */
const seed = 0;

/** Examples by which a training is followed. */
export class FollowedExamples {
  constructor(
    private readonly vae: VAE,
    private readonly data: Dataset,
  ) {}

  /** Pictures of reconstructions, samples and the latents, as PNG files; of tables the latents alone. */
  async pictures(): Promise<Record<string, Uint8Array>> {
    const pictures: Record<string, Uint8Array> = {};
    const { vae } = this;
    if (isPicture(vae.input)) {
      Object.assign(pictures, await this.reconstructions(), await this.samples());
    }
    if (!vae.hasCodes && vae.config.latent > 1) pictures.latents = await this.map();
    return pictures;
  }

  private async reconstructions() {
    const { reconstructionsPicture } = await import('../report/index.js');
    const few = ofEachClass(this.data, shown);
    const originals = await readRange(few, 0, few.size);
    return {
      reconstructions: await reconstructionsPicture(originals, await this.vae.reconstruct(few)),
    };
  }

  private async samples() {
    if (!this.vae.hasPrior) return {};
    const { samplesPicture } = await import('../report/index.js');
    return { samples: await samplesPicture(await this.vae.sample(drawn, { seed })) };
  }

  private async map(): Promise<Uint8Array> {
    const { latentPicture } = await import('../report/index.js');
    const few = spread(this.data, mapped);
    const { mean } = await this.vae.encode(few);
    const { size } = few;
    const rows = new Tensor('float32', mean.data as Float32Array, [size, mean.size / size]);
    const { points } = await pointsOnWidestPlane(rows);
    return latentPicture(points, few.labels, few.classNames);
  }

  /** Histograms of all parameters, and of the gradients of a batch. */
  async histograms(): Promise<Record<string, Histogram>> {
    const { vae } = this;
    const few = spread(this.data, differentiated);
    const images = await readRange(few, 0, few.size);
    const labels = vae.classes === undefined ? undefined : vae.labelsOf(few);
    const { gradients } = await vae.valueAndGradients(images, { seed, ...(labels && { labels }) });
    const of = (prefix: string, tensors: Readonly<Record<string, Tensor>>) =>
      Object.entries(tensors).map(
        ([name, { data }]) => [`${prefix}/${name}`, histogramOf(data as Float32Array)] as const,
      );
    return Object.fromEntries([
      ...of('parameters', vae.parameters()),
      ...of('gradients', gradients),
    ]);
  }
}
