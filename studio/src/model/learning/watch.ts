import type { Tensor } from 'onnxruntime-common';
import { isPicture } from '../../../../src/data/input.js';
import { type Dataset, datasets, type VAE } from '../../../../src/index.js';
import {
  axesPlane,
  type LatentPlane,
  placeOn,
  placesOn,
  principalComponents,
  principalPlane,
} from '../../../../src/vae/latent-space/index.js';
import type { Encoding } from '../../../../src/vae/uses/index.js';
import { toNumbers } from '../numbers.js';
import { aligning } from './aligned.js';
import type { Frame, Watched } from './frames.js';

/** Examples that are watched, and values of them, at most. */
const mostExamples = 2000;
const mostValues = 8e6;

/** Pictures that are drawn for each frame, and values of these, at most: a training has many frames. */
const drawnPictures = 10;
const mostDrawnValues = 16_384;

const none = new Float32Array();
const noBytes = new Uint8Array();

/** Tells where training stands. */
export interface Moment {
  readonly step: number;
  readonly epochs: number;
}

/** The data by which a model is watched. */
export interface WatchedData {
  /** The examples on the map: many of them show it best, whether the model is trained on them or not. */
  readonly data: Dataset;
  /** The examples that are drawn again and again, and whether the model is not trained on them. */
  readonly few: Dataset;
  readonly areNew: boolean;
}

/** Makes frames of a model by a fixed set of examples. */
export class Watch {
  private constructor(
    private readonly vae: VAE,
    private readonly images: Tensor,
    private readonly labels: ReturnType<VAE['labelsOf']>,
    private readonly originals:
      | { readonly images: Tensor; readonly labels: Watch['labels'] }
      | undefined,
    readonly watched: Watched,
  ) {}

  /** @param vae a model for this alone, which gets its parameters from the one that learns */
  static async of(vae: VAE, { data, few, areNew }: WatchedData): Promise<Watch> {
    const width = data.shape.reduce((product, size) => product * size, 1);
    const count = Math.min(mostExamples, Math.max(1, Math.floor(mostValues / width)));
    const chosen = datasets.spread(data, count);
    const images = await datasets.readRange(chosen, 0, chosen.size);
    const originals =
      isPicture(vae.input) && drawnPictures * width <= mostDrawnValues
        ? await originalsOf(vae, few)
        : undefined;
    return new Watch(vae, images, vae.labelsOf(chosen), originals, {
      map: mapOf(vae),
      count: chosen.size,
      areNew,
      ...(chosen.labels ? { labels: Int32Array.from(chosen.labels) } : {}),
      ...(chosen.classNames ? { classNames: chosen.classNames } : {}),
      ...(originals ? { originals: toNumbers(originals.images) } : {}),
    });
  }

  /**
   * @param before the frame before, in whose directions this one's places are shown
   * @returns undefined when latents are not finite: there is nothing to show
   */
  async frame(
    { step, epochs }: Moment,
    parameters: Readonly<Record<string, Tensor>>,
    before: Frame | undefined,
  ): Promise<Frame | undefined> {
    const { vae, labels } = this;
    vae.setParameters(parameters);
    const encoding = await vae.encode(this.images, { labels });
    if (!(encoding.mean.data as Float32Array).every(Number.isFinite)) return undefined;
    return {
      step,
      epochs,
      ...(await this.mapped(encoding, before)),
      kl: vae.hasLatentKl ? klOf(encoding) : none,
      usage: usageOf(encoding, parameters),
      ...(await this.drawn()),
    };
  }

