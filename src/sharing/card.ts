import { oneLine } from '../base/excerpt.js';
import { version } from '../base/version.js';
import { formatCount, formatNumber } from '../report/number.js';
import type { KeptJudgement } from '../runs/index.js';
import type { EpochMetrics } from '../training/index.js';
import { partsOf } from '../vae/judges/measures/names.js';

/** Facts of a run that its model card is made of. */
export interface CardFacts {
  /** `owner/name` */
  readonly repo: string;
  /** The address that opens the run: `hf://owner/name`, with a revision and a path where it has them. */
  readonly address: string;
  /** The content of `config.json`. */
  readonly config: Readonly<Record<string, unknown>>;
  /** Numbers that the model learnt. */
  readonly parameters: number;
  readonly metrics: readonly EpochMetrics[];
  readonly judgement?: KeptJudgement | undefined;
  /** The files that are shared. */
  readonly files: readonly string[];
  /** The licence by its name on the Hub, such as `mit`. */
  readonly license?: string | undefined;
}

type Data = Readonly<Record<string, unknown>>;

/** Marks a card as made by `vaekit push`, so that the next push makes it anew. */
export const cardMark =
  '<!-- Made by vaekit push, which makes it anew. Remove this line to keep what you write. -->';

/** Published data by the name that it has on the Hub. */
const onHub: Readonly<Record<string, string>> = {
  mnist: 'ylecun/mnist',
  'fashion-mnist': 'zalando-datasets/fashion_mnist',
};

/** Pictures of a run in the order in which a card shows them, with their captions. */
const captions: Readonly<Record<string, string>> = {
  'reconstructions.png': 'Examples over their reconstructions',
  'samples.png': 'Decoded draws',
  'manifold.png': 'Decoded over a grid of the latents',
  'latent.png': 'Latents of examples',
  'loss.png': 'Loss by epoch',
  'quality.png': 'Drawn rows beside real ones',
};

/** Text of files or options, as it may stand in Markdown: on one line, without signs that mean something. */
const plain = (text: string) => oneLine(text).replace(/[\\`*_{}[\]<>#|~!$&]/g, '\\$&');

/** The name of a kind, whether it stands alone or with options. */
function kindOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  const { type } = (value ?? {}) as { type?: unknown };
  return typeof type === 'string' ? type : undefined;
}

const objectOf = (value: unknown) => (typeof value === 'object' && value ? (value as Data) : {});
const textOf = (value: unknown) => (typeof value === 'string' ? value : undefined);

/** The facts that several parts of a card tell. */
function describe({ config }: CardFacts) {
  const [model, training] = [objectOf(config.model), objectOf(config.training)];
  const trainedOn = objectOf(config.trainedOn);
  const data = textOf(training.data);
  const input = Array.isArray(model.input) ? model.input.map(Number) : [];
  return {
    model,
    training,
    trainedOn,
    dataset: data === undefined ? undefined : onHub[data],
    dataName: textOf(trainedOn.name) ?? data?.split(/[\\/]/).at(-1) ?? 'data',
    input,
    isImages: input.length === 3,
    objective: kindOf(model.objective) ?? 'vae',
  };
}

/** The metrics of the last epoch's validation, or of training where nothing was kept from it. */
function lastFigures(metrics: readonly EpochMetrics[]): [name: string, value: number][] {
  const entries = Object.entries(metrics.at(-1) ?? {}).filter(([, value]) =>
    Number.isFinite(value),
  );
  const validation = entries.filter(([name]) => name.startsWith('val_'));
  if (validation.length > 0) return validation;
  const numbers = new Set(['epoch', 'steps', 'seconds', 'learning_rate']);
  return entries.filter(([name]) => !numbers.has(name));
}

/** A measure of `judge.json` in words: `log p(x), nats`. */
function figureTitle(name: string): string {
  const { measure, features } = partsOf(name);
  const title = measure?.title ?? name;
  const by = features === undefined ? '' : ` by ${features}`;
  return `${title}${by}${measure?.unit ? `, ${measure.unit}` : ''}`;
}

/** The metadata of a card, as the Hub reads it. */
function metadataOf(facts: CardFacts): Data {
  const { dataset, dataName, isImages, objective } = describe(facts);
  const { metrics, judgement, repo, license } = facts;
  const task = isImages
    ? { type: 'unconditional-image-generation', name: 'Unconditional image generation' }
    : { type: 'other', name: 'Generative model' };
  const result = (name: string, split: string | undefined, found: readonly Data[]) =>
    found.length === 0
      ? []
      : [
          {
            task,
            dataset: {
              type: dataset ?? name,
              name,
              ...(split && split !== 'all' ? { split } : {}),
            },
            metrics: found,
          },
        ];
  const judged = Object.entries(judgement?.figures ?? {}).map(([type, { value }]) => {
    return { type, value, name: figureTitle(type) };
  });
  const trained = lastFigures(metrics).map(([type, value]) => ({ type, value, name: type }));
  const results = [
    ...result(dataName, undefined, trained),
    ...result(judgement?.data ?? dataName, judgement?.part, judged),
  ];
  return {
    ...(license ? { license } : {}),
    library_name: 'vaekit',
    ...(isImages ? { pipeline_tag: 'unconditional-image-generation' } : {}),
    tags: [
      ...new Set(['vaekit', 'variational-autoencoder', objective]),
      ...(facts.files.includes('decoder.onnx') ? ['onnx'] : []),
    ],
    ...(dataset ? { datasets: [dataset] } : {}),
    ...(trained.length + judged.length > 0
      ? { metrics: [...trained, ...judged].map(({ type }) => type) }
      : {}),
    ...(results.length > 0 ? { 'model-index': [{ name: repo.split('/')[1], results }] } : {}),
  };
}

/** A table of Markdown. */
const table = (header: readonly string[], rows: readonly (readonly string[])[]) =>
  [header, header.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');

/** Tells how the run is opened: by the command line, in code, and by its ONNX files in Python. */
function usage(facts: CardFacts): string[] {
  const { address, repo, files } = facts;
  const { input, model } = describe(facts);
  const sections = [
    [
      '```sh',
      `npx vaekit info ${address}`,
      `npx vaekit sample ${address} --out samples.png`,
      '```',
    ],
    [
      ...['```ts', "import { VAE } from 'vaekit';", ''],
      ...[
        `const vae = await VAE.load('${address}');`,
        'const drawn = await vae.sample(16);',
        '```',
      ],
    ],
  ];
  const isPlain = files.includes('encoder.onnx') && model.classes === undefined;
  if (isPlain && address === `hf://${repo}`) {
    sections.push([
      ...[
        '```python',
        'import numpy, onnxruntime',
        'from huggingface_hub import hf_hub_download',
        '',
      ],
      `session = onnxruntime.InferenceSession(hf_hub_download('${repo}', 'encoder.onnx'))`,
      `examples = numpy.zeros((1, ${input.join(', ')}), 'float32')`,
      "latents = session.run(None, {'image': examples})[0]",
      '```',
    ]);
  }
  return ['## Use', ...sections.map((lines) => lines.join('\n'))];
}

