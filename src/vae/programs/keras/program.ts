import { Tensor } from 'onnxruntime-common';
import { encodeSafetensors } from '../../../data/codecs/safetensors.js';
import type { Plan } from '../plan.js';
import { blocks, indent, literal } from '../python.js';
import {
  describedColumns,
  seenRows,
  shownRows,
  type TableDialect,
  tableColumns,
} from '../tables.js';
import type { Program } from '../target.js';
import { channelsLast } from '../tensors.js';
import { type KerasBottleneck, kerasBottleneck } from './bottlenecks.js';
import { kerasHelpers } from './helpers.js';
import { applied, type KerasLines, type KerasParts, linesOf } from './layers.js';
import { keptLast, toRow } from './layout.js';
import { kerasMean } from './likelihoods.js';
import { type KerasSampler, kerasSampler } from './samplers.js';

/** A function of the program. */
const functionOf = (head: string, lines: readonly string[]) =>
  `def ${head}:\n${indent(lines.join('\n'))}`;

/** Statements that put one-hot labels beside x; its shape is vaekit's. */
function withLabels(classes: number, shape: readonly number[]): string[] {
  const hot = `ops.one_hot(label, ${classes})`;
  const positions = shape.slice(1);
  if (positions.length === 0) return [`x = ops.concatenate([x, ${hot}], axis=-1)`];
  const places = positions.map(() => 'None').join(', ');
  return [
    `labels = ops.ones_like(x[..., :1]) * ${hot}[:, ${places}]`,
    'x = ops.concatenate([x, labels], axis=-1)',
  ];
}

const inputOf = (shape: readonly number[]) => `keras.Input(${literal([...keptLast(shape)])})`;

const labelInput = 'label = keras.Input((), dtype="int32")';

/** Tensors by which examples are scaled, in the order that Keras has. */
function scales({ model, tensors }: Plan): Record<string, Tensor> {
  if (model.input.scaling === 'none') return {};
  return Object.fromEntries(
    ['mean', 'deviation'].map((name) => {
      const { data, dims } = tensors[`input.${name}`]!;
      const one = channelsLast(new Tensor('float32', data as Float32Array, [1, ...dims]));
      return [`input_${name}`, new Tensor('float32', one.data as Float32Array, one.dims.slice(1))];
    }),
  );
}

function encoderFunction(plan: Plan, layers: KerasLines, bottleneck: KerasBottleneck): string {
  const { model, seen, outputs } = plan;
  const { input, objective } = model;
  const { classes } = objective;
  const lines = [`x = image = ${inputOf(input.shape)}`];
  if (tableColumns(plan)) lines.push('x = seen(x)');
  if (classes !== undefined) lines.push(labelInput);
  if (input.scaling !== 'none') {
    lines.push('x = (x - tensors["input_mean"]) / tensors["input_deviation"]');
  }
  if (input.kind === 'sequence' && input.shape.length === 1) {
    lines.push(applied(`layers.Reshape(${literal([...keptLast([1, ...input.shape])])})`));
  }
  if (classes !== undefined) {
    if (seen.length === 1) lines.push(...toRow(input.shape).map(applied));
    lines.push(...withLabels(classes, seen));
  }
  const given = classes === undefined ? 'image' : '[image, label]';
  const found = outputs.length === 1 ? outputs[0] : `[${outputs.join(', ')}]`;
  return functionOf('build_encoder()', [
    ...lines,
    ...layers.lines,
    ...bottleneck.encode,
    `return keras.Model(${given}, ${found}, name="encoder")`,
  ]);
}

function decoderFunction(
  plan: Plan,
  layers: KerasLines,
  { decode = [] }: KerasBottleneck,
  mean: string,
) {
  const { model, decoderInput } = plan;
  const { input, objective, latentShape, network } = model;
  const { classes } = objective;
  let x = mean;
  if (input.scaling !== 'none') x = `${x} * tensors["input_deviation"] + tensors["input_mean"]`;
  if (input.range && !network.isBounded) x = `ops.clip(${x}, ${input.range.join(', ')})`;
  return functionOf('build_decoder()', [
    `x = z = ${inputOf(latentShape)}`,
    ...(classes === undefined ? [] : [labelInput]),
    ...decode,
    ...(classes === undefined ? [] : withLabels(classes, decoderInput)),
    ...layers.lines,
    `return keras.Model(${classes === undefined ? 'z' : '[z, label]'}, ${x}, name="decoder")`,
  ]);
}

