import { type InputDescription, statisticsOf } from '../../data/input.js';
import { add, div, log, mul, sub, sum, unsqueeze, type Value } from '../../graph/index.js';
import type { Scope } from '../../nn/index.js';
import type { Likelihood } from '../likelihoods/index.js';
import type { InputView } from './input-view.js';
import { tableView } from './table-view.js';

const asTheyAre: InputView = {
  features: (x) => x,
  judged: (x) => x,
  shown: (x) => x,
};

/** Path of the tensors that scale examples. */
const path = 'input';

/** Each value less its mean, by its deviation: states, which training takes from its data. */
function standardized({ shape, kind }: InputDescription, isDensity: boolean): InputView {
  const tensors = (scope: Scope) => {
    const own = scope.child(path);
    return {
      mean: own.state('mean', shape, 'zeros').value,
      deviation: own.state('deviation', shape, 'ones').value,
    };
  };
  const scaled = (x: Value, scope: Scope) => {
    const { mean, deviation } = tensors(scope);
    return div(sub(x, mean), deviation);
  };
  return {
    features: scaled,
    judged: scaled,
    shown(x, scope) {
      const { mean, deviation } = tensors(scope);
      return add(mul(x, deviation), mean);
    },
    // The density of the values is the density of the scaled values divided by the deviations.
    ...(isDensity ? { nats: (scope: Scope) => sum(log(tensors(scope).deviation)) } : {}),
    async fit(data) {
      const { mean, deviation } = await statisticsOf(data, kind);
      return { [`${path}.mean`]: mean, [`${path}.deviation`]: deviation };
    },
  };
}

/** A sequence [steps] for the encoder as one of one channel: [1, steps]. */
function withChannel({ features, ...view }: InputView): InputView {
  return { ...view, features: (x, scope) => unsqueeze(features(x, scope), [1]) };
}

/** Gives the view that a model has of its examples. */
export function viewOf(input: InputDescription, { support }: Likelihood): InputView {
  if (support === 'columns') return tableView(input);
  const view = input.scaling === 'none' ? asTheyAre : standardized(input, support === 'real');
  return input.kind === 'sequence' && input.shape.length === 1 ? withChannel(view) : view;
}
