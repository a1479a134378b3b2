import type { Frame } from '../../../model/learning/frames.js';
import { boundsOf, fitted, type Viewport } from '../../explore/map/viewport.js';

type Bounds = ReturnType<typeof boundsOf>;

const known = new WeakMap<Frame, Bounds>();

/** Bounds of nearly all places of a frame. */
function boundsOfFrame(frame: Frame): Bounds {
  let bounds = known.get(frame);
  if (!bounds) {
    bounds = boundsOf(fitted(frame.places, 100, 100));
    known.set(frame, bounds);
  }
  return bounds;
}

/** All but a few in a thousand draws of the prior are this near to its mean, on each axis. */
const least = 3.1;

/** A view that holds the places of all frames, so that it stands still while they are replayed. */
export function viewOf(frames: readonly Frame[], width: number, height: number): Viewport {
  let [left, right, bottom, top] = [-least, least, -least, least];
  for (const frame of frames) {
    const bounds = boundsOfFrame(frame);
    left = Math.min(left, bounds.left);
    right = Math.max(right, bounds.right);
    bottom = Math.min(bottom, bounds.bottom);
    top = Math.max(top, bounds.top);
  }
  const unit = Math.min(width / (right - left), height / (top - bottom));
  return { x: (left + right) / 2, y: (bottom + top) / 2, unit, width, height };
}
