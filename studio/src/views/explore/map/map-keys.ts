import type { MapState } from './map-state.js';
import type { Place } from './viewport.js';

/** CSS pixels that an arrow key walks; with Shift it moves the map by four times as many. */
const stepSize = 12;

const arrows: Readonly<Record<string, Place>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

/** Walks, moves and zooms by keys. */
export function onKey(event: KeyboardEvent, state: MapState): void {
  const [right, down] = arrows[event.key] ?? [];
  if (event.altKey || event.ctrlKey || event.metaKey) return;
  if (right !== undefined && down !== undefined) {
    if (event.shiftKey) state.pan(-4 * stepSize * right, -4 * stepSize * down);
    else state.step(stepSize * right, stepSize * down);
  } else if (event.key === '+' || event.key === '=') state.zoom(1.25);
  else if (event.key === '-') state.zoom(0.8);
  else if (event.key === '0' || event.key === 'Home') state.fit();
  else return;
  event.preventDefault();
}
