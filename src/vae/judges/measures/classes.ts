import { type Agreement, agreement, clusters, toldByNeighbours } from '../classes.js';
import { deviationOf, type Judged, meanOf } from '../judged.js';
import { lacking, type Measure } from './measure.js';

/** Times that examples are grouped, each with a seed of its own. */
const groupings = 5;

export const neighbourAccuracy: Measure = {
  // Five neighbours take six examples.
  lacks: lacking.labels,
  take: async (judged) => meanOf(toldByNeighbours(await judged.points(), judged.data.labels!)),
};

/** Measures how groups of latents agree with classes, of which there are as many. */
const agreements = (judged: Judged): Promise<readonly Agreement[]> =>
  judged.once('agreements', async () => {
    const points = await judged.points();
    const labels = Array.from(judged.data.labels!);
    const kinds = [...new Set(labels)];
    const classes = Int32Array.from(labels, (label) => kinds.indexOf(label));
    const found: Agreement[] = [];
    for (let i = 0; i < groupings; i++) {
      const groups = await clusters(points, kinds.length, judged.settings.seed + i);
      found.push(agreement(classes, groups));
    }
    return found;
  });

/** The mean over groupings, and its standard deviation. */
const about = (name: keyof Agreement): Measure => ({
  lacks: lacking.labels,
  async take(judged) {
    const values = (await agreements(judged)).map((each) => each[name]);
    return { value: meanOf(values).value, error: deviationOf(values) };
  },
});

export const clusterRand = about('adjustedRand');
export const clusterInformation = about('normalizedInformation');
