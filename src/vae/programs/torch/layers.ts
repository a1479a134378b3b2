import type { Tensor } from 'onnxruntime-common';
import { elementCount } from '../../../base/shape.js';
import { type Plan, type PlannedLayer, refuse, tensorOf } from '../plan.js';
import { call, indent, literal, short, unless } from '../python.js';
import { joined } from '../tensors.js';
import { isSymmetric, type LayerWindow, type Pad, windowOf } from '../window.js';

/** A module of PyTorch: how it is made, and its tensors by the names it has for them. */
export interface TorchModule {
  readonly code: string;
  readonly tensors?: Readonly<Record<string, Tensor>>;
}

/** The parts of a program that its modules ask for. */
export interface TorchParts {
  readonly plan: Plan;
  /** Asks for a class or a function of the program's own, by name. */
  helper(name: string): void;
}

type Write = (layer: PlannedLayer, parts: TorchParts) => readonly TorchModule[];

const plain = (name: string, given: readonly unknown[] = [], keywords = {}): TorchModule => ({
  code: call(name, given, keywords),
});

/** A module with the tensors of its layer, where it has them. */
function holding(
  code: string,
  layer: PlannedLayer,
  { plan }: TorchParts,
  names: readonly string[],
): TorchModule {
  const found = names.filter((name) => tensorOf(plan, layer, name));
  const tensors = found.map((name) => [name, tensorOf(plan, layer, name)]);
  return { code, tensors: Object.fromEntries(tensors) };
}

const activations: Readonly<Record<string, readonly TorchModule[]>> = {
  linear: [],
  relu: [plain('nn.ReLU')],
  leakyRelu: [plain('nn.LeakyReLU')],
  elu: [plain('nn.ELU')],
  gelu: [plain('nn.GELU')],
  silu: [plain('nn.SiLU')],
  tanh: [plain('nn.Tanh')],
  sigmoid: [plain('nn.Sigmoid')],
  softplus: [plain('nn.Softplus')],
  softmax: [plain('nn.Softmax', [], { dim: 1 })],
};

const activated = ({ options }: PlannedLayer) => activations[options.activation as string]!;

/** The module that makes a row of an example, where it is none. */
export const flattened = (shape: readonly number[]): readonly TorchModule[] =>
  shape.length > 1 ? [plain('nn.Flatten')] : [];

/** Pads positions with zeros or a given number; negative widths cut off. */
function padded(pads: readonly Pad[], value?: number): TorchModule {
  // PyTorch names the last axis first.
  const widths = pads.toReversed().flat();
  const { length: rank } = pads;
  return value === undefined
    ? plain(`nn.ZeroPad${rank}d`, [widths])
    : plain(`nn.ConstantPad${rank}d`, [widths, value]);
}

const before = (pads: readonly Pad[]) => pads.map(([first]) => first);

const someOf = (sizes: readonly number[]) =>
  sizes.some((size) => size !== 0) ? short(sizes) : undefined;

const strided = ({ stride, dilation }: LayerWindow) => ({
  stride: unless(short(stride), 1),
  dilation: unless(short(dilation), 1),
});

const convolution: Write = (layer, parts) => {
  const { options, input } = layer;
  const window = windowOf(layer);
  const { pads, kernel } = window;
  const isEven = isSymmetric(pads);
  const code = call(`nn.Conv${kernel.length}d`, [input[0], options.filters, short(kernel)], {
    ...strided(window),
    padding: isEven ? someOf(before(pads)) : undefined,
    groups: unless(options.groups, 1),
    bias: unless(options.bias, true),
  });
  const own = holding(code, layer, parts, ['weight', 'bias']);
  return [...(isEven ? [] : [padded(pads)]), own, ...activated(layer)];
};

