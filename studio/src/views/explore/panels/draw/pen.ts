import { useState } from 'preact/hooks';
import { type Place, padSize } from './drawing.js';

/** Pixels of the pad that an arrow key moves the pen by. */
const keyStep = padSize / 28;

const arrows: Readonly<Record<string, Place>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

/** A pen that the keyboard moves over the pad. */
interface Pen {
  readonly at: Place;
  /** Tells whether it draws as it moves. */
  readonly down: boolean;
}

const middle: Pen = { at: [padSize / 2, padSize / 2], down: false };

const inside = (value: number) => Math.min(padSize, Math.max(0, value));

/**
 * The pen of the keyboard; undefined while another way of drawing is used.
 * @param lineTo draws on to a place
 * @param lift ends the stroke under way
 */
export function usePen(lineTo: (to: Place) => void, lift: () => void, clear: () => void) {
  const [pen, setPen] = useState<Pen | undefined>(undefined);
  const onKey = (event: KeyboardEvent) => {
    const { at, down } = pen ?? middle;
    const arrow = arrows[event.key];
    if (arrow) {
      const to: Place = [inside(at[0] + arrow[0] * keyStep), inside(at[1] + arrow[1] * keyStep)];
      setPen({ at: to, down });
      if (down) lineTo(to);
    } else if (event.key === ' ') {
      setPen({ at, down: !down });
      lift();
      if (!down) lineTo(at);
    } else if (event.key === 'Delete' || event.key === 'Backspace') clear();
    else return;
    event.preventDefault();
  };
  return { pen, onKey, putAway: () => setPen(undefined) };
}
