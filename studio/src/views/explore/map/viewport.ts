/** The part of a plane that is seen: its centre, its scale, and the map's size in CSS pixels. */
export interface Viewport {
  readonly x: number;
  readonly y: number;
  /** CSS pixels of one unit. */
  readonly unit: number;
  readonly width: number;
  readonly height: number;
}

export type Place = readonly [x: number, y: number];

/** The place on the map of a place on the plane, in CSS pixels from the upper left corner. */
export function toScreen(view: Viewport, [x, y]: Place): Place {
  return [view.width / 2 + (x - view.x) * view.unit, view.height / 2 - (y - view.y) * view.unit];
}

/** The place on the plane of a place on the map, the inverse of `toScreen`. */
export function toPlane(view: Viewport, [left, top]: Place): Place {
  return [
    view.x + (left - view.width / 2) / view.unit,
    view.y - (top - view.height / 2) / view.unit,
  ];
}

/** Bounds of a view on the plane. */
export function boundsOf(view: Viewport) {
  const [halfWidth, halfHeight] = [view.width / 2 / view.unit, view.height / 2 / view.unit];
  return {
    left: view.x - halfWidth,
    right: view.x + halfWidth,
    bottom: view.y - halfHeight,
    top: view.y + halfHeight,
  };
}

/** Moves a view by CSS pixels. */
export function panned(view: Viewport, right: number, down: number): Viewport {
  return { ...view, x: view.x - right / view.unit, y: view.y + down / view.unit };
}

const smallestUnit = 1e-3;
const largestUnit = 1e5;

/** Enlarges a view; the place under `at` stays where it is. */
export function zoomed(view: Viewport, factor: number, at: Place): Viewport {
  const unit = Math.min(largestUnit, Math.max(smallestUnit, view.unit * factor));
  const [x, y] = toPlane(view, at);
  return {
    ...view,
    unit,
    x: x - (at[0] - view.width / 2) / unit,
    y: y + (at[1] - view.height / 2) / unit,
  };
}

/** CSS pixels between a place that is shown and the edges. */
const margin = 28;

/**
 * A view that holds a place: the same where it does, else moved; with a smaller unit where the place is
 * more than a view's size away, so that the places seen before are still there.
 */
export function revealing(view: Viewport, place: Place): Viewport {
  const [right, down] = beyond(view, place);
  const far = Math.max(Math.abs(right) / view.width, Math.abs(down) / view.height);
  if (!(far > 0)) return view;
  if (far <= 1) return panned(view, -right, -down);
  const wider = zoomed(view, 1 / (1 + far), [view.width / 2, view.height / 2]);
  const [left, up] = beyond(wider, place);
  return panned(wider, -left, -up);
}

/** CSS pixels by which a place is beyond the part of a view that is well seen. */
function beyond(view: Viewport, place: Place): Place {
  const over = (at: number, size: number) =>
    Math.min(0, at - margin) + Math.max(0, at - size + margin);
  const [left, top] = toScreen(view, place);
  return [over(left, view.width), over(top, view.height)];
}

/** Values from the share `skip` of all to the share 1 − skip: a few far points do not count. */
function spread(values: Float32Array, skip: number): [low: number, high: number] {
  const sorted = values.slice().sort();
  const at = (share: number) => sorted[Math.round(share * (sorted.length - 1))]!;
  return [at(skip), at(1 - skip)];
}

/**
 * A view of nearly all places, with a margin; of the middle of a standard normal distribution when
 * there are none.
 * @param places x and y in turn
 */
export function fitted(places: Float32Array, width: number, height: number): Viewport {
  const of = (axis: number): [number, number] =>
    places.length === 0
      ? [-3, 3]
      : spread(
          places.filter((_, i) => i % 2 === axis),
          0.002,
        );
  const [[left, right], [bottom, top]] = [of(0), of(1)];
  const unit = Math.min(width / (right - left || 1), height / (top - bottom || 1)) / 1.1;
  return { x: (left + right) / 2, y: (bottom + top) / 2, unit, width, height };
}

/**
 * Round values within bounds for an axis, about `gap` CSS pixels apart: steps of 1, 2 or 5 times a
 * power of ten.
 */
export function ticks(low: number, high: number, unit: number, gap: number): number[] {
  const rough = gap / unit;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5, 10].find((times) => times * power >= rough) ?? 10);
  const values: number[] = [];
  for (let i = Math.ceil(low / step); i * step <= high; i++) values.push(i * step);
  return values;
}
