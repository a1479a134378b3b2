import type { Tensor } from 'onnxruntime-common';
import { isLearnt, type TableColumn } from '../../../../src/data/column.js';
import { describeInput } from '../../../../src/data/input.js';
import type { ModelConfig, Summary } from '../../../../src/vae/index.js';
import { said } from '../../language/language.js';
import type { Numbers } from '../../model/numbers.js';

type Layer = Summary['rows'][number];

/** A model that is drawn: one that is open, or one that is only planned. */
export interface DiagramModel {
  readonly config: Pick<ModelConfig, 'input' | 'example' | 'latent'>;
  readonly summary: Summary;
  /** The parameters by their names; absent where the model is only planned. */
  readonly parameters?: Readonly<Record<string, Tensor>> | undefined;
}

/** A cell of a row: the column's name and its value in words. */
export type Cell = readonly [name: string, value: string];

/** The values that flow through the model now; a value that is not known is absent. */
export interface DiagramValues {
  /** One image or sequence, [1, ...shape]; or the cells of a row. */
  readonly input?: Numbers | readonly Cell[] | undefined;
  readonly mean?: Float32Array | undefined;
  readonly logVariance?: Float32Array | undefined;
  readonly epsilon?: ArrayLike<number> | undefined;
  readonly z?: ArrayLike<number> | undefined;
  /** Code of a codebook at each position, a row after another. */
  readonly codes?: { readonly indices: ArrayLike<number>; readonly columns: number } | undefined;
  readonly output?: Numbers | readonly Cell[] | undefined;
  /** The outputs of layers for one example, [1, ...], by their names, such as `encoder.0`. */
  readonly layers?: Readonly<Record<string, Numbers>> | undefined;
}

export type NodeId =
  | 'input'
  | 'encoder'
  | 'posterior'
  | 'epsilon'
  | 'z'
  | 'codes'
  | 'decoder'
  | 'output';

/** A part of the model that opens. */
export interface DiagramNode {
  readonly id: NodeId;
  readonly title: string;
  /** One or two sentences, to be translated. */
  readonly text: string;
  readonly layers: readonly Layer[];
}

/** The kind of a model's examples. */
const thingOf = ({ config: { input, example } }: DiagramModel) =>
  describeInput(input, example).kind;

/** The columns that a model of a table learns; undefined for others. */
export const columnsOf = ({ config }: DiagramModel): readonly TableColumn[] | undefined =>
  config.example?.columns?.filter(isLearnt);

const inputTexts: Readonly<Record<string, readonly [title: string, text: string]>> = {
  table: [
    said('Row in'),
    said(
      'One row of the table. Each column becomes one or more features: a number is standardized, a name becomes one feature for each category.',
    ),
  ],
  sequence: [said('Sequence in'), said('One example of the data: values along steps.')],
};

const imageText = [
  said('Image in'),
  said('One example of the data. The encoder sees it as so many numbers from 0 to 1.'),
] as const;

const outputTexts: Readonly<Record<string, readonly [title: string, text: string]>> = {
  table: [
    said('Distributions'),
    said(
      'The decoder gives a distribution for each column. The likelihood tells how probable the true row is under them; a new row is drawn from them.',
    ),
  ],
  sequence: [
    said('Sequence out'),
    said('The decoder gives the parameters of a distribution for each value. Its mean is shown.'),
  ],
};

const outputImage = [
  said('Image out'),
  said(
    'The decoder gives the parameters of a distribution for each pixel. Its mean is shown. The reconstruction error tells how improbable the true image is under it.',
  ),
] as const;

/** The nodes of a model in the order in which an example flows through it. */
export function nodesOf(model: DiagramModel): DiagramNode[] {
  const { rows } = model.summary;
  const at = (path: string) =>
    rows.filter(({ name }) => name === path || name.startsWith(`${path}.`));
  const kind = thingOf(model);
  const [inTitle, inText] = inputTexts[kind] ?? imageText;
  const [outTitle, outText] = outputTexts[kind] ?? outputImage;
  const node = (id: NodeId, title: string, text: string, layers: readonly Layer[] = []) => ({
    id,
    title,
    text,
    layers,
  });
  return [
    node('input', inTitle, inText),
    node(
      'encoder',
      said('Encoder'),
      said('Layers that turn the example into a few features, from which the next node follows.'),
      at('encoder'),
    ),
    ...betweenOf(model, node, at),
    node(
      'decoder',
      said('Decoder'),
      said('Layers that turn latents into an example again. New examples need this half alone.'),
      at('decoder'),
    ),
    node('output', outTitle, outText, at('likelihood')),
  ];
}

/** The nodes between encoder and decoder. */
function betweenOf(
  { summary: { rows } }: DiagramModel,
  node: (id: NodeId, title: string, text: string, layers?: readonly Layer[]) => DiagramNode,
  at: (path: string) => readonly Layer[],
): DiagramNode[] {
  const has = (path: string) => rows.some(({ name }) => name === path);
  if (has('quantizer')) {
    return [
      node(
        'codes',
        said('Codes'),
        said(
          'At each position the codebook’s vector that is nearest to the encoder’s takes its place, so the example becomes a grid of code numbers.',
        ),
        at('quantizer'),
      ),
    ];
  }
  if (has('topDown')) {
    return [
      node(
        'z',
        'z',
        said(
          'The latents are in groups. The top group is drawn first, and each one below by those above it, in the encoder as in the prior.',
        ),
        at('topDown'),
      ),
    ];
  }
  if (!has('logVariance')) {
    return [
      node(
        'z',
        'z',
        said(
          'The latents: a point, without noise. So nothing keeps the space between points in order.',
        ),
        at('mean'),
      ),
    ];
  }
  return [
    node(
      'posterior',
      said('μ and σ'),
      said(
        'The answer of the encoder is not a point but a distribution: for every latent a mean μ and a standard deviation σ. The KL term draws both to the prior, 0 and 1.',
      ),
      [...at('mean'), ...at('logVariance')],
    ),
    node('epsilon', 'ε', said('Noise from a standard normal distribution, drawn anew each time.')),
    node(
      'z',
      'z',
      said(
        'z = μ + σ · ε, a draw from the distribution. As ε comes from outside, gradients flow through μ and σ: the reparameterization trick.',
      ),
      at('sampling'),
    ),
  ];
}
