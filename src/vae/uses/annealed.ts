import { Tensor } from 'onnxruntime-common';
import { UserError } from '../../base/errors.js';
import { type RandomStream, randomStream } from '../../base/random.js';
import type { Dataset } from '../../data/dataset.js';
import { fromPlain, repeatRows, toPlain } from '../../runtime/plain-tensor.js';
import { CompiledFunction } from '../../step/index.js';
import type { BuiltModel } from '../model/built.js';
import { checkCount } from '../model/checks.js';
import type { Present } from '../model/engine.js';
import { type Examples, piecesOf } from '../model/examples.js';
import { labelFeed } from '../model/labels.js';
import type { Sampler, Tensors } from '../samplers/index.js';
import type { EvaluateOptions } from './estimate.js';
import { drawingFrom } from './sample.js';
import { transition } from './transition.js';
import { estimateOf, type LikelihoodEstimate, weightSums } from './weights.js';

/*
 * Annealed importance sampling (Neal 2001, https://arxiv.org/abs/physics/9803008) of log p(x), as Wu et al. judge
 * decoders (2017, "On the Quantitative Analysis of Decoder-Based Generative Models", §3,
 * https://arxiv.org/abs/1611.04273): chains of Hamiltonian Monte Carlo go from the prior to p(z | x) along
 * p(z) p(x | z)^βₜ, and log w = Σₜ (βₜ − βₜ₋₁) log p(x | zₜ₋₁). The mean weight is an unbiased estimate of p(x).
 *
 * Wu et al. fit the size of the steps to the acceptance while the chains run. A transition that depends on where its
 * chain has been does not keep its density, so here a pilot run of other chains finds the sizes: one a temperature and
 * example.
 */

export interface AnnealingOptions extends EvaluateOptions {
  /** Chains of each example; 16 when left out. */
  readonly chains?: number;
  /** Number of βₜ > 0 that lead from the prior to the posterior; 1000 when left out. */
  readonly temperatures?: number;
  /** Leapfrog steps of a transition; 10 when left out. */
  readonly leapfrogSteps?: number;
}

/** An estimate of log p(x) in nats; `effectiveSamples` are of the chains. */
export interface AnnealedEstimate extends LikelihoodEstimate {
  /** The mean probability with which transitions were accepted. */
  readonly acceptance: number;
}

/** Rows, a chain each, that are moved at a time. */
const rowsAtOnce = 1024;

/** The acceptance at which Hamiltonian Monte Carlo costs least (Neal 2011, §4.4). */
const wantedAcceptance = 0.65;

/** Amount by which a pilot changes the logarithm of a size for an acceptance that is off by 1. */
const adaptation = 0.2;

const firstSize = 0.3;
const [smallestSize, largestSize] = [1e-4, 1.5];

/** An example has one pilot chain for so many others. */
const chainsOfPilot = 4;

/** βₜ from 0 to 1 along a sigmoid from −4 to 4: near together where the density changes most (Wu et al. 2017, §C). */
function ladder(count: number): Float64Array {
  const at = (t: number) => 1 / (1 + Math.exp(-4 * ((2 * t) / count - 1)));
  return Float64Array.from({ length: count + 1 }, (_, t) => (at(t) - at(0)) / (at(count) - at(0)));
}

/** The model's prior. @throws UserError when it or p(x | z) has no density */
function requirePrior({ network, objective }: BuiltModel): Sampler {
  const { support, type } = network.likelihood;
  if (support === 'none') {
    throw new UserError(
      `The likelihood ${type} is no distribution, so there is no log p(x). Train with another one, such as gaussian, or compare reconstructions.`,
    );
  }
  const { prior, logPrior } = objective.bottleneck;
  if (prior && (prior.type === 'standardNormal' || logPrior)) return prior;
  throw new UserError(
    `Annealed importance sampling starts from a prior with a density of all latents, which the objective ${objective.type} does not have. Use importance sampling, or train with another one, such as vae.`,
  );
}

/** Moves all rows once. @param stepSizes of each row */
type Move = (
  z: Tensor,
  beta: number,
  stepSizes: Float32Array,
  temperature: number,
) => Promise<Record<'moved' | 'before' | 'after' | 'acceptance', Tensor>>;

/** Chains of examples, at their start. */
interface Chains {
  readonly examples: number;
  /** Chains of each example, which lie side by side. */
  readonly count: number;
  readonly z: Tensor;
  readonly move: Move;
  /** The size of the steps that lead to z_t, of each example. */
  stepSizes(temperature: number): Float32Array;
  /** Hears of the mean acceptance of each example's chains. */
  onMoved(temperature: number, acceptance: Float64Array): void;
}

/** The mean of each example's numbers; one that is not finite counts as 0. */
function meansOf({ data }: Tensor, count: number): Float64Array {
  const numbers = data as Float32Array;
  const means = new Float64Array(numbers.length / count);
  numbers.forEach((x, i) => {
    means[Math.floor(i / count)]! += (Number.isFinite(x) ? x : 0) / count;
  });
  return means;
}

