import type { Tensor } from 'onnxruntime-common';
import { formatShape } from '../../../base/excerpt.js';
import { version } from '../../../base/version.js';
import type { TableColumn } from '../../../data/column.js';
import { decoderModel, encoderModel } from '../../uses/export.js';
import type { Plan } from '../plan.js';
import { columnMeaning, tableColumns } from '../tables.js';
import type { Program } from '../target.js';

/** The differences between the two libraries that run ONNX files in browsers. */
interface Library {
  readonly name: string;
  readonly version: string;
  /** The module's imports, where it draws nothing. */
  readonly imports: string;
  readonly drawing: string;
  /** The function that draws normal numbers, where the library has none. */
  readonly normal?: string;
  readonly draw: (shape: string) => string;
  readonly load: string;
  readonly run: (session: string, inputs: string) => string;
  /** The imports of the check, and how it loads the model. */
  readonly check: { readonly imports: string; readonly load: string };
  readonly files: { readonly encoder: string; readonly decoder: string };
}

const transformers: Library = {
  name: '@huggingface/transformers',
  version: '^4.3.0',
  imports: "import { AutoModel } from '@huggingface/transformers';",
  drawing: "import { AutoModel, randn } from '@huggingface/transformers';",
  draw: (shape) => `randn(${shape})`,
  load: `  /**
   * @param place a folder, or a repository of the Hub
   * @param options those of AutoModel.from_pretrained, such as { device: 'webgpu' }
   */
  static async from_pretrained(place, options = {}) {
    const models = ['encoder_model', 'decoder_model'].map((model_file_name) =>
      AutoModel.from_pretrained(place, { ...options, model_file_name }),
    );
    return new VAE(...(await Promise.all(models)));
  }`,
  run: (session, inputs) => `${session}(${inputs})`,
  check: {
    imports: `import { fileURLToPath } from 'node:url';
import { Tensor } from '@huggingface/transformers';`,
    load: "VAE.from_pretrained(fileURLToPath(new URL('.', import.meta.url)))",
  },
  files: { encoder: 'onnx/encoder_model.onnx', decoder: 'onnx/decoder_model.onnx' },
};

const runtime: Library = {
  name: 'onnxruntime-web',
  version: '^1.20.0',
  imports: "import { InferenceSession } from 'onnxruntime-web';",
  drawing: "import { InferenceSession, Tensor } from 'onnxruntime-web';",
  normal: `/** Standard normal numbers, by Box and Muller's method. */
function randn(dims) {
  const size = dims.reduce((product, each) => product * each, 1);
  const data = Float32Array.from({ length: size }, () => {
    const radius = Math.sqrt(-2 * Math.log(1 - Math.random()));
    return radius * Math.cos(2 * Math.PI * Math.random());
  });
  return new Tensor('float32', data, dims);
}`,
  draw: (shape) => `randn(${shape})`,
  load: `  /**
   * @param folder where encoder.onnx and decoder.onnx are
   * @param options those of a session, such as { executionProviders: ['webgpu'] }
   */
  static async load(folder = '.', options = {}) {
    const sessions = ['encoder', 'decoder'].map((name) =>
      InferenceSession.create(\`\${folder}/\${name}.onnx\`, options),
    );
    return new VAE(...(await Promise.all(sessions)));
  }`,
  run: (session, inputs) => `${session}.run(${inputs})`,
  check: {
    imports: `import { fileURLToPath } from 'node:url';
import { Tensor } from 'onnxruntime-web';`,
    load: "VAE.load(fileURLToPath(new URL('.', import.meta.url)))",
  },
  files: { encoder: 'encoder.onnx', decoder: 'decoder.onnx' },
};

/** Samplers whose draws the decoder takes as they are, or brings to their place. */
const drawnNormal = ['standardNormal', 'hypersphere'];

/** The columns of a table's rows, for readers and their programs. */
function columnsText(columns: readonly TableColumn[]): string {
  const text = (words: string | string[]): string =>
    typeof words === 'string' ? JSON.stringify(words) : `[${words.map(text).join(', ')}]`;
  const lines = columns.map((column) => `  ${text(column.name)}: ${text(columnMeaning(column))},`);
  return [
    '/** Columns of a row. A row holds numbers, of names the place of one, and NaN for what is missing. */',
    'export const columns = {',
    ...lines,
    '};',
  ].join('\n');
}

