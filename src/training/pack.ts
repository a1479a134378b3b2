import { Tensor } from 'onnxruntime-common';
import { elementCount } from '../data/shape.js';
import { concat, constant, input, reshape, split, type Value } from '../graph/index.js';
import type { ParameterSpec } from './objective.js';

/** Parameters under this many elements share one flat vector. */
const smallSize = 32768;

interface Group {
  readonly name: string;
  readonly members: readonly (ParameterSpec & { readonly size: number })[];
  readonly shape: readonly number[];
}

/**
 * How parameters are laid out in a program: each large one as it is, all small ones in one flat
 * vector. A node costs a few microseconds however small its tensors, so that a small model's
 * update is as cheap as that of one tensor, while a large one's tensors are never copied together.
 */
export class Packing {
  /** The trained parameters' groups. */
  readonly groups: readonly Group[];
  /** The tensors that are not trained, each by itself. */
  private readonly states: readonly ParameterSpec[];

  constructor(readonly specs: readonly ParameterSpec[]) {
    this.states = specs.filter(({ trained }) => !trained);
    const sized = specs
      .filter(({ trained }) => trained)
      .map((spec) => ({ ...spec, size: elementCount(spec.shape) }));
    const small = sized.filter(({ size }) => size < smallSize);
    const large = sized.filter(({ size }) => size >= smallSize);
    const flat = {
      name: 'small',
      members: small,
      shape: [small.reduce((total, { size }) => total + size, 0)],
    };
    this.groups = [
      ...(small.length > 0 ? [flat] : []),
      ...large.map((spec) => ({ name: spec.name, members: [spec], shape: spec.shape })),
    ];
  }

  /** Inputs for the groups, under `<kind>/<group>`. */
  inputs(kind: string): Value[] {
    return this.groups.map((group) => input(`${kind}/${group.name}`, group.shape));
  }

  /** Inputs for the tensors that are not trained, under `state/<name>`, by name. */
  stateInputs(): Map<string, Value> {
    return new Map(this.states.map(({ name, shape }) => [name, input(`state/${name}`, shape)]));
  }

  /** The parameters inside the groups' values, by name. */
  unpackValues(values: readonly Value[]): Map<string, Value> {
    return new Map(
      this.groups.flatMap((group, i) => {
        const { members } = group;
        if (group.name !== 'small') return [[members[0]!.name, values[i]!] as const];
        const parts = split(
          values[i]!,
          members.map(({ size }) => size),
          0,
        );
        return members.map(({ name, shape }, at) => [name, reshape(parts[at]!, shape)] as const);
      }),
    );
  }

  /** Values of the parameters' shapes as values of the groups' shapes. */
  packValues(values: ReadonlyMap<string, Value>): Value[] {
    return this.groups.map((group) => {
      const parts = group.members.map(({ name }) => values.get(name)!);
      if (group.name !== 'small') return parts[0]!;
      return concat(
        parts.map((part) => reshape(part, [-1])),
        0,
      );
    });
  }

  /** A number for each parameter: one for groups whose parameters agree, else a constant. */
  weights(weightOf: (name: string) => number): (number | Value)[] {
    return this.groups.map(({ members, shape }) => {
      const weights = members.map(({ name }) => weightOf(name));
      if (weights.every((weight) => weight === weights[0])) return weights[0]!;
      const values = members.flatMap(({ size }, i) => new Array<number>(size).fill(weights[i]!));
      return constant(values, shape);
    });
  }

  /** Zeros of the groups' shapes, by input name. */
  zeros(kind: string): Record<string, Tensor> {
    return Object.fromEntries(
      this.groups.map(({ name, shape }) => {
        const values = new Float32Array(elementCount(shape));
        return [`${kind}/${name}`, new Tensor('float32', values, shape)];
      }),
    );
  }

  /** The groups' tensors, by input name, from the parameters' tensors by parameter name. */
  pack(kind: string, tensors: Readonly<Record<string, Tensor>>): Record<string, Tensor> {
    return Object.fromEntries(
      this.groups.map((group) => {
        const values = new Float32Array(elementCount(group.shape));
        let offset = 0;
        for (const { name, size } of group.members) {
          values.set(tensors[name]!.data as Float32Array, offset);
          offset += size;
        }
        return [`${kind}/${group.name}`, new Tensor('float32', values, group.shape)];
      }),
    );
  }

  /** The parameters' tensors by name; copies, not views. */
  unpack(kind: string, packed: Readonly<Record<string, Tensor>>): Record<string, Tensor> {
    return Object.fromEntries(
      this.groups.flatMap((group) => {
        const values = packed[`${kind}/${group.name}`]!.data as Float32Array;
        let offset = 0;
        return group.members.map(({ name, shape, size }) => {
          const part = values.slice(offset, offset + size);
          offset += size;
          return [name, new Tensor('float32', part, shape)] as const;
        });
      }),
    );
  }

  /** All of a model's tensors as feeds: the groups and the states. */
  packModel(tensors: Readonly<Record<string, Tensor>>): Record<string, Tensor> {
    const states = this.states.map(({ name }) => [`state/${name}`, tensors[name]!]);
    return { ...this.pack('parameters', tensors), ...Object.fromEntries(states) };
  }

  /** All of a model's tensors by name, from its feeds. */
  unpackModel(feeds: Readonly<Record<string, Tensor>>): Record<string, Tensor> {
    const states = this.states.map(({ name }) => [name, feeds[`state/${name}`]!]);
    return { ...this.unpack('parameters', feeds), ...Object.fromEntries(states) };
  }
}