/** The model and its training, in a table. */
function training(facts: CardFacts): string[] {
  const { model, training, trainedOn, dataName, input, objective } = describe(facts);
  const { train, validation } = objectOf(trainedOn.parts) as Record<string, unknown>;
  const count = (value: unknown) => (typeof value === 'number' ? formatCount(value) : undefined);
  const examples = [
    [count(train), 'trained on'],
    [count(validation), 'validated by'],
  ].flatMap(([number, words]) => (number ? [`${number} ${words}`] : []));
  const optimizer = objectOf(training.optimizer);
  const rate = optimizer.learningRate;
  const rows: [string, string | undefined][] = [
    ['Data', `${dataName}${examples.length > 0 ? ` (${examples.join(', ')})` : ''}`],
    ['Shape of an example', input.join(' × ')],
    ['Latents', count(model.latent)],
    ['Parameters', formatCount(facts.parameters)],
    ['Objective', objective],
    ['Likelihood', kindOf(model.likelihood)],
    ['Optimizer', kindOf(optimizer)],
    ['Learning rate', typeof rate === 'number' ? String(rate) : kindOf(rate)],
    ['Epochs', facts.metrics.length > 0 ? count(facts.metrics.length) : count(training.epochs)],
    ['Batch size', count(training.batchSize)],
    ['Seed', textOf(String(model.seed ?? ''))],
    ['vaekit', textOf(facts.config.vaekit) ?? version],
  ];
  const told = rows.flatMap(([name, value]) => (value ? [[name, plain(value)]] : []));
  return ['## Training', table(['', ''], told), 'All settings are in `config.json`.'];
}

/** Figures of the run, as it was measured. */
function results({ metrics, judgement }: CardFacts): string[] {
  const last = lastFigures(metrics).map(([name, value]) => [plain(name), formatNumber(value)]);
  const judged = Object.entries(judgement?.figures ?? {}).map(
    ([name, { value, error, detail }]) => [
      plain(figureTitle(name)),
      `${formatNumber(value)}${error === undefined ? '' : ` ± ${Number(error.toPrecision(2))}`}`,
      plain(detail ?? ''),
    ],
  );
  if (last.length + judged.length === 0) return [];
  const { data = '', examples = 0, part = 'all' } = judgement ?? {};
  const of = part === 'all' ? '' : ` of the ${part} part`;
  return [
    '## Results',
    ...(last.length > 0
      ? [`After epoch ${metrics.length}, means over the data:`, table(['Metric', 'Value'], last)]
      : []),
    ...(judged.length > 0
      ? [
          `By \`vaekit judge\`, ${formatCount(examples)} examples${of} of ${plain(data)}:`,
          table(['Measure', 'Value', ''], judged),
        ]
      : []),
  ];
}

/** A run's model card: Markdown under the metadata that the Hub reads. */
export async function modelCard(facts: CardFacts): Promise<string> {
  const { stringify } = await import('#yaml');
  const { repo, files } = facts;
  const { dataName, model } = describe(facts);
  const latents = model.latent === 1 ? '1 latent' : `${String(model.latent)} latents`;
  const shown = Object.entries(captions).filter(([file]) => files.includes(file));
  const parts = [
    `# ${plain(repo.split('/')[1]!)}`,
    `A variational autoencoder with ${latents}, trained on ${plain(dataName)} with vaekit. It is opened without running any code of this repository.`,
    ...shown.map(([file, caption]) => `![${caption}](${file})`),
    ...usage(facts),
    ...results(facts),
    ...training(facts),
  ];
  return `---\n${stringify(metadataOf(facts))}---\n${cardMark}\n\n${parts.join('\n\n')}\n`;
}
