import { Tensor } from 'onnxruntime-common';
import { formatShape, quote } from '../../base/excerpt.js';
import { randomStream } from '../../base/random.js';
import { advice } from '../../base/suggest.js';
import { describeInput, type InputDescription } from '../../data/input.js';
import { input, type Values } from '../../graph/index.js';
import { initialize } from '../../nn/index.js';
import {
  asFloat,
  type Batch,
  feedName,
  type InputSpecs,
  type Model,
  type ParameterSpec,
  parametersOf,
} from '../../step/index.js';
import { type ModelConfig, objectiveOf, toConfig, type VAEOptions } from '../config/options.js';
import type { Objective } from '../objectives/index.js';
import { Network } from './network.js';

/** A model as it is built: its settings, its network, and the tensors that these ask for. */
export class BuiltModel {
  /** Config by which it is built, as in `config.json`. */
  readonly config: ModelConfig;
  readonly input: InputDescription;
  readonly objective: Objective;
  readonly network: Network;
  /** Shape of one example's latents. */
  readonly latentShape: readonly number[];
  /** Specifications of all tensors, in the order of the network. */
  readonly specs: readonly ParameterSpec[];

  /** @throws UserError when an option is wrong, or when the layers' shapes do not fit */
  constructor(options: VAEOptions) {
    this.config = toConfig(options);
    this.input = describeInput(this.config.input, this.config.example);
    this.objective = objectiveOf(options);
    this.network = new Network(options, this.config, this.input, this.objective);
    let latentShape: readonly number[] = [];
    // The objective asks for tensors too, such as a discriminator's.
    this.specs = parametersOf(this.exampleSpecs(), (inputs, scope) => {
      const batch = this.batchOf(inputs);
      const z = this.network.sample(this.network.encode(batch, scope), batch, scope);
      latentShape = z.shape.slice(1) as number[];
      const numberOf = (name: string) => input(feedName.schedule(name), []);
      const { loss, losses = {} } = this.network.terms(batch, scope, numberOf);
      return { loss, ...losses };
    });
    this.latentShape = latentShape;
  }

  /** The tensors of a model that was never trained, decided by the seed. */
  initialTensors(): Record<string, Tensor> {
    return Object.fromEntries(
      this.specs.map(({ name, shape, initializer }) => {
        const stream = randomStream(this.config.seed, `initial/${name}`);
        return [name, new Tensor('float32', initialize(initializer, shape, stream), shape)];
      }),
    );
  }

  /** The tensors that are facts of the training data, such as means and deviations, and no parameters. */
  get facts(): readonly ParameterSpec[] {
    if (!this.network.view.fit) return [];
    return this.specs.filter(({ name, trained }) => !trained && /^(input|likelihood)\./.test(name));
  }

  /** The reason why a tensor is none of the model's; undefined when it is one. */
  misfit(name: string, type: string, shape: readonly number[]): string | undefined {
    const spec = this.specs.find((each) => each.name === name);
    if (!spec) {
      const known = this.specs.map((each) => each.name);
      return `The model has no parameter ${quote(name)}. ${advice(name, known)}`;
    }
    if (type === 'float32' && shape.join() === spec.shape.join()) return undefined;
    return `${name} is ${type} ${formatShape(shape)}, but the model needs float32 ${formatShape(spec.shape)}.`;
  }

  /**
   * The model as training sees it.
   * @param examples how many the data has, which some objectives need to know
   */
  forTraining(examples = 1): Model {
    return {
      shape: this.config.input,
      identity: this.config,
      usesLabels: this.objective.classes !== undefined,
      schedules: { ...this.objective.schedules, datasetSize: examples },
      told: Object.keys(this.objective.schedules),
      ...(this.objective.players ? { players: this.objective.players } : {}),
      objective: (batch, scope, schedule) => this.network.terms(batch, scope, schedule),
    };
  }

  /** The inputs of functions of examples. */
  exampleSpecs(dtype: 'uint8' | 'float32' = 'float32'): InputSpecs {
    return { image: { shape: this.config.input, dtype }, ...this.labelSpecs() };
  }

  /** The inputs of functions of latents. */
  latentSpecs(): InputSpecs {
    return { z: { shape: this.latentShape }, ...this.labelSpecs() };
  }

  private labelSpecs(): InputSpecs {
    return this.objective.classes === undefined ? {} : { label: { shape: [], dtype: 'int64' } };
  }

  /** A batch of a function's inputs. */
  batchOf({ image, label }: Values): Batch {
    return { images: asFloat(image!), ...(label ? { labels: label } : {}) };
  }
}
