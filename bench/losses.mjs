/**
 * The most by which the losses of a peer may differ from vaekit's, as a part of vaekit's first: seeds differ, and
 * a peer may have done a step more.
 */
const tolerance = 1 / 3;

/**
 * Says how the losses of a contestant differ from vaekit's after as many steps, which betrays another network;
 * undefined where they do not differ, or both told none after as many steps.
 * @param {import('./measure.mjs').Round} own a round of vaekit
 * @param {import('./measure.mjs').Round} other
 */
export function differenceOf({ losses: own = [] }, { losses = [] }) {
  const [first] = own;
  for (const { steps, loss } of losses) {
    const wanted = own.find((each) => each.steps === steps);
    if (!first || !wanted) continue;
    if (!(Math.abs(loss - wanted.loss) <= tolerance * Math.abs(first.loss))) {
      return `its loss by step ${steps} is ${loss.toPrecision(3)}, and vaekit's ${wanted.loss.toPrecision(3)}`;
    }
  }
  return undefined;
}
