import type { Tensor } from 'onnxruntime-common';
import { type Plan, type PlannedLayer, refuse, tensorOf } from '../plan.js';
import { call, literal, short, unless } from '../python.js';
import { joined } from '../tensors.js';
import { isSymmetric, type LayerWindow, type Pad, windowOf } from '../window.js';
import { keptLast, toRow, toShape } from './layout.js';

/** Statements over `x`, and the tensors of the layers that they name. */
export interface KerasLines {
  readonly lines: readonly string[];
  readonly tensors?: Readonly<Record<string, Tensor>>;
}

/** The parts of a program that its layers ask for. */
export interface KerasParts {
  readonly plan: Plan;
  /** Asks for a class or a function of the program's own, or a rule by which tensors are laid out. */
  helper(name: string): void;
}

type Write = (layer: PlannedLayer, parts: KerasParts, depth: number) => KerasLines;

/** A layer applied to x. */
export const applied = (layer: string) => `x = ${layer}(x)`;

const plain = (...made: readonly string[]): KerasLines => ({ lines: made.map(applied) });

/** Activations that Keras knows by another name or by another number. */
const leaky = 'layers.LeakyReLU(negative_slope=0.01)';

/** A layer's argument for its activation; or a layer of its own where Keras has no name for the activation. */
function activated({ options }: PlannedLayer) {
  const { activation } = options;
  const isNamed = activation !== 'linear' && activation !== 'leakyRelu';
  return {
    activation: isNamed ? activation : undefined,
    after: activation === 'leakyRelu' ? [applied(leaky)] : [],
  };
}

/** The name of a layer, without dots: Keras over PyTorch takes none. */
const named = ({ path }: PlannedLayer) => path.replaceAll('.', '_');

/** The tensors of a layer under its own name. */
function tensorsOf(layer: PlannedLayer, { plan }: KerasParts, names = ['weight', 'bias']) {
  const entries = names.map((name) => [`${named(layer)}.${name}`, tensorOf(plan, layer, name)]);
  return Object.fromEntries(entries.filter(([, tensor]) => tensor)) as Record<string, Tensor>;
}

const asTuple = (pads: readonly Pad[]) =>
  pads.length === 1 ? pads[0]! : pads.map((pad) => [...pad]);

/** Zeros around positions. */
function padding(pads: readonly Pad[]): string {
  const first = pads.map(([before]) => before);
  const width = isSymmetric(pads) ? short(first) : asTuple(pads);
  return call(`layers.ZeroPadding${pads.length}D`, [width]);
}

const isNone = (pads: readonly Pad[]) => pads.every(([before, after]) => before + after === 0);

const strided = ({ stride, dilation }: LayerWindow) => ({
  strides: unless(short(stride), 1),
  dilation_rate: unless(short(dilation), 1),
});

function requireOneStep({ path, type }: PlannedLayer, { stride, dilation }: LayerWindow): void {
  if (stride.every((step) => step === 1) || dilation.every((apart) => apart === 1)) return;
  refuse(
    'keras',
    `${path} (${type})`,
    'Keras has no convolution with both a stride and a dilation',
  );
}

const convolution: Write = (layer, parts) => {
  const { options } = layer;
  const window = windowOf(layer);
  const { kernel, pads } = window;
  requireOneStep(layer, window);
  const { activation, after } = activated(layer);
  const isSame = options.padding === 'same';
  const code = call(`layers.Conv${kernel.length}D`, [options.filters, short(kernel)], {
    ...strided(window),
    padding: isSame ? 'same' : undefined,
    groups: unless(options.groups, 1),
    activation,
    use_bias: unless(options.bias, true),
    name: named(layer),
  });
  const before = isSame || isNone(pads) ? [] : [applied(padding(pads))];
  return { lines: [...before, applied(code), ...after], tensors: tensorsOf(layer, parts) };
};

