/*
 * Likelihoods of columns of tables, a file a kind; all.ts lists them. column-likelihood.ts describes one;
 * moments.ts, spread.ts and modes.ts are shared by several. Here columns are grouped by likelihood.
 */
import { UserError } from '../../../base/errors.js';
import { listed, quote } from '../../../base/excerpt.js';
import { advice } from '../../../base/suggest.js';
import { type ColumnKind, categoryCount, type TableColumn } from '../../../data/column.js';
import * as all from './all.js';
import type { ColumnLikelihood } from './column-likelihood.js';

export type { ColumnGroup, ColumnLikelihood } from './column-likelihood.js';

const likelihoods: ReadonlyMap<string, ColumnLikelihood> = new Map(
  Object.values(all).map((each) => [each.type, each]),
);

/** The names of the likelihoods that a column can have. */
const columnLikelihoodNames: readonly string[] = [...likelihoods.keys()];

/** The likelihood of a kind of column, where none is named. */
const usual: Readonly<Record<ColumnKind, ColumnLikelihood | undefined>> = {
  continuous: all.mixture,
  count: all.negativeBinomial,
  ordinal: all.categorical,
  binary: all.bernoulli,
  categorical: all.categorical,
  date: all.mixture,
  constant: undefined,
  id: undefined,
};

/** The likelihood of a column that is learnt. @throws UserError when it is none for such a column */
function likelihoodOf({ name, kind, likelihood }: TableColumn): ColumnLikelihood {
  const found = likelihood === undefined ? usual[kind] : likelihoods.get(likelihood);
  if (!found) {
    throw new UserError(
      `column ${quote(name)}: unknown likelihood ${quote(String(likelihood))}. ${advice(String(likelihood), columnLikelihoodNames)}`,
    );
  }
  if (found.kinds.includes(kind)) return found;
  const fitting = [...likelihoods.values()].filter(({ kinds }) => kinds.includes(kind));
  throw new UserError(
    `column ${quote(name)}: the likelihood ${found.type} is not for ${kind} columns. Give one of ${listed(fitting.map(({ type }) => type))}.`,
  );
}

/** Columns that one likelihood describes side by side. */
export interface LikelihoodGroup {
  /** The name of its tensors: `categorical3`. */
  readonly name: string;
  readonly likelihood: ColumnLikelihood;
  /** The places of its columns among the values of an example. */
  readonly places: readonly number[];
  readonly columns: readonly TableColumn[];
  readonly categories: number;
  /** Count of numbers that the decoder gives for each column. */
  readonly parameters: number;
}

/**
 * The columns of an example by likelihood, and by how many categories they have.
 * @param columns of an example's values, in order
 * @throws UserError when a column's likelihood is none for it
 */
export function groupsOf(columns: readonly TableColumn[]): readonly LikelihoodGroup[] {
  const groups = new Map<string, LikelihoodGroup & { places: number[]; columns: TableColumn[] }>();
  for (const [place, column] of columns.entries()) {
    const likelihood = likelihoodOf(column);
    const parameters = likelihood.parametersPerColumn(categoryCount(column));
    const isSized = likelihood.parametersPerColumn(2) !== likelihood.parametersPerColumn(3);
    const categories = isSized ? categoryCount(column) : 0;
    const name = `${likelihood.type}${isSized ? categories : ''}`;
    const group = groups.get(name) ?? {
      name,
      likelihood,
      places: [],
      columns: [],
      categories,
      parameters,
    };
    group.places.push(place);
    group.columns.push(column);
    groups.set(name, group);
  }
  return [...groups.values()];
}
