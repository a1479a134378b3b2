import { batch, computed, effect, type Signal, signal } from '@preact/signals';
import { t } from '../../../language/language.js';
import type { Exploration } from '../exploration.js';
import { lookOf } from './looks.js';
import { drawOverlay } from './overlay.js';
import { drawPoints, type PointStyle, Points } from './points.js';
import { Tiles } from './tiles.js';
import {
  fitted,
  type Place,
  panned,
  revealing,
  toPlane,
  toScreen,
  type Viewport,
  zoomed,
} from './viewport.js';

/** Distance within which the pointer finds a point, in CSS pixels. */
const reach = 9;

/** The map is dark in every theme, as most images of digits and clothes are. */
const ground = '14 18 22';

const subscripts = '₀₁₂₃₄₅₆₇₈₉';

/** A latent's name: z₁ for the first. */
export function latentName(latent: number): string {
  return `z${String(latent + 1).replace(/\d/g, (digit) => subscripts[Number(digit)]!)}`;
}

/** The part of a plane that a map shows: its middle, and the units over the map's shorter side. */
export type Window = readonly [x: number, y: number, span: number];

/** The map of an exploration: its view, and its drawing on three canvases. */
export class MapState {
  /** Undefined until the map has a size. */
  readonly view = signal<Viewport | undefined>(undefined);
  readonly showsPoints = signal(true);
  readonly showsImages: Signal<boolean>;
  /** Classes whose points are hidden. */
  readonly hidden = signal<ReadonlySet<number>>(new Set());
  /** The point under the pointer, and the pointer's place on the map. */
  readonly hover = signal<{ readonly index: number; readonly at: Place } | undefined>(undefined);
  /** The group or class of each point, if it has one. */
  private readonly labels = computed(
    () => this.exploration.grouping.value?.labels ?? this.exploration.data.value?.labels,
  );
  readonly points = computed(() => new Points(this.exploration.places.value, this.labels.value));
  /** The names of the axes. */
  readonly names = computed<readonly [string, string]>(() => {
    const { kind, pair } = this.exploration.choice.value;
    const name = (i: number) =>
      kind === 'latents' ? latentName(i) : t('component {n}', { n: i + 1 });
    return [name(pair[0]), name(pair[1])];
  });
  /** All classes of the points, in order. */
  readonly classes = computed(() => [...new Set(this.labels.value)].sort((a, b) => a - b));
  readonly shownClasses = computed(() =>
    this.classes.value.filter((label) => !this.hidden.value.has(label)),
  );
  /** Tells whether the view shows all points, as it does at first. */
  private readonly isFitted = signal(true);
  /** The part of the plane that was chosen to be seen; undefined while all points are. */
  readonly window = computed<Window | undefined>(() => {
    const view = this.view.value;
    if (!view || this.isFitted.value) return this.wanted;
    return [view.x, view.y, Math.min(view.width, view.height) / view.unit];
  });
  /** The part of the plane to show once the map has a size. */
  private wanted: Window | undefined;
  /** The places and labels that the view and the shown classes are of. */
  private fittedTo: Float32Array | undefined;
  private labelled: ArrayLike<number> | undefined;
  private readonly tiles: Tiles;
  private readonly tilesMade = signal(0);

  constructor(private readonly exploration: Exploration) {
    this.showsImages = signal(exploration.things !== 'rows');
    this.tiles = new Tiles(
      (places) => exploration.decodePlaces(places),
      () => {
        this.tilesMade.value++;
      },
    );
  }

  /** Takes the map's size; the middle of the view stays in the middle. */
  resize(width: number, height: number): void {
    const view = this.view.peek();
    this.view.value = view ? { ...view, width, height } : fitted(new Float32Array(), width, height);
    if (!view) this.show(this.wanted);
  }

  /** Shows all points. */
  fit(): void {
    const view = this.view.peek();
    if (!view) return;
    batch(() => {
      this.view.value = fitted(this.points.peek().places, view.width, view.height);
      this.isFitted.value = true;
    });
  }

  /** Shows a part of the plane; all points when left out. */
  show(window: Window | undefined): void {
    this.wanted = window;
    const view = this.view.peek();
    if (!view) return;
    const [x, y, span = 0] = window ?? [];
    if (x === undefined || y === undefined) this.fit();
    else this.see({ ...view, x, y, unit: Math.min(view.width, view.height) / span });
  }

  /** Takes a view that need not show all points. */
  private see(view: Viewport): void {
    batch(() => {
      this.view.value = view;
      this.isFitted.value = false;
    });
  }

  /** Shows points of these classes alone; of all when left out. */
  showClasses(shown: readonly number[] | undefined): void {
    this.hidden.value = new Set(
      shown ? this.classes.peek().filter((label) => !shown.includes(label)) : [],
    );
  }

  pan(right: number, down: number): void {
    const view = this.view.peek();
    if (view) this.see(panned(view, right, down));
  }

  /** @param at the place on the map that does not move; the place of the walk when left out */
  zoom(factor: number, at?: Place): void {
    if (!at) this.reveal();
    const view = this.view.peek();
    if (view) this.see(zoomed(view, factor, at ?? this.placeOnScreen()!));
  }

