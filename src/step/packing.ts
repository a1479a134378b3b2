import { Tensor } from 'onnxruntime-common';
import { elementCount } from '../base/shape.js';
import { concat, constant, reshape, slice, transpose, type Value } from '../graph/index.js';
import type { ParameterSpec } from './model.js';

/** Parameters under this many elements share one flat vector. */
const smallSize = 32768;

/** Matrices of as few columns as this, with many more rows, are laid out transposed. */
const fewColumns = 4;

interface Member extends ParameterSpec {
  readonly size: number;
  /** Tells whether the matrix lies column by column: the runtime is fast with long rows. */
  readonly turned: boolean;
}

interface Group {
  readonly name: string;
  readonly members: readonly Member[];
  readonly shape: readonly number[];
}

function memberOf(spec: ParameterSpec): Member {
  const [rows = 0, columns = 0] = spec.shape;
  const isThin = spec.shape.length === 2 && columns <= fewColumns && rows >= 8 * columns;
  const size = elementCount(spec.shape);
  return { ...spec, size, turned: isThin && size < smallSize };
}

/**
 * The order in one vector: weights, then biases and the like, so that tensors that are used
 * together lie together; a turned matrix before its bias, since the two are one matrix with a row
 * more.
 */
function ordered(members: readonly Member[]): Member[] {
  const pathOf = ({ name }: Member) => name.slice(0, name.lastIndexOf('.') + 1);
  const turned = members.filter((member) => member.turned);
  const pairs = turned.flatMap((weight) => [
    weight,
    ...members.filter(({ name }) => name === `${pathOf(weight)}bias`),
  ]);
  const rest = members.filter((member) => !pairs.includes(member));
  const kinds = [...new Set(rest.map((member) => member.name.slice(pathOf(member).length)))];
  const sorted = kinds.flatMap((kind) =>
    rest.filter((member) => member.name.slice(pathOf(member).length) === kind),
  );
  return [...sorted, ...pairs];
}

/** The values of a matrix [rows, columns], column by column. */
function turn(values: Float32Array, [rows, columns]: readonly number[]): Float32Array {
  const turned = new Float32Array(values.length);
  for (let row = 0; row < rows!; row++) {
    for (let column = 0; column < columns!; column++) {
      turned[column * rows! + row] = values[row * columns! + column]!;
    }
  }
  return turned;
}

/**
 * Packs a player's parameters for a program: each large one as it is, all small ones in one flat
 * vector. A node costs a few microseconds however small its tensors. So a small model's update is as
 * cheap as the update of one tensor, while a large model's tensors are never copied together.
 */
export class Packing {
  readonly groups: readonly Group[];

  /** @param specs of the trained parameters */
  constructor(specs: readonly ParameterSpec[]) {
    const members = specs.map(memberOf);
    const small = ordered(members.filter(({ size }) => size < smallSize));
    const large = members.filter(({ size }) => size >= smallSize);
    const flat = {
      name: 'small',
      members: small,
      shape: [small.reduce((total, { size }) => total + size, 0)],
    };
    this.groups = [
      ...(small.length > 0 ? [flat] : []),
      ...large.map((member) => ({ name: member.name, members: [member], shape: member.shape })),
    ];
  }

  /** The number of parameters, counted by element. */
  get size(): number {
    return this.groups.reduce((sum, { shape }) => sum + elementCount(shape), 0);
  }

  /** The parameters inside the groups' values, by name. */
  unpackValues(values: readonly Value[]): Map<string, Value> {
    return new Map(
      this.groups.flatMap((group, i) => {
        const { members } = group;
        if (group.name !== 'small') return [[members[0]!.name, values[i]!] as const];
        let start = 0;
        return members.map(({ name, shape, size, turned }) => {
          const piece = slice(values[i]!, [{ axis: 0, start, end: start + size }]);
          start += size;
          const value = turned
            ? transpose(reshape(piece, shape.toReversed()))
            : reshape(piece, shape);
          return [name, value] as const;
        });
      }),
    );
  }

  /** Values of the parameters' shapes as values of the groups' shapes. */
  packValues(values: ReadonlyMap<string, Value>): Value[] {
    return this.groups.map((group) => {
      if (group.name !== 'small') return values.get(group.members[0]!.name)!;
      const rows = group.members.map(({ name, turned }) => {
        const value = values.get(name)!;
        return reshape(turned ? transpose(value) : value, [-1]);
      });
      return concat(rows, 0);
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

  /** A tensor of zeros for each group. */
  zeros(): Tensor[] {
    return this.groups.map(
      ({ shape }) => new Tensor('float32', new Float32Array(elementCount(shape)), shape),
    );
  }

  /** The groups' tensors from the parameters' tensors by name. */
  pack(tensors: Readonly<Record<string, Tensor>>): Tensor[] {
    return this.groups.map((group) => {
      const values = new Float32Array(elementCount(group.shape));
      let offset = 0;
      for (const { name, size, shape, turned } of group.members) {
        const data = tensors[name]!.data as Float32Array;
        values.set(turned ? turn(data, shape) : data, offset);
        offset += size;
      }
      return new Tensor('float32', values, group.shape);
    });
  }

  /** The parameters' tensors by name, from the groups' tensors; copies, not views. */
  unpack(packed: readonly Tensor[]): Record<string, Tensor> {
    return Object.fromEntries(
      this.groups.flatMap((group, i) => {
        const values = packed[i]!.data as Float32Array;
        let offset = 0;
        return group.members.map(({ name, shape, size, turned }) => {
          const piece = values.slice(offset, offset + size);
          offset += size;
          const data = turned ? turn(piece, shape.toReversed()) : piece;
          return [name, new Tensor('float32', data, shape)] as const;
        });
      }),
    );
  }
}