function modelClass({ model, outputs }: Plan, sampler: KerasSampler | undefined): string {
  const isLabelled = model.objective.classes !== undefined;
  const [first, ...rest] = outputs;
  const inner = isLabelled ? '[image, label]' : 'image';
  const decoded = (z: string) => `self.decoder(${isLabelled ? `[${z}, label]` : z})`;
  const methods = [
    functionOf('__init__(self)', [
      'super().__init__()',
      'self.encoder = build_encoder()',
      'self.decoder = build_decoder()',
    ]),
    functionOf(`call(self, ${isLabelled ? 'inputs' : 'image'})`, [
      '"""Examples reconstructed without noise."""',
      ...(isLabelled ? ['image, label = inputs'] : []),
      `${rest.length === 0 ? first : `${first}, _`} = self.encoder(${inner})`,
      `return ${decoded(first!)}`,
    ]),
    sampler &&
      functionOf(`sample(self, ${isLabelled ? 'label' : 'count'})`, [
        `"""Examples decoded from draws of the prior${isLabelled ? ', one of each label' : ''}."""`,
        ...(isLabelled ? ['label = ops.convert_to_tensor(label)', 'count = len(label)'] : []),
        ...sampler.draw,
        `return ${decoded('z')}`,
      ]),
  ];
  return `class VAE(keras.Model):\n${indent(blocks(methods, '\n\n'))}`;
}

/** Names of Keras's variables in PyTorch. */
const names: Readonly<Record<string, string>> = {
  kernel: 'weight',
  gamma: 'weight',
  beta: 'bias',
  moving_mean: 'running_mean',
  moving_variance: 'running_var',
};

