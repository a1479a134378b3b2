import type { Tensor } from 'onnxruntime-common';
import { formatShape } from '../../../base/excerpt.js';
import type { Plan } from '../plan.js';
import { blocks, indent, literal } from '../python.js';
import {
  describedColumns,
  seenRows,
  shownRows,
  type TableDialect,
  type TablePart,
  tableColumns,
} from '../tables.js';
import type { Program } from '../target.js';
import { type Member, torchBottleneck } from './bottlenecks.js';
import { torchHelpers } from './helpers.js';
import { flattened, modulesOf, sequence, type TorchModule, type TorchParts } from './layers.js';
import { torchMean } from './likelihoods.js';
import { emptyOf, type TorchSampler, torchSampler } from './samplers.js';

/** An attribute as it is set in `__init__`. */
function memberLine(member: Member): string {
  return 'buffer' in member
    ? `self.register_buffer("${member.name}", ${emptyOf(member.buffer)})`
    : `self.${member.name} = ${member.code}`;
}

/** Modules one after another; none is the identity. */
const network = (modules: readonly TorchModule[]): TorchModule =>
  modules.length === 0 ? { code: 'nn.Identity()' } : sequence('nn.Sequential', modules);

/** The model's tensors by the names that PyTorch has for them. */
function stateDict(members: readonly Member[]): Record<string, Tensor> {
  const entries = members.flatMap((member) =>
    'buffer' in member
      ? [[member.name, member.buffer] as const]
      : Object.entries(member.tensors ?? {}).map(
          ([key, tensor]) => [`${member.name}.${key}`, tensor] as const,
        ),
  );
  return Object.fromEntries(entries);
}

/** Tensors by which examples are scaled. */
function scales({ model, tensors }: Plan): Member[] {
  if (model.input.scaling === 'none') return [];
  return ['mean', 'deviation'].map((name) => {
    return { name: `input_${name}`, buffer: tensors[`input.${name}`]! };
  });
}

/** One-hot labels beside a value of a shape. @param x the value as an expression */
function withLabels(name: string, x: string, shape: readonly number[], classes: number): string[] {
  const positions = shape.slice(1);
  const hot = `F.one_hot(label, ${classes}).float()`;
  if (positions.length === 0) return [`${name} = torch.cat([${x}, ${hot}], dim=1)`];
  const places = positions.map(() => 'None').join(', ');
  return [
    `labels = ${hot}[:, :, ${places}].expand(-1, -1, ${positions.join(', ')})`,
    `${name} = torch.cat([${x}, labels], dim=1)`,
  ];
}

const batched = (shape: readonly number[]) => formatShape(['batch', ...shape]);

/** `encode`: from examples to latents. */
function encodeMethod(plan: Plan, body: readonly string[]): string {
  const { model, seen, outputs } = plan;
  const { input, objective, latentShape } = model;
  const { classes } = objective;
  const lines: string[] = [];
  let x = tableColumns(plan) ? 'self.seen(image)' : 'image';
  if (input.scaling !== 'none') x = `(${x} - self.input_mean) / self.input_deviation`;
  if (input.kind === 'sequence' && input.shape.length === 1) {
    x = input.scaling === 'none' ? `${x}[:, None]` : `(${x})[:, None]`;
  }
  if (classes !== undefined) {
    const isRow = seen.length === 1 && input.shape.length > 1;
    lines.push(...withLabels('x', isRow ? `${x}.flatten(1)` : x, seen, classes));
    x = 'x';
  }
  lines.push(`features = self.encoder(${x})`, ...body);
  const range = input.range && input.scaling === 'none' ? ` in ${formatShape(input.range)}` : '';
  const told = `"""${outputs.join(' and ')} of examples ${batched(input.shape)}${range}; latents are ${batched(latentShape)}."""`;
  const label = classes === undefined ? '' : ', label';
  return `def encode(self, image${label}):\n${indent([told, ...lines].join('\n'))}`;
}

/** `decode`: from latents to the mean of p(x | z). */
function decodeMethod(plan: Plan, mean: (x: string) => string, decoded: string | undefined) {
  const { model, decoderInput } = plan;
  const { objective, latentShape, input, network } = model;
  const { classes } = objective;
  const lines: string[] = [];
  if (decoded) lines.push(`z = ${decoded}`);
  if (classes !== undefined) lines.push(...withLabels('z', 'z', decoderInput, classes));
  const isScaled = input.scaling !== 'none';
  let x = mean('self.decoder(z)');
  if (isScaled) x = `${x} * self.input_deviation + self.input_mean`;
  if (input.range && !network.isBounded) {
    x = `${isScaled ? `(${x})` : x}.clamp(${input.range.join(', ')})`;
  }
  const told = `"""Examples ${batched(input.shape)} that latents ${batched(latentShape)} stand for."""`;
  const label = classes === undefined ? '' : ', label';
  return `def decode(self, z${label}):\n${indent([told, ...lines, `return ${x}`].join('\n'))}`;
}

