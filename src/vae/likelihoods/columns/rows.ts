import { UserError } from '../../../base/errors.js';
import { isLearnt, type TableColumn } from '../../../data/column.js';
import type { InputDescription } from '../../../data/input.js';
import { constant, equal, gather, type Value } from '../../../graph/index.js';
import type { Scope } from '../../../nn/index.js';
import type { ColumnGroup } from './column-likelihood.js';
import type { LikelihoodGroup } from './index.js';

/** The columns of an example's values. @throws UserError when examples are no rows of a table */
export function learntColumns(input: InputDescription | undefined): readonly TableColumn[] {
  const columns = input?.columns?.filter(isLearnt);
  if (columns && columns.length > 0) return columns;
  throw new UserError(
    'The likelihood table is about rows of a table: example.columns must describe its columns. Read data with rows: table (--rows table), or choose another likelihood, such as gaussian.',
  );
}

/** Tells where values are there: NaN alone is not equal to itself. */
export const isObserved = (x: Value): Value => equal(x, x);

/** Values of some places of each example: [batch, n]. */
export function valuesAt(x: Value, places: readonly number[]): Value {
  if (places.length === x.shape[1] && places.every((place, i) => place === i)) return x;
  return gather(x, constant(places, [places.length], 'int64'), 1);
}

/** Values that stand for missing ones, one for each column. */
export function typicalValues(x: Value, scope: Scope): Value {
  return scope.state('typical', x.shape.slice(1) as number[], 'zeros').value;
}

/** Path of the statistics of a group, in its scope. */
export const factsPath = 'data';

/** A group's tensors and noise, from the scope of the likelihood. */
export function groupIn({ name, places, categories, likelihood }: LikelihoodGroup, scope: Scope) {
  const own = scope.child(name);
  // A parameter of a statistic's name may stand beside it, which moves it.
  const facts = own.child(factsPath);
  const columns = places.length;
  const inner = likelihood.statistics(categories);
  return {
    columns,
    categories,
    statistic: (each) => facts.state(each, [columns, ...inner[each]!], 'ones').value,
    parameter: (each, shape, initializer) => own.parameter(each, [columns, ...shape], initializer),
    normal: (shape) => own.normal(shape),
    uniform: (shape) => own.uniform(shape),
  } satisfies ColumnGroup;
}
