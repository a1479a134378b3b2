import { effect, untracked } from '@preact/signals';
import { route, showState, showStateSoon, type ViewState } from '../../../app/route.js';
import { latest } from '../latest.js';

/** A part of the view's state, as the address has it. */
export interface AddressPart {
  readonly name: string;
  /** Its text now, by signals; undefined where it is as it is at first. */
  text(): string | undefined;
  /** Shows the state of a text, or the first state where there is no text; awaited. */
  take(text: string | undefined): unknown;
  /** Tells whether the browser's button Back leads to the one before. */
  readonly isStep?: boolean;
}

/**
 * Ties parts of the view's state to the address, both ways. The state follows the address, now and when
 * it changes, in the order of the parts.
 * @returns a function that ends it
 */
export function tie(parts: readonly AddressPart[]): () => void {
  const known = new Map<string, string | undefined>();
  let isTaking = false;
  let isOver = false;
  const take = latest(async (state: ViewState) => {
    isTaking = true;
    let isOther = false;
    for (const part of parts) {
      if (isOver) return;
      const text = state[part.name];
      if (!isOther && text === known.get(part.name)) continue;
      await untracked(() => part.take(text));
      // Other data or another plane forgets the state of the one before.
      isOther ||= part.isStep === true;
    }
    isTaking = false;
    for (const part of parts) tell(part, false);
  });
  const tell = (part: AddressPart, isStep = part.isStep === true) => {
    const text = part.text();
    if (isTaking) return;
    known.set(part.name, text);
    if (text === untracked(() => route.value.state[part.name])) return;
    const change = { [part.name]: text };
    untracked(() => (isStep ? showState(change, true) : showStateSoon(change)));
  };
  const stops = [
    effect(() => {
      const { state } = route.value;
      if (parts.some(({ name }) => state[name] !== known.get(name))) take(state);
    }),
    ...parts.map((part) => effect(() => tell(part))),
  ];
  return () => {
    isOver = true;
    for (const stop of stops) stop();
  };
}
