import { batch, computed, type Signal, signal } from '@preact/signals';
import { Tensor } from 'onnxruntime-common';
import { elementCount } from '../../../../src/base/shape.js';
import type { TableColumn } from '../../../../src/data/column.js';
import { describeInput } from '../../../../src/data/input.js';
import type { ReadOptions } from '../../../../src/data/read-options.js';
import {
  axesPlane,
  type LatentPlane,
  latentsAt,
  type PrincipalComponents,
  placeOn,
  placesOn,
  planeThrough,
  principalComponents,
  principalPlane,
} from '../../../../src/vae/latent-space/index.js';
import type { DataName } from '../../data/info.js';
import { t } from '../../language/language.js';
import type { ModelInfo, Numbers } from '../../model/api.js';
import { type ModelClient, startModelWorker } from '../../model/client.js';
import type { RunContent } from '../../runs/content.js';
import { latest } from './latest.js';
import type { Place } from './map/viewport.js';
import type { Grouping, PosteriorOf, ShownData } from './shown-data.js';
import { type Things, wordOf } from './things.js';

export type { Grouping, ShownData };

/** Images of the data that are shown on the map. */
const mostImages = 10_000;

/** Values of images that are kept in the page. */
const mostValues = 64e6;

/** The two directions of the map: latents, or principal components of the images' latents. */
export interface PlaneChoice {
  readonly kind: 'latents' | 'components';
  readonly pair: readonly [number, number];
}

/** The information in each latent, for the sliders. */
export interface Usage {
  /** KL in nats, the mean over `examples` images. */
  readonly klPerLatent: readonly number[];
  readonly collapsed: ReadonlySet<number>;
  readonly examples: number;
}

/** Row `i` of numbers, as a view. */
export function rowOf({ data, dims }: Numbers, i: number): Float32Array | Uint8Array {
  const width = data.length / dims[0]!;
  return data.subarray(i * width, (i + 1) * width);
}

/** Rows of numbers as numbers, one after another. */
export function rowsOf(numbers: Numbers, indices: readonly number[]): Numbers {
  const width = numbers.data.length / numbers.dims[0]!;
  const kind = numbers.data instanceof Uint8Array ? Uint8Array : Float32Array;
  const data = new kind(indices.length * width);
  indices.forEach((index, i) => {
    data.set(rowOf(numbers, index), i * width);
  });
  return { data, dims: [indices.length, ...numbers.dims.slice(1)] };
}

const nextFrame = () => new Promise((resolve) => setTimeout(resolve));

/** A walk through the latent space of one model: its place, and the images around it. */
export class Exploration {
  /** The images on the map; undefined until they are encoded. */
  readonly data = signal<ShownData | undefined>(undefined);
  /** The name of the data whose images are, or are to be, on the map. */
  readonly dataName = signal<DataName>('mnist');
  /** The reason why there are no images, in words for the user. */
  readonly dataProblem = signal<string | undefined>(undefined);
  /** The work under way, in words; undefined when there is none. */
  readonly stage = signal<string | undefined>(undefined);
  readonly usage = signal<Usage | undefined>(undefined);
  readonly components = signal<PrincipalComponents | undefined>(undefined);

  readonly choice = signal<PlaneChoice>({ kind: 'latents', pair: [0, 1] });
  /** The plane of the map; it holds z. Undefined for models whose latents make no map. */
  readonly plane = signal<LatentPlane | undefined>(undefined);
  /** The place of z on the plane. */
  readonly place = signal<Place>([0, 0]);
  /** The places of the images on the map: x and y of each in turn. */
  readonly places = computed(() => {
    const data = this.data.value;
    if (!data || !this.hasMap) return new Float32Array();
    const { mean } = data;
    const points = new Tensor('float32', mean.data as Float32Array, mean.dims);
    return placesOn(this.basePlane(this.choice.value), points);
  });
  /** The latents at which the walk stands. */
  readonly z: Signal<Float32Array>;
  /** The class of the decoded image, for models that see labels. */
  readonly label = signal(0);
  /** The image decoded from z, [1, C, H, W]. */
  readonly decoded = signal<Numbers | undefined>(undefined);
  /** The image of the data at which the walk stands, by its index. */
  readonly picked = signal<number | undefined>(undefined);
  /** Groups by which points are coloured, in the place of classes. */
  readonly grouping = signal<Grouping | undefined>(undefined);
  /** The posterior that is drawn as an ellipse. */
  readonly posterior = signal<PosteriorOf | undefined>(undefined);
  /** Latents on the way between two images, [N, latent]. */
  readonly path = signal<Tensor | undefined>(undefined);
  /** The reason of any other fault, in words for the user. */
  readonly problem = signal<string | undefined>(undefined);

