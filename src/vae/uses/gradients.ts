import { Tensor } from 'onnxruntime-common';
import { UserError } from '../../base/errors.js';
import { randomStream } from '../../base/random.js';
import { gradient } from '../../graph/index.js';
import {
  CompiledFunction,
  feedName,
  mainPlayer,
  noiseTensor,
  noiseType,
  sizesAt,
} from '../../step/index.js';
import { afterTraining, numberAt } from '../../training/index.js';
import type { BuiltModel } from '../model/built.js';
import { checkCount, checkImages, checkNoise } from '../model/checks.js';
import type { Present } from '../model/engine.js';
import { type Labels, labelFeed } from '../model/labels.js';

/** The noise and the numbers of a batch's loss. */
export interface GradientOptions {
  /**
   * The posterior's noise, float32 [N, latent]; for `iwae` [N, samples, latent]. Of a posterior with several
   * kinds of noise, each by its name in the program, such as `sampling.noise0`.
   */
  readonly epsilon?: Tensor | Readonly<Record<string, Tensor>>;
  /** Draws of the prior, float32 [N, latent], for objectives that compare with it. */
  readonly prior?: Tensor;
  /** Draws noise that is not given; without it, noise must be given. */
  readonly seed?: number;
  /** N labels, for models that see them. */
  readonly labels?: Labels;
  /** Step at which schedules stand, counted from 1; their end when left out. */
  readonly step?: number;
  /** Size of the dataset, for objectives that need it; N when left out. */
  readonly datasetSize?: number;
}

/** The loss of a batch, its terms, and its gradients. */
export interface ValueAndGradients {
  readonly loss: number;
  readonly reconstruction: number;
  /** 0 where there is none. */
  readonly kl: number;
  readonly metrics: Readonly<Record<string, number>>;
  /** Gradients by parameter name; each of the loss of the player that owns the parameter. */
  readonly gradients: Record<string, Tensor>;
}

const gradientName = (parameter: string) => `gradient/${parameter}`;

const isTensor = (given: NonNullable<GradientOptions['epsilon']>): given is Tensor =>
  Array.isArray(given.dims);

/** The noise that is given for a name in the program, with the option that it stands in. */
function givenNoise(
  name: string,
  { epsilon, prior }: GradientOptions,
): readonly [option: string, noise: Tensor | undefined] {
  if (name.startsWith('prior.')) return ['prior', prior];
  if (epsilon === undefined || isTensor(epsilon)) return ['epsilon', epsilon];
  return [`epsilon['${name}']`, epsilon[name]];
}

/** Losses, terms and gradients as a function of a batch and of the objective's numbers. */
function compileGradients(
  model: BuiltModel,
  dtype: 'uint8' | 'float32',
  numbers: readonly string[],
): Promise<CompiledFunction> {
  const shared = numbers.map((name) => [feedName.schedule(name), { shape: [], shared: true }]);
  const specs = { ...model.exampleSpecs(dtype), ...Object.fromEntries(shared) };
  const { players = [] } = model.objective;
  const ownerOf = (name: string) =>
    players.find(({ owns = [] }) => owns.some((path) => name.startsWith(`${path}.`)))?.name ??
    mainPlayer;
  return CompiledFunction.compile(specs, (inputs, scope, parameters) => {
    const numberOf = (name: string) => inputs[feedName.schedule(name)]!;
    const {
      loss,
      losses = {},
      metrics,
    } = model.network.terms(model.batchOf(inputs), scope, numberOf);
    const all = { ...losses, [mainPlayer]: loss };
    const named = Object.entries(all).flatMap(([player, own]) => {
      const names = [...parameters.keys()].filter((name) => ownerOf(name) === player);
      const gradients = gradient(
        own,
        names.map((name) => parameters.get(name)!),
      );
      return names.map((name, i) => [gradientName(name), gradients[i]!] as const);
    });
    return { loss, ...metrics, ...Object.fromEntries(named) };
  });
}

export async function valueAndGradients(
  { engine, model, tensors }: Present,
  images: Tensor,
  options: GradientOptions,
): Promise<ValueAndGradients> {
  const dtype = checkImages(images, model.input);
  const count = images.dims[0]!;
  if (count === 0) throw new UserError('There is no mean over no images. Give one or more.');
  const { labels, seed, step = Infinity, datasetSize = count } = options;
  if (step !== Infinity) checkCount('step', step);
  checkCount('datasetSize', datasetSize);
  const feed = labelFeed(labels, count, model.objective.classes);
  const { schedules } = model.forTraining(datasetSize);
  const moment = { ...afterTraining, steps: step - 1 };
  const numbers = Object.entries(schedules).map(([name, schedule]) => {
    const value = Float32Array.of(numberAt(schedule, moment));
    return [feedName.schedule(name), new Tensor('float32', value, [])] as const;
  });
  const results = await engine.functions.use(
    `valueAndGradients/${dtype}`,
    () => compileGradients(model, dtype, Object.keys(schedules)),
    (compiled) => {
      const noise = compiled.noises.map(({ name, kind, shape }) => {
        const [option, given] = givenNoise(name, options);
        const dims = sizesAt(shape, count);
        if (given || seed === undefined) {
          return checkNoise(option, given, noiseType(kind), dims, count);
        }
        return noiseTensor(kind, randomStream(seed, `gradients/${name}`), dims);
      });
      return compiled.run(
        tensors,
        { image: images, ...feed, ...Object.fromEntries(numbers) },
        noise,
      );
    },
  );
  const trained = model.specs.filter((spec) => spec.trained).map(({ name }) => name);
  const metrics = Object.fromEntries(
    Object.entries(results)
      .filter(([name]) => name !== 'loss' && !name.startsWith(gradientName('')))
      .map(([name, { data }]) => [name, (data as Float32Array)[0]!]),
  );
  return {
    loss: (results.loss!.data as Float32Array)[0]!,
    reconstruction: metrics.reconstruction!,
    kl: metrics.kl ?? 0,
    metrics,
    gradients: Object.fromEntries(trained.map((name) => [name, results[gradientName(name)]!])),
  };
}