function forwardMethod({ outputs, model }: Plan): string {
  const label = model.objective.classes === undefined ? '' : ', label';
  const [first, ...rest] = outputs;
  const encoded = `self.encode(image${label})`;
  const lines =
    rest.length === 0
      ? [`return self.decode(${encoded}${label})`]
      : [`${first}, _ = ${encoded}`, `return self.decode(${first}${label})`];
  const told = '"""Examples reconstructed without noise."""';
  return `def forward(self, image${label}):\n${indent([told, ...lines].join('\n'))}`;
}

function sampleMethod({ model }: Plan, { draw }: TorchSampler): string {
  const isLabelled = model.objective.classes !== undefined;
  const told = `"""Examples decoded from draws of the prior${isLabelled ? ', one of each label' : ''}."""`;
  const count = isLabelled ? ['count = len(label)'] : [];
  const lines = [told, ...count, ...draw, `return self.decode(z${isLabelled ? ', label' : ''})`];
  return `def sample(self, ${isLabelled ? 'label' : 'count'}):\n${indent(lines.join('\n'))}`;
}

const check = ({ outputs, model }: Plan) => {
  const label = model.objective.classes === undefined ? '' : ', expected["label"]';
  const encoded = `model.encode(expected["image"]${label})`;
  const encodes = outputs.length === 1 ? `[${encoded}]` : encoded;
  return `@torch.no_grad()
def check():
    """Compares with vaekit's results for the inputs in check.safetensors."""
    expected = load_file(folder / "check.safetensors")
    model = load()
    found = dict(zip(${literal([...outputs])}, ${encodes}))
    found["decoded"] = model.decode(expected["latents"]${label})
    found["reconstruction"] = model(expected["image"]${label})
    is_same = True
    for name, value in found.items():
        difference = (value - expected[name]).abs() / expected[name].abs().clamp(min=1)
        print(f"{name}: greatest difference {difference.max():.1e}")
        is_same = is_same and difference.max().item() <= 1e-5
    if not is_same:
        raise SystemExit("The numbers are not those of vaekit.")`;
};

/** Methods that turn rows of a table into the encoder's input, and outputs into rows; undefined without a table. */
function tableMethods(plan: Plan) {
  const columns = tableColumns(plan);
  if (!columns) return undefined;
  const dialect: TableDialect = {
    module: 'torch',
    fact: (name) => `self.${name}`,
    columns: (x, places) => `${x}[:, [${places.join(', ')}]]`,
  };
  const [seen, shown] = [seenRows(columns, plan, dialect), shownRows(columns, plan, dialect)];
  const method = (name: string, told: string, { lines }: TablePart) =>
    `def ${name}(self, x):\n${indent([`"""${told}"""`, ...lines].join('\n'))}`;
  return {
    described: describedColumns(columns),
    members: Object.entries({ ...seen.tensors, ...shown.tensors }).map(
      ([name, buffer]): Member => ({ name, buffer }),
    ),
    methods: [
      method('seen', 'Rows as the encoder sees them.', seen),
      method(
        'shown',
        'Rows that numbers of the decoder stand for: means, and likeliest names.',
        shown,
      ),
    ],
  };
}

/** A trained model as a program of PyTorch. @throws UserError when a part cannot be exported */
export function torchProgram(plan: Plan): Program {
  const asked = new Set<string>();
  const parts: TorchParts = { plan, helper: (name) => void asked.add(name) };
  const { encoder, decoder, features } = plan;
  const table = tableMethods(plan);
  const bottleneck = torchBottleneck(parts);
  const sampler = torchSampler(plan);
  const ending = bottleneck.flattens ? flattened(features) : [];
  const inwards = [...modulesOf(encoder, parts), ...ending];
  const outwards = modulesOf(decoder, parts);
  const members: Member[] = [
    ...scales(plan),
    ...(table?.members ?? []),
    { name: 'encoder', ...network(inwards) },
    ...bottleneck.members,
    ...(sampler?.members ?? []),
    { name: 'decoder', ...network(outwards) },
  ];
  const methods = [
    `def __init__(self):\n${indent(['super().__init__()', ...members.map(memberLine)].join('\n'))}`,
    ...(table?.methods ?? []),
    encodeMethod(plan, bottleneck.encode),
    decodeMethod(
      plan,
      table ? (x) => `self.shown(${x})` : torchMean(plan, parts),
      bottleneck.decoded,
    ),
    forwardMethod(plan),
    sampler && sampleMethod(plan, sampler),
  ];
  const helpers = Object.entries(torchHelpers).filter(([name]) => asked.has(name));
  const body = blocks([
    table?.described,
    ...helpers.map(([, text]) => text),
    `class VAE(nn.Module):\n${indent(blocks(methods, '\n\n'))}`,
    `def load():
    """The trained model."""
    model = VAE()
    model.load_state_dict(load_file(folder / "model.safetensors"))
    return model.eval()`,
    check(plan),
  ]);
  const usesFunctions = /\bF\./.test(body);
  const text = `${header}
import argparse
from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import nn
${usesFunctions ? 'from torch.nn import functional as F\n' : ''}
folder = Path(__file__).parent


${body}


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="compare with the numbers of vaekit")
    if parser.parse_args().check:
        check()
    else:
        print(load())
`;
  return { files: { 'model.py': text }, tensors: stateDict(members), hasSample: Boolean(sampler) };
}

const header = `"""A variational autoencoder in PyTorch, trained by vaekit.

    from model import load
    model = load()
"""
`;
