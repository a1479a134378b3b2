import { Tensor } from 'onnxruntime-common';
import { categoryCount, type TableColumn } from '../../data/column.js';
import { groupsOf, type LikelihoodGroup } from '../likelihoods/columns/index.js';
import { mostModes } from '../likelihoods/columns/modes.js';
import { mostLog, reaches } from '../likelihoods/columns/numbers.js';
import { factsPath, learntColumns } from '../likelihoods/columns/rows.js';
import type { Plan } from './plan.js';
import { literal } from './python.js';

/*
 * Rows of tables in programs: the encoder's view of them, and the values that the decoder's numbers stand for.
 * PyTorch and Keras have functions of the same names for all of it, but for the choice of columns.
 */

/** Says how Python has a table's tensors and functions. */
export interface TableDialect {
  /** The module of functions: `torch`, `ops`. */
  readonly module: string;
  /** A tensor of the model, by its name. */
  fact(name: string): string;
  /** Some columns of a value. */
  columns(x: string, places: readonly number[]): string;
}

/** Statements, and the tensors that they use. */
export interface TablePart {
  /** Statements about `x`; the last returns. */
  readonly lines: readonly string[];
  readonly tensors: Readonly<Record<string, Tensor>>;
}

const row = (values: readonly number[]) =>
  new Tensor('float32', Float32Array.from(values), [values.length]);

/** The model's columns; undefined where it is about no table. */
export function tableColumns({ model }: Plan): readonly TableColumn[] | undefined {
  return model.network.likelihood.support === 'columns' ? learntColumns(model.input) : undefined;
}

/** The meaning of a column's values: the names that they are places of, or words. */
export function columnMeaning({ kind, categories, rare, date }: TableColumn): string | string[] {
  if (categories) return [...categories, ...(rare ? ['(another)'] : [])];
  return date ? `${date.unit}s since ${new Date(date.origin).toISOString()}` : kind;
}

/** The columns in Python, for readers and their programs. */
export function describedColumns(columns: readonly TableColumn[]): string {
  const lines = columns.map(
    (each) => `    ${JSON.stringify(each.name)}: ${literal(columnMeaning(each))},`,
  );
  return [
    '# Columns of a row. A row holds numbers, of names the place of one, and nan for what is missing.',
    'columns = {',
    ...lines,
    '}',
  ].join('\n');
}

/** The encoder's view of rows `x`. */
export function seenRows(
  columns: readonly TableColumn[],
  { tensors }: Plan,
  { module, fact, columns: at }: TableDialect,
): TablePart {
  const places = (isWanted: (column: TableColumn) => boolean) =>
    columns.flatMap((column, place) => (isWanted(column) ? [place] : []));
  const numbers = places((column) => categoryCount(column) === 0);
  const gaps = places(({ missing }) => missing > 0);
  const counts = columns.map(categoryCount);
  const named = counts.flatMap((count, place) => Array<number>(count).fill(place));
  const lines: string[] = [];
  const parts: string[] = [];
  const used: Record<string, Tensor> = {};
  if (numbers.length > 0) {
    used.typical = tensors['likelihood.typical']!;
    used.input_mean = tensors['input.mean']!;
    used.input_deviation = tensors['input.deviation']!;
    const filled = `${module}.where(${module}.isnan(x), ${fact('typical')}, x)`;
    lines.push(
      `filled = ${filled}`,
      `numbers = (${at('filled', numbers)} - ${fact('input_mean')}) / ${fact('input_deviation')}`,
    );
    parts.push(`${module}.arcsinh(numbers)`);
  }
  if (named.length > 0) {
    used.categories = row(counts.flatMap((count) => Array.from({ length: count }, (_, i) => i)));
    lines.push(`distance = ${module}.abs(${at('x', named)} - ${fact('categories')})`);
    parts.push(`${module}.where(distance < 0.5, 1.0, 0.0)`);
  }
  if (gaps.length > 0) {
    parts.push(`${module}.where(${module}.isnan(${at('x', gaps)}), 0.0, 1.0)`);
  }
  const [only, ...others] = parts;
  const seen = others.length === 0 ? only : `${module}.concatenate([${parts.join(', ')}], -1)`;
  return { lines: [...lines, `return ${seen}`], tensors: used };
}

/** The means to write, in Python, the value to show of a likelihood's columns. */
interface Writing {
  readonly module: string;
  readonly group: LikelihoodGroup;
  /** Number i of the decoder's k, [batch, n], held within so much of 0 where that is given. */
  number(i: number, reach?: number): string;
  /** All k, or some of them: [batch, n, …]. */
  numbers(from?: number, to?: number): string;
  /** A statistic of the training data, [n, …]. */
  fact(name: string): string;
  /** A tensor made from the group's tensors. */
  made(name: string, make: (tensor: (name: string) => Float32Array) => readonly number[]): string;
}

/** The count's mean. */
const counted = ({ module, fact, number }: Writing) =>
  `${module}.exp(${number(0, reaches.logMean)} + ${fact('logMean')})`;

