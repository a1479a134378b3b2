import { type ClassLook, pointShapes } from '../../../../../src/report/class-colours.js';

/** A point as it looks on the map, on the map's ground. */
export function PointMark({ look: { colour, shape } }: { look: ClassLook }) {
  return (
    <svg class="point-mark" viewBox="-2 -2 4 4" aria-hidden="true">
      <path d={pointShapes[shape]} fill={colour} />
    </svg>
  );
}