/** PyTorch cuts off equal widths on both sides, less its output padding after; negative zeros cut other widths. */
const transposed: Write = (layer, parts) => {
  const { options, input } = layer;
  const window = windowOf(layer);
  const { pads, kernel, outputPadding } = window;
  const added = pads.map(([first, last], axis) => first - last + outputPadding[axis]!);
  const isOwn = added.every((more) => more >= 0);
  const code = call(
    `nn.ConvTranspose${kernel.length}d`,
    [input[0], options.filters, short(kernel)],
    {
      ...strided(window),
      padding: isOwn ? someOf(before(pads)) : undefined,
      output_padding: someOf(isOwn ? added : outputPadding),
      groups: unless(options.groups, 1),
      bias: unless(options.bias, true),
    },
  );
  const own = holding(code, layer, parts, ['weight', 'bias']);
  const cut = padded(pads.map(([first, last]) => [0 - first, 0 - last]));
  return [own, ...(isOwn ? [] : [cut]), ...activated(layer)];
};

const masked: Write = (layer, parts) => {
  const { options, input } = layer;
  parts.helper('MaskedConv2d');
  const code = call('MaskedConv2d', [input[0], options.filters, short(windowOf(layer).kernel)], {
    mask: options.mask,
    colours: unless(options.colours, 1),
    bias: unless(options.bias, true),
  });
  return [holding(code, layer, parts, ['weight', 'bias']), ...activated(layer)];
};

/** Padding of pools that PyTorch takes: as much on both sides, and at most half of the window. */
const isPoolPadding = ({ pads, kernel }: LayerWindow) =>
  isSymmetric(pads) && pads.every(([first], axis) => 2 * first <= kernel[axis]!);

const maxPool: Write = (layer) => {
  const window = windowOf(layer);
  const { kernel, stride, pads } = window;
  const isOwn = isPoolPadding(window);
  const pool = plain(`nn.MaxPool${kernel.length}d`, [short(kernel)], {
    stride: stride.join() === kernel.join() ? undefined : short(stride),
    padding: isOwn ? someOf(before(pads)) : undefined,
  });
  return isOwn ? [pool] : [padded(pads, -Infinity), pool];
};

const averagePool: Write = (layer, parts) => {
  const { options } = layer;
  const window = windowOf(layer);
  const { kernel, stride, pads } = window;
  const { length: rank } = kernel;
  const counted = options.countPadding ?? options.padding !== 'same';
  const isPadded = pads.some(([first, last]) => first + last > 0);
  const step = stride.join() === kernel.join() ? undefined : short(stride);
  const name = `nn.AvgPool${rank}d`;
  if (isPoolPadding(window)) {
    const padding = someOf(before(pads));
    const count_include_pad = isPadded && !counted ? false : undefined;
    return [plain(name, [short(kernel)], { stride: step, padding, count_include_pad })];
  }
  const pool = plain(name, [short(kernel)], { stride: step });
  if (counted) return [padded(pads), pool];
  parts.helper('MeanInside');
  return [{ code: `MeanInside(${padded(pads).code}, ${pool.code})` }];
};

const global =
  (kind: 'Avg' | 'Max'): Write =>
  ({ input, path, type }) => {
    const rank = input.length - 1;
    if (rank > 3) refuse('torch', `${path} (${type})`, 'PyTorch pools over three axes at most');
    return [plain(`nn.Adaptive${kind}Pool${rank}d`, [1]), plain('nn.Flatten')];
  };

const batchNorm: Write = (layer, parts) => {
  const { input, options, path } = layer;
  const rank = Math.max(1, input.length - 1);
  if (rank > 3) refuse('torch', `${path} (batchNorm)`, 'PyTorch has it over three axes at most');
  const code = call(`nn.BatchNorm${rank}d`, [input[0]], {
    eps: unless(options.epsilon, 1e-5),
    momentum: unless(options.momentum, 0.1),
  });
  return [holding(code, layer, parts, ['weight', 'bias', 'running_mean', 'running_var'])];
};

const attention: Write = (layer, parts) => {
  const { input, options } = layer;
  const { plan } = parts;
  parts.helper('Attention');
  const of = (name: string, part: string) => tensorOf(plan, layer, `${name}.${part}`);
  const three = (part: string) => joined(...['to_q', 'to_k', 'to_v'].map((name) => of(name, part)));
  return [
    {
      code: call('Attention', [input[0]], {
        heads: unless(options.heads, 1),
        groups: unless(options.groups, 1),
        eps: unless(options.epsilon, 1e-6),
      }),
      tensors: {
        'norm.weight': of('group_norm', 'weight'),
        'norm.bias': of('group_norm', 'bias'),
        'attention.in_proj_weight': three('weight'),
        'attention.in_proj_bias': three('bias'),
        'attention.out_proj.weight': of('to_out.0', 'weight'),
        'attention.out_proj.bias': of('to_out.0', 'bias'),
      },
    },
  ];
};