/** Keras gives all rows and columns of a transposed convolution; the ends are cut off. */
const transposed: Write = (layer, parts) => {
  const { options, path, type, input, output } = layer;
  const window = windowOf(layer);
  const { kernel, stride, dilation, pads } = window;
  requireOneStep(layer, window);
  if (options.groups !== 1) {
    refuse('keras', `${path} (${type})`, 'Keras has no groups in a transposed convolution');
  }
  const isSame = output.slice(1).every((size, i) => size === input[i + 1]! * stride[i]!);
  const keeps = options.padding === 'same' && isSame;
  const cut = pads.map(([first], i): Pad => {
    const reach = dilation[i]! * (kernel[i]! - 1) + 1;
    const whole = (input[i + 1]! - 1) * stride[i]! + Math.max(reach, stride[i]!);
    return [first, whole - first - output[i + 1]!];
  });
  if (!keeps && cut.some(([, after]) => after < 0)) {
    refuse('keras', `${path} (${type})`, 'its output is larger than what Keras gives');
  }
  const { activation, after } = activated(layer);
  const code = call(`layers.Conv${kernel.length}DTranspose`, [options.filters, short(kernel)], {
    ...strided(window),
    padding: keeps ? 'same' : undefined,
    activation,
    use_bias: unless(options.bias, true),
    name: named(layer),
  });
  const cropping =
    keeps || isNone(cut)
      ? []
      : [applied(padding(cut).replace('layers.ZeroPadding', 'layers.Cropping'))];
  return { lines: [applied(code), ...cropping, ...after], tensors: tensorsOf(layer, parts) };
};

const masked: Write = (layer, parts) => {
  const { options } = layer;
  parts.helper('MaskedConv2D');
  const { activation, after } = activated(layer);
  const code = call('MaskedConv2D', [options.filters, short(windowOf(layer).kernel)], {
    kind: options.mask,
    colours: unless(options.colours, 1),
    activation,
    use_bias: unless(options.bias, true),
    name: named(layer),
  });
  return { lines: [applied(code), ...after], tensors: tensorsOf(layer, parts) };
};

/** A pooling layer by its window; of another padding than 'same' without any. */
function pooling(kind: 'Max' | 'Average', window: LayerWindow, isSame: boolean): string {
  const { kernel, stride } = window;
  return call(`layers.${kind}Pooling${kernel.length}D`, [short(kernel)], {
    strides: stride.join() === kernel.join() ? undefined : short(stride),
    padding: isSame ? 'same' : undefined,
  });
}

const maxPool: Write = (layer) => {
  const window = windowOf(layer);
  const { pads } = window;
  if (layer.options.padding === 'same') return plain(pooling('Max', window, true));
  const pool = pooling('Max', window, false);
  if (isNone(pads)) return plain(pool);
  const widths = literal([[0, 0], ...pads.map((pad) => [...pad]), [0, 0]]);
  const padded = `x = ops.pad(x, ${widths}, constant_values=float("-inf"))`;
  return { lines: [padded, applied(pool)] };
};

const averagePool: Write = (layer) => {
  const { options } = layer;
  const window = windowOf(layer);
  const { pads } = window;
  const isSame = options.padding === 'same';
  const counted = options.countPadding ?? !isSame;
  if (isNone(pads)) return plain(pooling('Average', window, false));
  if (isSame && !counted) return plain(pooling('Average', window, true));
  const pool = pooling('Average', window, false);
  if (counted) return plain(padding(pads), pool);
  // The mean over pixels inside alone.
  const made = `pad, pool = ${padding(pads)}, ${pool}`;
  return { lines: [made, 'x = pool(pad(x)) / pool(pad(ops.ones_like(x)))'] };
};

const global =
  (kind: 'Average' | 'Max'): Write =>
  ({ input, path, type }) => {
    const rank = input.length - 1;
    if (rank > 3) refuse('keras', `${path} (${type})`, 'Keras pools over three axes at most');
    return plain(`layers.Global${kind}Pooling${rank}D()`);
  };

const attention: Write = (layer, parts) => {
  const { input, options } = layer;
  const { plan } = parts;
  const [channels] = input as [number];
  const heads = options.heads as number;
  parts.helper('attention kernels');
  const normal = call('layers.GroupNormalization', [options.groups], {
    epsilon: options.epsilon,
    name: `${named(layer)}_group_norm`,
  });
  const shares = call('layers.MultiHeadAttention', [heads, channels / heads], {
    name: named(layer),
  });
  const back = `layers.Reshape(${literal([...keptLast(input)])})`;
  const names = {
    to_q: 'query',
    to_k: 'key',
    to_v: 'value',
    'to_out.0': 'attention_output',
  };
  const tensors = Object.entries(names).flatMap(([from, to]) =>
    ['weight', 'bias'].map((part) => [
      `${named(layer)}.${to}.${part}`,
      tensorOf(plan, layer, `${from}.${part}`),
    ]),
  );
  return {
    lines: [
      `rows = layers.Reshape((-1, ${channels}))(${normal}(x))`,
      `x = x + ${back}(${shares}(rows, rows))`,
    ],
    tensors: {
      [`${named(layer)}_group_norm.weight`]: tensorOf(plan, layer, 'group_norm.weight'),
      [`${named(layer)}_group_norm.bias`]: tensorOf(plan, layer, 'group_norm.bias'),
      ...Object.fromEntries(tensors),
    },
  };
};