/** The function that gives the layers their tensors. */
function loadFunction(body: string, asked: ReadonlySet<string>): string {
  const isScaled = /Normalization\(/.test(body.replaceAll('UnitNormalization', ''));
  const isBatch = body.includes('layers.BatchNormalization');
  const used = [
    'kernel',
    ...(isScaled ? ['gamma', 'beta'] : []),
    ...(isBatch ? ['moving_mean', 'moving_variance'] : []),
  ];
  const map = used.map((name) => `"${name}": "${names[name]}"`).join(', ');
  const isDeep = asked.has('attention kernels');
  const isMap = asked.has('maps of scales');
  return functionOf('load()', [
    '"""The trained model, with tensors that are laid out as in PyTorch."""',
    'model = VAE()',
    `names = {${map}}`,
    'for variable in model.encoder.weights + model.decoder.weights:',
    '    layer, name = variable.path.rsplit("/", 1)',
    `    tensor = tensors[f"{layer${isDeep ? ".replace('/', '.')" : ''}}.{names.get(name, name)}"]`,
    '    if name == "kernel":',
    '        tensor = tensor.transpose(*range(2, tensor.ndim), 1, 0)',
    ...(isMap
      ? ['    if name in ("gamma", "beta"):', '        tensor = np.moveaxis(tensor, 0, -1)']
      : []),
    `    variable.assign(${isDeep ? 'tensor.reshape(variable.shape)' : 'tensor'})`,
    'return model',
  ]);
}

function checkFunction({ model, outputs }: Plan): string {
  const isLabelled = model.objective.classes !== undefined;
  const given = (name: string) =>
    isLabelled ? `[expected["${name}"], expected["label"]]` : `expected["${name}"]`;
  const encoded = `model.encoder(${given('image')})`;
  return functionOf('check()', [
    '"""Compares with vaekit\'s results for the inputs in check.safetensors."""',
    'expected = load_file(folder / "check.safetensors")',
    'model = load()',
    `found = dict(zip(${literal([...outputs])}, ${outputs.length === 1 ? `[${encoded}]` : encoded}))`,
    `found["decoded"] = model.decoder(${given('latents')})`,
    `found["reconstruction"] = model(${given('image')})`,
    'is_same = True',
    'for name, value in found.items():',
    '    value = ops.convert_to_numpy(value)',
    '    difference = abs(value - expected[name]) / np.maximum(1, abs(expected[name]))',
    '    print(f"{name}: greatest difference {difference.max():.1e}")',
    '    is_same = is_same and difference.max() <= 1e-5',
    'if not is_same:',
    '    raise SystemExit("The numbers are not those of vaekit.")',
  ]);
}

const header = `"""A variational autoencoder in Keras 3, trained by vaekit. Images have their channels last.

    from model import load
    model = load()
"""

import argparse
from pathlib import Path

import keras
import numpy as np
from keras import layers, ops
from safetensors.numpy import load_file

folder = Path(__file__).parent
tensors = load_file(folder / "model.safetensors")


`;

const ending = `


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="compare with the numbers of vaekit")
    if parser.parse_args().check:
        check()
    else:
        model = load()
        model.encoder.summary()
        model.decoder.summary()
`;

/** Inputs and outputs as a program of Keras has them: with channels last. */
const checked = (known: Readonly<Record<string, Tensor>>) => ({
  'check.safetensors': encodeSafetensors(
    Object.fromEntries(
      Object.entries(known).map(([name, tensor]) => [
        name,
        tensor.type === 'float32' ? channelsLast(tensor) : tensor,
      ]),
    ),
  ),
});

/** Functions that turn rows of a table into the encoder's input, and outputs into rows; undefined without a table. */
function tableFunctions(plan: Plan) {
  const columns = tableColumns(plan);
  if (!columns) return undefined;
  const dialect: TableDialect = {
    module: 'ops',
    fact: (name) => `tensors["${name}"]`,
    columns: (x, places) => `ops.take(${x}, [${places.join(', ')}], 1)`,
  };
  const [seen, shown] = [seenRows(columns, plan, dialect), shownRows(columns, plan, dialect)];
  const told = (text: string) => `"""${text}"""`;
  return {
    tensors: { ...seen.tensors, ...shown.tensors },
    functions: [
      describedColumns(columns),
      functionOf('seen(x)', [told('Rows as the encoder sees them.'), ...seen.lines]),
      functionOf('shown(x)', [
        told('Rows that numbers of the decoder stand for: means, and likeliest names.'),
        ...shown.lines,
      ]),
    ],
  };
}

/** A trained model as a program of Keras 3. @throws UserError when a part cannot be exported */
export function kerasProgram(plan: Plan): Program {
  const table = tableFunctions(plan);
  const asked = new Set<string>();
  const parts: KerasParts = { plan, helper: (name) => void asked.add(name) };
  const bottleneck = kerasBottleneck(parts);
  const sampler = kerasSampler(plan);
  const encoder = linesOf(plan.encoder, parts);
  const decoder = linesOf(plan.decoder, parts);
  const functions = blocks([
    ...(table?.functions ?? []),
    bottleneck.shared,
    encoderFunction(plan, encoder, bottleneck),
    decoderFunction(plan, decoder, bottleneck, table ? 'shown(x)' : kerasMean(plan, parts)),
    modelClass(plan, sampler),
  ]);
  const helpers = Object.entries(kerasHelpers).filter(([name]) => asked.has(name));
  const body = blocks([
    ...helpers.map(([, text]) => text),
    functions,
    loadFunction(functions, asked),
    checkFunction(plan),
  ]);
  return {
    files: { 'model.py': `${header}${body}${ending}` },
    tensors: {
      ...scales(plan),
      ...table?.tensors,
      ...encoder.tensors,
      ...bottleneck.tensors,
      ...sampler?.tensors,
      ...decoder.tensors,
    },
    hasSample: sampler !== undefined,
    checked,
  };
}