  /** Data that is forgotten with the page: no address leads to it. */
  passing: DataName | undefined;

  private walking = false;
  private closed = false;

  private constructor(
    readonly run: RunContent,
    readonly info: ModelInfo,
    private readonly client: ModelClient,
  ) {
    this.z = signal(new Float32Array(elementCount(info.latentShape)));
    this.dataName.value = this.ownData;
    if (this.hasMap) this.plane.value = axesPlane(info.config.latent);
    client.lost.then((error) => {
      if (!this.closed) this.problem.value = error.message;
    });
  }

  /** @throws UserError when the run is damaged */
  static async open(run: RunContent): Promise<Exploration> {
    const client = startModelWorker();
    try {
      const exploration = new Exploration(run, await client.service.open(run), client);
      if (exploration.info.hasPoints) exploration.look();
      return exploration;
    } catch (error) {
      client.stop();
      throw error;
    }
  }

  close(): void {
    this.closed = true;
    this.client.stop();
  }

  get service(): ModelClient['service'] {
    return this.client.service;
  }

  get id(): string {
    return this.run.id;
  }

  /** The examples of the model in a word. */
  get things(): Things {
    const { input, example } = this.info.config;
    const { kind } = describeInput(input, example);
    return kind === 'sequence' ? 'sequences' : kind === 'table' ? 'rows' : 'images';
  }

  /** All columns of the model's rows; undefined where its examples are no rows of a table. */
  get table(): readonly TableColumn[] | undefined {
    return this.info.config.example?.columns;
  }

  /** The uses of a model of a table. */
  get tables(): ReturnType<ModelClient['tables']> {
    return this.client.tables();
  }

  /** Tells whether two directions of latents can be drawn as a map. */
  get hasMap(): boolean {
    return this.info.hasPoints && this.info.config.latent > 1;
  }

  get hasPosterior(): boolean {
    return this.info.hasGaussianPosterior;
  }

  /** Tells whether there is a bound on log p(x). */
  get hasElbo(): boolean {
    return this.info.hasBound;
  }

  /** Labels for `count` examples of one class, where the model sees labels. */
  labels(count: number, label = this.label.value): number[] | undefined {
    return this.info.classes === undefined ? undefined : new Array<number>(count).fill(label);
  }

  private get training(): Readonly<Record<string, unknown>> {
    return (this.run.config.training ?? {}) as Readonly<Record<string, unknown>>;
  }

  /** The data that the run was trained on. */
  get ownData(): DataName {
    const { data } = this.training;
    return typeof data === 'string' ? data : 'mnist';
  }

  /** The options by which training read the data; files of labels are looked for beside it. */
  get reading(): ReadOptions {
    const { label: _, ...options } = (this.training.read ?? {}) as ReadOptions;
    return options;
  }

  /** Encodes images of data and shows them; a fault goes to `dataProblem`. */
  async load(name: DataName): Promise<void> {
    this.dataProblem.value = undefined;
    this.data.value = undefined;
    this.grouping.value = undefined;
    this.dataName.value = name;
    try {
      await this.loadData(name);
    } catch (error) {
      if (!this.closed) this.dataProblem.value = (error as Error).message;
    } finally {
      this.stage.value = undefined;
    }
  }

  private async loadData(name: DataName): Promise<void> {
    const { service, id } = this;
    const things = wordOf(this.things);
    this.stage.value = t('Loading {things}', { things });
    const info = await service.data(name);
    const part = info.test ? 'test' : 'train';
    const width = info.shape.reduce((product, size) => product * size, 1);
    const count = Math.min(mostImages, info[part]!.size, Math.floor(mostValues / width));
    this.stage.value = t('Encoding {count} {things}', { count, things });
    const { mean, logVariance, codes } = await service.encodeData(id, name, part, count);
    const { images, labels, places } = await service.examples(id, name, part, count);
    const components =
      this.hasMap && this.info.config.latent > 2 && count > 1
        ? await principalComponents(new Tensor('float32', mean.data as Float32Array, mean.dims))
        : undefined;
    batch(() => {
      this.components.value = components;
      this.data.value = {
        info,
        part,
        images,
        places,
        mean,
        logVariance,
        ...(codes && { codes }),
        ...(labels && { labels }),
      };
      if (components) this.choose({ kind: 'components', pair: [0, 1] });
      this.pick(0);
    });
    if (!this.hasPosterior) return;
    this.stage.value = t('Measuring latents');
    const { klPerLatent, collapsedLatents, examples } = await service.health(id, name, part);
    this.usage.value = { klPerLatent, collapsed: new Set(collapsedLatents), examples };
  }