function moduleText(plan: Plan, library: Library, hasSample: boolean): string {
  const { model, outputs } = plan;
  const { input, latentShape, objective } = model;
  const label = objective.classes === undefined ? '' : ', label';
  const [first] = outputs as [string];
  const batched = (shape: readonly number[]) => formatShape(['batch', ...shape]);
  const range = input.range ? ` in ${formatShape(input.range)}` : '';
  const labelText = label ? `, with labels int64 [batch] from 0 to ${objective.classes! - 1}` : '';
  const shape = ['count', ...latentShape].join(', ');
  const sample = label
    ? `  /** Examples decoded from draws of the prior, one of each label. */
  sample(label) {
    return this.decode(${library.draw(`[${shape.replace('count', 'label.dims[0]')}]`)}, label);
  }`
    : `  /** Examples decoded from draws of the prior. */
  sample(count) {
    return this.decode(${library.draw(`[${shape}]`)});
  }`;
  const methods = [
    `  constructor(encoder, decoder) {
    this.encoder = encoder;
    this.decoder = decoder;
  }`,
    library.load,
    `  /** ${outputs.join(' and ')} of the latents ${batched(latentShape)} of examples float32 ${batched(input.shape)}${range}${labelText}. */
  encode(image${label}) {
    return ${library.run('this.encoder', `{ image${label} }`)};
  }`,
    `  /** Examples that latents stand for. */
  async decode(z${label}) {
    const { image } = await ${library.run('this.decoder', `{ z${label} }`)};
    return image;
  }`,
    `  /** Examples reconstructed without noise. */
  async reconstruct(image${label}) {
    const { ${first} } = await this.encode(image${label});
    return this.decode(${first}${label});
  }`,
    ...(hasSample ? [sample] : []),
  ];
  const normal = hasSample && library.normal ? `${library.normal}\n\n` : '';
  const columns = tableColumns(plan);
  const described = columns ? `${columnsText(columns)}\n\n` : '';
  return `${hasSample ? library.drawing : library.imports}

${described}${normal}/** A variational autoencoder, trained by vaekit. */
export class VAE {
${methods.join('\n\n')}
}
`;
}

function checkText(plan: Plan, { check }: Library): string {
  const label = plan.model.objective.classes === undefined ? '' : ', tensor(known.label)';
  const hasGaps = tableColumns(plan) !== undefined;
  const data = hasGaps ? 'data, number' : 'data';
  const number = hasGaps
    ? `// JSON has null for NaN, a value that is missing.
const number = (value) => value ?? Number.NaN;

`
    : '';
  return `import { readFile } from 'node:fs/promises';
${check.imports}
import { VAE } from './model.js';

/* Compares with vaekit's results for the inputs in check.json. */
const known = JSON.parse(await readFile(new URL('check.json', import.meta.url), 'utf8'));
const vae = await ${check.load};

${number}function tensor({ type, dims, data }) {
  const values = type === 'int64' ? BigInt64Array.from(data, BigInt) : Float32Array.from(${data});
  return new Tensor(type, values, dims);
}

const found = {
  ...(await vae.encode(tensor(known.image)${label})),
  decoded: await vae.decode(tensor(known.latents)${label}),
  reconstruction: await vae.reconstruct(tensor(known.image)${label}),
};
let isSame = true;
for (const [name, { data }] of Object.entries(found)) {
  const differences = Array.from(known[name].data, (value, i) => {
    return Math.abs(Number(data[i]) - value) / Math.max(1, Math.abs(value));
  });
  const greatest = differences.reduce((a, b) => Math.max(a, b));
  console.log(\`\${name}: greatest difference \${greatest.toExponential(1)}\`);
  isSame = isSame && greatest <= 1e-5;
}
if (!isSame) {
  console.error('The numbers are not those of vaekit.');
  process.exitCode = 1;
}
`;
}

/** Tensors as plain data; NaN becomes null, as JSON has it. */
const checkJson = (known: Readonly<Record<string, Tensor>>) =>
  `${JSON.stringify(
    Object.fromEntries(
      Object.entries(known).map(([name, { type, dims, data }]) => {
        return [name, { type, dims, data: Array.from(data as Float32Array, Number) }];
      }),
    ),
  )}\n`;

const json = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`;

function programOf(plan: Plan, library: Library, more: Record<string, string> = {}): Program {
  const { model, tensors, sampler } = plan;
  const hasSample = sampler !== undefined && drawnNormal.includes(sampler.sampler.type);
  return {
    files: {
      'model.js': moduleText(plan, library, hasSample),
      'check.js': checkText(plan, library),
      'package.json': json({
        private: true,
        type: 'module',
        dependencies: { [library.name]: library.version },
      }),
      ...more,
      [library.files.encoder]: encoderModel(model, tensors),
      [library.files.decoder]: decoderModel(model, tensors),
    },
    hasSample,
    checked: (known) => ({ 'check.json': checkJson(known) }),
  };
}

/** A trained model as a module for transformers.js, whose models of the type 'custom' are any ONNX files. */
export function transformersProgram(plan: Plan): Program {
  const { config, latentShape, objective } = plan.model;
  return programOf(plan, transformers, {
    'config.json': json({
      model_type: 'custom',
      vaekit: version,
      input_shape: config.input,
      latent_shape: latentShape,
      ...(objective.classes === undefined ? {} : { num_labels: objective.classes }),
      // Browsers would look for quantized files without it.
      'transformers.js_config': { dtype: 'fp32' },
    }),
  });
}

/** A trained model as a module for onnxruntime-web alone. */
export function runtimeProgram(plan: Plan): Program {
  return programOf(plan, runtime);
}
