import { go } from '../app/route.js';
import { lookFor, unavailable } from '../data/available.js';
import { publishedData } from '../data/store.js';
import { said } from '../language/language.js';
import { choose, choosePreset, chosen } from '../train/chosen.js';
import { askForFiles } from '../train/giving.js';
import { isBusy, leave } from '../train/session.js';

/** Does something to the settings of the next run, in the place of one that is shown and does no work. */
const settle = (act: () => void) => () => {
  if (!isBusy.value) leave();
  act();
  go('train');
};

interface Step {
  readonly title: string;
  /** Tells whether it is of use now; it is when left out. */
  readonly isOffered?: () => boolean;
  readonly take: () => void;
}

/** Ways on from a message, each by a button. */
const nextSteps = {
  reload: { title: said('Reload the page'), take: () => location.reload() },
  again: {
    title: said('Look again'),
    take: settle(() => {
      for (const { data, title } of publishedData)
        if (unavailable.value.has(data)) lookFor(data, title);
    }),
  },
  mnist: {
    title: said('Train on MNIST'),
    isOffered: () => chosen.value.data !== 'mnist',
    take: settle(() => choose({ data: 'mnist' })),
  },
  files: {
    title: said('Choose files'),
    take: settle(askForFiles),
  },
  network: {
    title: said('Use the network that fits the data'),
    take: settle(() => choosePreset()),
  },
  likelihood: {
    title: said('Use the likelihood that fits the data'),
    take: settle(() => choose({ likelihood: undefined })),
  },
  objective: {
    title: said('Use the usual objective'),
    take: settle(() => choose({ beta: undefined })),
  },
  processor: {
    title: said('Compute on the processor'),
    take: settle(() => choose({ device: 'cpu' })),
  },
  runs: { title: said('See all runs'), take: () => go('explore') },
  'new-run': { title: said('New run'), take: settle(() => {}) },
} as const satisfies Readonly<Record<string, Step>>;

export type NextStep = keyof typeof nextSteps;

/** The next steps by these names that are of use now. */
export const offered = (names: readonly NextStep[]): readonly Step[] =>
  names.map((name): Step => nextSteps[name]).filter(({ isOffered }) => isOffered?.() ?? true);
