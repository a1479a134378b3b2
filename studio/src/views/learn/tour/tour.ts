import { computed, effect, signal, untracked } from '@preact/signals';
import { route, showState } from '../../../app/route.js';
import { digit, encode, forgetDeeds, load, showsPoints } from '../play.js';
import { type Step, steps } from './steps.js';

const key = 'vaekit-tour';

/** The place of the step that is shown, as the address has it; −1 when the tour is not open. */
export const at = computed(() => steps.findIndex(({ name }) => name === route.value.state.tour));

/** The step that is shown. */
export const step = computed<Step | undefined>(() => steps[at.value]);

/** The place of the step that was shown last, on an earlier visit too. */
export const last = signal(stored());

function stored(): number {
  try {
    const name = localStorage.getItem(key);
    return Math.max(
      0,
      steps.findIndex((each) => each.name === name),
    );
  } catch {
    return 0;
  }
}

/** Opens the tour at a step. */
export function show(place: number): void {
  showState({ tour: steps[place]!.name }, true);
}

/** Leaves the tour; it can be taken up at the same step. */
export function leave(): void {
  showState({ tour: undefined }, true);
}

/** Sets up the model and the view of each step that is shown. Returns a function that ends it. */
export function follow(): () => void {
  return effect(() => {
    const now = step.value;
    if (now) untracked(() => begin(now));
  });
}

function begin(now: Step): void {
  last.value = steps.indexOf(now);
  showsPoints.value = now.showsPoints;
  // A posterior can be drawn from only where a digit is encoded.
  if (now.name === 'draw' && digit.value === undefined) encode(0);
  load(now.model);
  forgetDeeds();
  try {
    localStorage.setItem(key, now.name);
  } catch {
    // The place is then known until the page closes.
  }
}