const upsampling =
  (usual: string): Write =>
  ({ options }) => [
    plain('nn.Upsample', [], {
      scale_factor: short([options.scale].flat() as number[]),
      mode: unless(options.mode, usual),
    }),
  ];

/** Writes a layer in modules of PyTorch, by its type. */
export const torchLayers: Readonly<Record<string, Write>> = {
  activation: ({ options }) => activations[options.name as string]!,
  attention,
  averagePool1d: averagePool,
  averagePool2d: averagePool,
  batchNorm,
  conv1d: convolution,
  conv2d: convolution,
  convTranspose1d: transposed,
  convTranspose2d: transposed,
  dense(layer, parts) {
    const { input, options } = layer;
    const bias = unless(options.bias, true);
    const code = call('nn.Linear', [elementCount(input), options.units], { bias });
    const own = holding(code, layer, parts, ['weight', 'bias']);
    return [...flattened(input), own, ...activated(layer)];
  },
  dropout: ({ options }) => [plain('nn.Dropout', [options.rate])],
  flatten: ({ input }) => flattened(input),
  gatedDense(layer, { plan }) {
    const { input, options } = layer;
    const both = (name: string, gate: string) =>
      joined(tensorOf(plan, layer, name), tensorOf(plan, layer, gate));
    const tensors = { weight: both('weight', 'gateWeight'), bias: both('bias', 'gateBias') };
    const code = call('nn.Linear', [elementCount(input), 2 * (options.units as number)]);
    return [...flattened(input), { code, tensors }, plain('nn.GLU')];
  },
  globalAveragePool: global('Avg'),
  globalMaxPool: global('Max'),
  groupNorm(layer, parts) {
    const { input, options } = layer;
    const eps = unless(options.epsilon, 1e-5);
    const code = call('nn.GroupNorm', [options.groups, input[0]], { eps });
    return [holding(code, layer, parts, ['weight', 'bias'])];
  },
  layerNorm(layer, parts) {
    const { input, options } = layer;
    const shape = input.length === 1 ? input[0] : input;
    const code = call('nn.LayerNorm', [shape], { eps: unless(options.epsilon, 1e-5) });
    return [holding(code, layer, parts, ['weight', 'bias'])];
  },
  maskedConv2d: masked,
  maxPool1d: maxPool,
  maxPool2d: maxPool,
  reshape({ input, options }) {
    const shape = options.shape as number[];
    return [
      ...flattened(input),
      ...(shape.length > 1 ? [{ code: `nn.Unflatten(1, ${literal(shape)})` }] : []),
    ];
  },
  residual({ layers }, parts) {
    parts.helper('Residual');
    return [sequence('Residual', modulesOf(layers, parts))];
  },
  upsample: upsampling('nearest'),
  upsample1d: upsampling('nearest'),
};

/** The modules of layers one after another. @throws UserError when a layer cannot be exported */
export function modulesOf(
  layers: readonly PlannedLayer[],
  parts: TorchParts,
): readonly TorchModule[] {
  return layers.flatMap((layer) => {
    const write = torchLayers[layer.type];
    if (write) return write(layer, parts);
    const { name } = layer.options;
    return refuse(
      'torch',
      `${layer.path} (${name ?? layer.type})`,
      name ? 'it is a layer of your own, whose function is code' : 'there is no module for it',
    );
  });
}

/** Modules one after another as one. */
export function sequence(name: string, modules: readonly TorchModule[]): TorchModule {
  const lines = modules.map(({ code }) => `${indent(code)},\n`);
  const tensors = modules.flatMap((module, i) => {
    return Object.entries(module.tensors ?? {}).map(([key, tensor]) => [`${i}.${key}`, tensor]);
  });
  const code = modules.length === 0 ? `${name}()` : `${name}(\n${lines.join('')})`;
  return { code, tensors: Object.fromEntries(tensors) };
}
