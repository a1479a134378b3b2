import { z } from 'zod';
import type { TableColumn } from '../../data/column.js';
import {
  concat,
  flatten,
  reshape,
  split,
  sum,
  unsqueeze,
  type Value,
  where,
} from '../../graph/index.js';
import type { Scope } from '../../nn/index.js';
import {
  type ColumnGroup,
  type ColumnLikelihood,
  groupsOf,
  type LikelihoodGroup,
} from './columns/index.js';
import { groupIn, isObserved, learntColumns, typicalValues, valuesAt } from './columns/rows.js';
import { defineLikelihood } from './likelihood.js';

/** The decoder's output for a table: its groups' parameters, one group after another. */
interface Layout {
  readonly groups: readonly LikelihoodGroup[];
  /** Numbers of each group. */
  readonly sizes: readonly number[];
  /** The place of each column among the groups' columns. */
  readonly order: readonly number[];
}

function layoutOf(columns: readonly TableColumn[]): Layout {
  const groups = groupsOf(columns);
  const grouped = groups.flatMap(({ places }) => places);
  return {
    groups,
    sizes: groups.map(({ places, parameters }) => places.length * parameters),
    order: columns.map((_, place) => grouped.indexOf(place)),
  };
}

/** The groups with their parameters, [batch, n, k], and tensors. */
function partsOf({ groups, sizes }: Layout, parameters: Value, scope: Scope) {
  const parts = sizes.length === 1 ? [parameters] : split(parameters, sizes, 1);
  return groups.map((group, i) => ({
    group,
    own: reshape(parts[i]!, [-1, group.places.length, group.parameters]),
    tensors: groupIn(group, scope),
  }));
}

/** A value of each column, [batch, columns], in the order of an example. */
function ofColumns(
  layout: Layout,
  parameters: Value,
  scope: Scope,
  of: (likelihood: ColumnLikelihood) => (own: Value, tensors: ColumnGroup) => Value,
): Value {
  const parts = partsOf(layout, parameters, scope).map(({ group, own, tensors }) =>
    of(group.likelihood)(own, tensors),
  );
  return inOrder(layout, parts);
}

function inOrder({ order }: Layout, parts: readonly Value[]): Value {
  return valuesAt(parts.length === 1 ? parts[0]! : concat(parts, 1), order);
}

/** The means of a group's numbers, or the probabilities of its categories: [batch, ...]. */
function expectedOf(
  { typical, probabilities }: ColumnLikelihood,
  own: Value,
  tensors: ColumnGroup,
) {
  return probabilities ? flatten(probabilities(own, tensors)) : typical(own, tensors);
}

/** Nats of each value, [batch, columns], columns of a group side by side: 0 where a value is missing. */
function groupedNats(layout: Layout, x: Value, parameters: Value, scope: Scope): Value {
  const places = layout.groups.flatMap((group) => group.places);
  const grouped = valuesAt(x, places);
  const observed = isObserved(grouped);
  const typical = valuesAt(unsqueeze(typicalValues(x, scope), [0]), places);
  const values = split(
    where(observed, grouped, typical),
    layout.groups.map((group) => group.places.length),
    1,
  );
  const parts = partsOf(layout, parameters, scope).map(({ group, own, tensors }, i) =>
    group.likelihood.negativeLogLikelihood(values[i]!, own, tensors),
  );
  return where(observed, parts.length === 1 ? parts[0]! : concat(parts, 1), 0);
}

/**
 * Rows of a table: each column has a likelihood of its own, and −log p(x | z) is their sum over the
 * values that are not missing (Nazábal et al. 2020, "Handling incomplete heterogeneous data using VAEs",
 * eq. 2, https://arxiv.org/abs/1807.03653).
 */
export const table = defineLikelihood(
  'table',
  z.strictObject({}).meta({
    title: 'Table (by column)',
    description: 'Rows of a table, each column by a likelihood of its own.',
  }),
  (_, input) => {
    const layout = layoutOf(learntColumns(input));
    return {
      parameterShape: [layout.sizes.reduce((total, each) => total + each, 0)],
      support: 'columns',
      negativeLogLikelihood: (x, parameters, scope) =>
        sum(groupedNats(layout, x, parameters, scope), { axes: [1] }),
      columnNats: (x, parameters, scope) =>
        inOrder(layout, [groupedNats(layout, x, parameters, scope)]),
      expected(parameters, scope) {
        const parts = partsOf(layout, parameters, scope).map(({ group, own, tensors }) =>
          expectedOf(group.likelihood, own, tensors),
        );
        return parts.length === 1 ? parts[0]! : concat(parts, 1);
      },
      mean: (parameters, scope) => ofColumns(layout, parameters, scope, ({ typical }) => typical),
      draw: (parameters, scope) => ofColumns(layout, parameters, scope, ({ draw }) => draw),
    };
  },
);