  /** The place of the walk on the map, in CSS pixels; it may be beyond the map's edges. */
  placeOnScreen(): Place | undefined {
    const view = this.view.peek();
    return view && toScreen(view, this.exploration.place.peek());
  }

  /** Shows the place of the walk: it moves the map, or makes all smaller where that is too far. */
  reveal(): void {
    const view = this.view.peek();
    const next = view && revealing(view, this.exploration.place.peek());
    if (next && next !== view) this.see(next);
  }

  /** Moves the walk by CSS pixels. */
  step(right: number, down: number): void {
    const view = this.view.peek();
    if (!view) return;
    const [x, y] = this.placeOnScreen()!;
    this.exploration.walkTo(toPlane(view, [x + right, y + down]));
  }

  /** Walks to a place on the map. */
  walk(at: Place): void {
    const view = this.view.peek();
    if (view) this.exploration.walkTo(toPlane(view, at));
  }

  /** The point under the pointer. */
  find(at: Place): number | undefined {
    const view = this.view.peek();
    if (!view || !this.showsPoints.peek()) return undefined;
    const hidden = this.hidden.peek();
    return this.points
      .peek()
      .nearest(toPlane(view, at) as [number, number], reach / view.unit, (label) =>
        label === undefined ? true : !hidden.has(label),
      );
  }

  /** Draws on canvases of the map's size until it is told to stop. */
  draw(canvases: {
    images: HTMLCanvasElement;
    points: HTMLCanvasElement;
    overlay: HTMLCanvasElement;
  }): () => void {
    const stops = [
      // Another plane or class: other images.
      effect(() => {
        this.exploration.plane.value;
        this.exploration.label.value;
        this.tiles.renew();
      }),
      // A drawing, a slider or a key may lead off the map.
      effect(() => {
        this.exploration.place.value;
        this.reveal();
      }),
      effect(() => {
        const places = this.exploration.places.value;
        // A map that is shown again is as it was left.
        if (places !== this.fittedTo) this.fit();
        this.fittedTo = places;
      }),
      effect(() => {
        const labels = this.labels.value;
        if (labels !== this.labelled) this.showClasses(undefined);
        this.labelled = labels;
      }),
      effect(() => {
        if (this.view.value && this.showsImages.value) this.tiles.want(this.view.value);
      }),
      layer(canvases.images, this.view, (context, view) => this.paintImages(context, view)),
      layer(canvases.points, this.view, (context, view, ratio) =>
        this.paintPoints(context, view, ratio),
      ),
      layer(canvases.overlay, this.view, (context, view) => this.paintOverlay(context, view)),
    ];
    return () => {
      for (const stop of stops) stop();
    };
  }

  /** Draws the decoded images. */
  paintImages(context: CanvasRenderingContext2D, view: Viewport): void {
    this.tilesMade.value;
    if (!this.showsImages.value) return;
    this.tiles.draw(context, view);
    if (!this.showsPoints.value || this.points.value.size === 0) return;
    // Points must stand out from the images.
    context.fillStyle = `rgb(${ground} / 50%)`;
    context.fillRect(0, 0, view.width, view.height);
  }

  /** Draws the points, in the place of all that is on the canvas. */
  paintPoints(context: CanvasRenderingContext2D, view: Viewport, ratio: number): void {
    if (!this.showsPoints.value) return;
    drawPoints(context, view, this.points.value, (label) => this.styleOf(label), ratio);
  }

  /** The look of a class's points, and whether they are shown. */
  styleOf(label: number | undefined): PointStyle {
    const shown = label === undefined || !this.hidden.value.has(label);
    return { ...lookOf(this.exploration, label), shown };
  }

  /** Draws axes, path, posterior and the place of the walk. */
  paintOverlay(context: CanvasRenderingContext2D, view: Viewport): void {
    drawOverlay(context, view, this.exploration, this.names.value);
  }
}

const maps = new WeakMap<Exploration, MapState>();

/** The map of an exploration: the same each time, as it was left. */
export function mapOf(exploration: Exploration): MapState {
  const map = maps.get(exploration) ?? new MapState(exploration);
  maps.set(exploration, map);
  return map;
}

/** Draws a canvas anew in the frame after a signal that `draw` reads has changed. */
function layer(
  canvas: HTMLCanvasElement,
  view: { readonly value: Viewport | undefined },
  draw: (context: CanvasRenderingContext2D, view: Viewport, ratio: number) => void,
): () => void {
  let frame = 0;
  let stop = () => {};
  const paint = () => {
    frame = 0;
    stop();
    let drawn = false;
    // The effect's first run draws; its next one comes when something that was read has changed.
    stop = effect(() => {
      if (drawn) {
        frame ||= requestAnimationFrame(paint);
        return;
      }
      drawn = true;
      const seen = view.value;
      if (!seen) return;
      const ratio = devicePixelRatio;
      const width = Math.round(seen.width * ratio);
      const height = Math.round(seen.height * ratio);
      if (canvas.width !== width || canvas.height !== height) {
        Object.assign(canvas, { width, height });
      }
      const context = canvas.getContext('2d')!;
      context.setTransform(ratio, 0, 0, ratio, 0, 0);
      context.clearRect(0, 0, seen.width, seen.height);
      draw(context, seen, ratio);
    });
  };
  paint();
  return () => {
    cancelAnimationFrame(frame);
    stop();
  };
}