/** Carries chains from the prior to the posterior. @returns the logarithm of each one's weight */
async function anneal(chains: Chains, betas: Float64Array, signal?: AbortSignal) {
  const { count, examples, move, stepSizes, onMoved } = chains;
  const logWeights = new Float64Array(examples * count);
  const weigh = (nats: Tensor, share: number) =>
    (nats.data as Float32Array).forEach((value, i) => {
      logWeights[i]! -= share * value;
    });
  let { z } = chains;
  // The last weight needs no transition after it.
  for (let t = 1; t < Math.max(2, betas.length - 1); t++) {
    signal?.throwIfAborted();
    const sizes = stepSizes(t);
    const rows = Float32Array.from(logWeights, (_, i) => sizes[Math.floor(i / count)]!);
    const step = await move(z, betas[t]!, rows, t);
    if (t === 1) weigh(step.before, betas[1]!);
    if (t + 1 < betas.length) weigh(step.after, betas[t + 1]! - betas[t]!);
    onMoved(t, meansOf(step.acceptance, count));
    z = step.moved;
  }
  return logWeights;
}

/** The settings of all chains of a call. */
interface Annealing {
  readonly present: Present;
  /** Draws latents of the prior: [count, ...latent]. */
  readonly drawPrior: (shape: readonly number[], stream: RandomStream) => Promise<Float32Array>;
  readonly compiled: CompiledFunction;
  readonly seed: number;
  readonly betas: Float64Array;
  readonly signal: AbortSignal | undefined;
}

/** Chains of examples from the prior on. @param name of their random numbers */
async function chainsOf(
  { present: { model, tensors }, drawPrior, compiled, seed, signal }: Annealing,
  { images, labels, start }: Examples & { readonly start: number },
  count: number,
  name: string,
): Promise<Pick<Chains, 'examples' | 'count' | 'z' | 'move'>> {
  const examples = images.dims[0]!;
  const rows = examples * count;
  const feeds: Tensors = {
    image: images,
    ...labelFeed(labels, examples, model.objective.classes),
  };
  const repeated = Object.entries(feeds).map(([key, tensor]) => {
    return [key, fromPlain(repeatRows(toPlain(tensor), count))] as const;
  });
  const shape = [rows, ...model.latentShape];
  const first = await drawPrior(shape, randomStream(seed, `${name}/first`, start));
  const numbers = (values: Float32Array) => new Tensor('float32', values, [rows]);
  return {
    examples,
    count,
    z: new Tensor('float32', first, shape),
    async move(z, beta, stepSizes, temperature) {
      const given = {
        ...Object.fromEntries(repeated),
        z,
        beta: numbers(new Float32Array(rows).fill(beta)),
        stepSize: numbers(stepSizes),
      };
      const stream = { seed, name: `${name}/${temperature}`, step: start };
      const moved = await compiled.map(tensors, given, rows, { stream, signal });
      return moved as Awaited<ReturnType<Move>>;
    },
  };
}

/** Finds the sizes of the steps by chains of their own: [examples] for each temperature. */
async function pilot(
  annealing: Annealing,
  piece: Examples & { readonly start: number },
  count: number,
): Promise<readonly Float32Array[]> {
  const chains = await chainsOf(annealing, piece, count, 'annealed/pilot');
  const sizes = new Float32Array(chains.examples).fill(firstSize);
  const found: Float32Array[] = [];
  const { betas, signal } = annealing;
  const onMoved = (_: number, acceptance: Float64Array) => {
    found.push(Float32Array.from(sizes));
    acceptance.forEach((accepted, i) => {
      const changed = sizes[i]! * Math.exp(adaptation * (accepted - wantedAcceptance));
      sizes[i] = Math.min(largestSize, Math.max(smallestSize, changed));
    });
  };
  await anneal({ ...chains, stepSizes: () => sizes, onMoved }, betas, signal);
  return found;
}

const meanOf = (values: Iterable<number>) => {
  const all = [...values];
  return all.reduce((sum, value) => sum + value, 0) / all.length;
};

export async function annealedLogLikelihood(
  present: Present,
  data: Dataset,
  options: AnnealingOptions,
): Promise<AnnealedEstimate> {
  const { model, engine } = present;
  const { chains = 16, temperatures = 1000, leapfrogSteps = 10, signal } = options;
  const { seed = model.config.seed } = options;
  const prior = requirePrior(model);
  for (const [name, value] of Object.entries({ chains, temperatures, leapfrogSteps })) {
    checkCount(name, value);
  }
  const betas = ladder(temperatures);
  const drawPrior = await drawingFrom(present, prior);
  const specs = {
    ...model.exampleSpecs(data.dtype),
    z: { shape: model.latentShape },
    beta: { shape: [] },
    stepSize: { shape: [] },
  };
  const logWeights: Float64Array[] = [];
  const acceptances: number[] = [];
  const known = { shape: model.config.input, classes: model.objective.classes };
  await engine.functions.use(
    `annealed/${leapfrogSteps}/${data.dtype}`,
    () => CompiledFunction.compile(specs, transition(model, leapfrogSteps)),
    async (compiled) => {
      const annealing = { present, drawPrior, compiled, seed, betas, signal };
      const size = Math.max(1, Math.floor(rowsAtOnce / chains));
      for await (const piece of piecesOf(data, undefined, known, size)) {
        const sizes = await pilot(annealing, piece, Math.ceil(chains / chainsOfPilot));
        const run = {
          ...(await chainsOf(annealing, piece, chains, 'annealed')),
          stepSizes: (temperature: number) => sizes[temperature - 1]!,
          onMoved: (_: number, accepted: Float64Array) => acceptances.push(meanOf(accepted)),
        };
        logWeights.push(await anneal(run, betas, signal));
      }
    },
  );
  const all = Float64Array.from(logWeights.flatMap((each) => [...each]));
  return { ...estimateOf(weightSums(all, chains), chains), acceptance: meanOf(acceptances) };
}