/** Writes a layer in layers of Keras, by its type. */
export const kerasLayers: Readonly<Record<string, Write>> = {
  activation({ options: { name } }) {
    if (name === 'linear') return { lines: [] };
    return plain(name === 'leakyRelu' ? leaky : `layers.Activation("${name}")`);
  },
  attention,
  averagePool1d: averagePool,
  averagePool2d: averagePool,
  batchNorm(layer, parts) {
    const { options } = layer;
    const code = call('layers.BatchNormalization', [], {
      momentum: 1 - (options.momentum as number),
      epsilon: options.epsilon,
      name: named(layer),
    });
    const names = ['weight', 'bias', 'running_mean', 'running_var'];
    return { ...plain(code), tensors: tensorsOf(layer, parts, names) };
  },
  conv1d: convolution,
  conv2d: convolution,
  convTranspose1d: transposed,
  convTranspose2d: transposed,
  dense(layer, parts) {
    const { input, options } = layer;
    const { activation, after } = activated(layer);
    const use_bias = unless(options.bias, true);
    const code = call('layers.Dense', [options.units], {
      activation,
      use_bias,
      name: named(layer),
    });
    const lines = [...toRow(input), code].map(applied);
    return { lines: [...lines, ...after], tensors: tensorsOf(layer, parts) };
  },
  dropout: ({ options }) => plain(call('layers.Dropout', [options.rate])),
  flatten: ({ input }) => plain(...toRow(input)),
  gatedDense(layer, { plan }) {
    const { input, options } = layer;
    const both = (name: string, gate: string) =>
      joined(tensorOf(plan, layer, name), tensorOf(plan, layer, gate));
    const code = call('layers.Dense', [2 * (options.units as number)], { name: named(layer) });
    return {
      lines: [...[...toRow(input), code].map(applied), 'x = ops.glu(x)'],
      tensors: {
        [`${named(layer)}.weight`]: both('weight', 'gateWeight'),
        [`${named(layer)}.bias`]: both('bias', 'gateBias'),
      },
    };
  },
  globalAveragePool: global('Average'),
  globalMaxPool: global('Max'),
  groupNorm(layer, parts) {
    const { options } = layer;
    const { groups, epsilon } = options;
    const code = call('layers.GroupNormalization', [groups], { epsilon, name: named(layer) });
    return { ...plain(code), tensors: tensorsOf(layer, parts) };
  },
  layerNorm(layer, parts) {
    const { input, options } = layer;
    const axes = input.length === 1 ? undefined : input.map((_, i) => i + 1);
    if (axes) parts.helper('maps of scales');
    const code = call('layers.LayerNormalization', [], {
      axis: axes,
      epsilon: options.epsilon,
      name: named(layer),
    });
    return { ...plain(code), tensors: tensorsOf(layer, parts) };
  },
  maskedConv2d: masked,
  maxPool1d: maxPool,
  maxPool2d: maxPool,
  reshape: ({ input, output }) => plain(...toShape(input, output)),
  residual({ layers }, parts, depth) {
    const name = depth === 0 ? 'shortcut' : `shortcut${depth + 1}`;
    const { lines, tensors } = linesOf(layers, parts, depth + 1);
    return { lines: [`${name} = x`, ...lines, `x = ${name} + x`], tensors: tensors! };
  },
  upsample: ({ options: { scale, mode } }) =>
    plain(
      call('layers.UpSampling2D', [short(scale as number[])], {
        interpolation: unless(mode, 'nearest'),
      }),
    ),
  upsample1d({ options: { scale, mode } }) {
    if (mode === 'nearest') return plain(call('layers.UpSampling1D', [scale]));
    const wide = call('layers.UpSampling2D', [[scale, 1]], { interpolation: 'bilinear' });
    return { lines: [`x = ops.squeeze(${wide}(ops.expand_dims(x, 2)), 2)`] };
  },
};

/** The statements of layers one after another. @throws UserError when a layer cannot be exported */
export function linesOf(
  layers: readonly PlannedLayer[],
  parts: KerasParts,
  depth = 0,
): KerasLines & { readonly tensors: Record<string, Tensor> } {
  const written = layers.map((layer) => {
    const write = kerasLayers[layer.type];
    if (write) return write(layer, parts, depth);
    const { name } = layer.options;
    return refuse(
      'keras',
      `${layer.path} (${name ?? layer.type})`,
      name ? 'it is a layer of your own, whose function is code' : 'there is no layer for it',
    );
  });
  return {
    lines: written.flatMap(({ lines }) => lines),
    tensors: Object.assign({}, ...written.map(({ tensors }) => tensors ?? {})),
  };
}