/** A number by its place and spread. */
const located = ({ fact, number }: Writing, reach: number) =>
  `${number(0, reach)} * ${fact('deviation')} + ${fact('location')}`;

/** The value to show, by likelihood, as its `typical`. Keras's values stand left of arrays, which cannot take them. */
export const tableValues: Readonly<Record<string, (writing: Writing) => string>> = {
  bernoulli: ({ module, number, fact }) =>
    `${module}.where(${number(0)} + ${fact('logit')} > 0, 1.0, 0.0)`,
  categorical: ({ module, numbers, fact }) =>
    `${module}.argmax(${numbers()} + ${fact('logits')}, -1) + 0.0`,
  gaussian: ({ fact, number }) => `${number(0)} * ${fact('deviation')} + ${fact('mean')}`,
  studentT: (writing) => located(writing, reaches.studentT),
  logNormal(writing) {
    const half = writing.made('halfVariance', (tensor) => {
      const [deviation, ratio, trained] = [
        `${factsPath}.deviation`,
        `${factsPath}.ratio`,
        'logSpread',
      ].map(tensor);
      return Array.from(deviation!, (each, i) => {
        const moved = Math.exp(2 * Math.min(20, Math.max(-20, trained![i]!)));
        return (each ** 2 * (ratio![i]! ** 2 + moved)) / 2;
      });
    });
    const { module } = writing;
    const log = `${located(writing, reaches.logNormal)} + ${half}`;
    return `${module}.exp(${module}.clip(${log}, -1e4, ${mostLog}))`;
  },
  mixture({ module, numbers, fact }) {
    const weights = `${module}.softmax(${numbers(0, mostModes)} + ${fact('logWeights')}, -1)`;
    const locations = `${numbers(mostModes)} * ${fact('deviations')} + ${fact('means')}`;
    return `${module}.sum(${weights} * (${locations}), -1)`;
  },
  poisson: counted,
  negativeBinomial: counted,
  zeroInflatedNegativeBinomial(writing) {
    const { module, number, fact } = writing;
    const logit = `${number(1, reaches.zeroLogit)} + ${fact('zeroLogit')}`;
    return `${counted(writing)} * ${module}.sigmoid(-(${logit}))`;
  },
};

/** The piece of code for a group, whose numbers are `own`; `keep` takes the tensors that it uses. */
function writingOf(
  group: LikelihoodGroup,
  { tensors }: Plan,
  { module, fact }: TableDialect,
  keep: (name: string, tensor: Tensor) => void,
): Writing {
  const tensor = (name: string) => tensors[`likelihood.${group.name}.${name}`]!;
  const kept = (name: string, found: Tensor) => {
    keep(`${group.name}_${name}`, found);
    return fact(`${group.name}_${name}`);
  };
  return {
    ...{ module, group },
    number(i, reach) {
      const own = `own[:, :, ${i}]`;
      return reach === undefined ? own : `${module}.clip(${own}, ${-reach}, ${reach})`;
    },
    numbers: (from, to) => (from === undefined ? 'own' : `own[:, :, ${from || ''}:${to ?? ''}]`),
    fact: (name) => kept(name, tensor(`${factsPath}.${name}`)),
    made: (name, make) => kept(name, row(make((part) => tensor(part).data as Float32Array))),
  };
}

/** The values, [batch, columns], that the decoder's output `x` stands for. */
export function shownRows(
  columns: readonly TableColumn[],
  plan: Plan,
  dialect: TableDialect,
): TablePart {
  const { module, fact, columns: at } = dialect;
  const used: Record<string, Tensor> = {};
  const groups = groupsOf(columns);
  let start = 0;
  const lines = groups.flatMap((group) => {
    const { places, parameters, likelihood, name } = group;
    const end = start + places.length * parameters;
    const own = `own = ${module}.reshape(x[:, ${start}:${end}], (-1, ${places.length}, ${parameters}))`;
    start = end;
    const writing = writingOf(group, plan, dialect, (each, tensor) => {
      used[each] = tensor;
    });
    return [own, `${name} = ${tableValues[likelihood.type]!(writing)}`];
  });
  const names = groups.map(({ name }) => name);
  let values = names.length === 1 ? names[0]! : `${module}.concatenate([${names.join(', ')}], -1)`;
  const grouped = groups.flatMap(({ places }) => places);
  if (grouped.some((place, i) => place !== i)) {
    lines.push(`values = ${values}`);
    values = at(
      'values',
      columns.map((_, place) => grouped.indexOf(place)),
    );
  }
  if (columns.some(({ range }) => range)) {
    const bound = (side: 0 | 1, none: number) =>
      row(columns.map(({ range }) => range?.[side] ?? none));
    used.least = bound(0, Number.NEGATIVE_INFINITY);
    used.most = bound(1, Number.POSITIVE_INFINITY);
    values = `${module}.minimum(${module}.maximum(${values}, ${fact('least')}), ${fact('most')})`;
  }
  return { lines: [...lines, `return ${values}`], tensors: used };
}