  private basePlane({ kind, pair }: PlaneChoice): LatentPlane {
    return kind === 'components' && this.components.value
      ? principalPlane(this.components.value, pair)
      : axesPlane(this.info.config.latent, pair);
  }

  /** The plane through a point; with two latents there is but one. */
  private through(plane: LatentPlane, z: Float32Array): LatentPlane {
    return this.info.config.latent === 2 ? plane : planeThrough(plane, z);
  }

  /** Shows other directions; the walk stands where it stood. */
  choose(choice: PlaneChoice): void {
    batch(() => {
      this.choice.value = choice;
      this.plane.value = this.through(this.basePlane(choice), this.z.value);
      this.place.value = placeOn(this.plane.value, this.z.value);
    });
  }

  /** Walks on the plane. */
  walkTo(place: Place): void {
    const plane = this.plane.value;
    if (!plane) return;
    batch(() => {
      this.place.value = place;
      this.z.value = latentsAt(plane, place).data as Float32Array;
      this.picked.value = undefined;
      this.posterior.value = undefined;
    });
    this.look();
  }

  /** Goes to a point; the map's plane goes with it. */
  standAt(z: Float32Array): void {
    batch(() => {
      this.z.value = z;
      this.picked.value = undefined;
      this.posterior.value = undefined;
      const plane = this.plane.value;
      if (!plane) return;
      this.plane.value = this.through(plane, z);
      this.place.value = placeOn(plane, z);
    });
    this.look();
  }

  /** Goes to an image of the data. */
  pick(index: number): void {
    const data = this.data.value;
    if (!data) return;
    batch(() => {
      if (data.labels && this.info.classes !== undefined) this.label.value = data.labels[index]!;
      this.standAt(Float32Array.from(rowOf(data.mean, index)));
      this.picked.value = index;
      if (this.hasPosterior) this.posterior.value = this.posteriorOf(index);
    });
  }

  private posteriorOf(index: number): PosteriorOf {
    const { mean, logVariance } = this.data.value!;
    return {
      mean: rowOf(mean, index) as Float32Array,
      logVariance: rowOf(logVariance, index) as Float32Array,
    };
  }

  /** Decodes another class. */
  setLabel(label: number): void {
    this.label.value = label;
    this.look();
  }

  /** Decodes z anew. Each time leaves a measure `decode` from now until the image is there. */
  look(): void {
    this.decodeLatest({ z: this.z.value, start: performance.now() });
  }

  private readonly decodeLatest = latest(
    async ({ z, start }: { z: Float32Array; start: number }) => {
      this.walking = true;
      try {
        const { latentShape } = this;
        const dims = [1, ...latentShape];
        const images = await this.service.decode(this.id, { data: z, dims }, this.labels(1));
        this.decoded.value = images;
        performance.clearMeasures('decode');
        performance.measure('decode', { start });
      } catch (error) {
        if (!this.closed) this.problem.value = (error as Error).message;
      } finally {
        this.walking = false;
      }
    },
  );

  /** Shape of one example's latents. */
  get latentShape(): readonly number[] {
    return this.info.latentShape;
  }

  /** Resolves when the walk does not wait for an image: long work asks before each of its parts. */
  async turn(): Promise<void> {
    do await nextFrame();
    while (this.walking && !this.closed);
  }

  /**
   * The images of places of the plane (x and y in turn), for the map; undefined when they cannot be
   * had.
   */
  async decodePlaces(places: Float32Array): Promise<Numbers | undefined> {
    await this.turn();
    const plane = this.plane.value;
    if (!plane || this.closed) return undefined;
    const { data, dims } = latentsAt(plane, places);
    try {
      const count = dims[0]!;
      return await this.service.decode(
        this.id,
        { data: data as Float32Array, dims },
        this.labels(count),
      );
    } catch (error) {
      if (!this.closed) this.problem.value = (error as Error).message;
      return undefined;
    }
  }
}