  /** The places of the examples, turned like the frame before. */
  private async mapped(
    { mean }: Encoding,
    before: Frame | undefined,
  ): Promise<Pick<Frame, 'places' | 'centre'>> {
    const { map } = this.watched;
    if (map === 'none') return { places: none, centre: [0, 0] };
    if (map === 'line') return { places: lineOf(mean.data as Float32Array), centre: [0, 0] };
    const [, latent = 0] = mean.dims;
    const plane: LatentPlane =
      map === 'latents' ? axesPlane(latent) : principalPlane(await principalComponents(mean));
    const places = Float32Array.from(placesOn(plane, mean));
    const centre = placeOn(plane, new Float64Array(latent));
    if (map === 'latents' || !before) return { places, centre };
    const turn = aligning(places, before.places);
    for (let i = 0; i < places.length; i += 2) {
      places.set(turn([places[i]!, places[i + 1]!]), i);
    }
    return { places, centre: turn(centre) };
  }

  /** The few pictures, by the present parameters. */
  private async drawn(): Promise<Pick<Frame, 'made' | 'samples'>> {
    const { vae, originals } = this;
    if (!originals) return { made: noBytes, samples: noBytes };
    const { images, labels } = originals;
    const made = await vae.reconstruct(images, { labels });
    if (!vae.hasPrior) return { made: bytesOf(vae, made), samples: noBytes };
    // The same seed each time: the same latents are seen to become other pictures.
    const samples = await vae.sample(images.dims[0]!, { seed: 0, ...(labels ? { labels } : {}) });
    return { made: bytesOf(vae, made), samples: bytesOf(vae, samples) };
  }
}

async function originalsOf(vae: VAE, data: Dataset) {
  const few = datasets.ofEachClass(data, drawnPictures);
  return { images: await datasets.readRange(few, 0, few.size), labels: vae.labelsOf(few) };
}

function mapOf({ hasPoints, config }: VAE): Watched['map'] {
  if (!hasPoints) return 'none';
  if (config.latent === 1) return 'line';
  return config.latent === 2 ? 'latents' : 'components';
}

/** Places of single numbers, beside one another so that they do not hide each other. */
function lineOf(values: Float32Array): Float32Array {
  const golden = (Math.sqrt(5) - 1) / 2;
  return Float32Array.from({ length: 2 * values.length }, (_, i) =>
    i % 2 === 0 ? values[i / 2]! : ((((i - 1) / 2) * golden) % 1) - 0.5,
  );
}

/** KL(q(z | x) ‖ N(0, I)) of each latent in nats (Kingma and Welling 2014, appendix B), the mean over examples. */
function klOf({ mean, logVariance }: Encoding): Float32Array {
  const [count = 0, latent = 0] = mean.dims;
  const kl = new Float32Array(latent);
  const positions = mean.size / (count * latent);
  const [means, logVariances] = [mean.data as Float32Array, logVariance.data as Float32Array];
  for (let i = 0; i < means.length; i++) {
    const [m, l] = [means[i]!, logVariances[i]!];
    kl[Math.floor(i / positions) % latent]! += (m * m + Math.exp(l) - 1 - l) / (2 * count);
  }
  return kl;
}

/** The share of positions that each code of a codebook was chosen for; with several codes a position, depth by depth. */
function usageOf({ codes }: Encoding, parameters: Readonly<Record<string, Tensor>>): Float32Array {
  const counts = parameters['quantizer.count'];
  if (!codes || !counts) return none;
  const size = counts.dims.at(-1)!;
  const usage = new Float32Array(counts.size);
  const depth = counts.size / size;
  const positions = codes.size / (codes.dims[0]! * depth);
  (codes.data as BigInt64Array).forEach((code, i) => {
    const book = Math.floor(i / positions) % depth;
    usage[book * size + Number(code)]! += 1 / codes.size;
  });
  return usage;
}

/** Values of pictures as bytes, in which they are shown. */
function bytesOf({ input }: VAE, { data }: Tensor): Uint8Array {
  const [low, high] = input.range ?? [0, 1];
  return Uint8Array.from(data as Float32Array, (value) =>
    Math.max(0, Math.min(255, Math.round((255 * (value - low)) / (high - low)))),
  );
}
