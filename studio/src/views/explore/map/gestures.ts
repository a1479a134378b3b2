import type { Exploration } from '../exploration.js';
import type { MapState } from './map-state.js';
import type { Place } from './viewport.js';

/** Pixels that a press may move; further, it is a drag. */
const still = 4;

/** The same for a finger, which is less still. */
const touchStill = 12;

/** Pixels of a line, for wheels that count in lines. */
const lineHeight = 16;

/** A finger takes hold of the walk's place within so many CSS pixels. */
const grip = 32;

/**
 * Gestures of mouse, pen and fingers on the map's element: they walk, move and zoom. One finger scrolls the
 * page, unless it holds the place of the walk or the map is set to be moved; two fingers are the map's.
 */
export class Gestures {
  /** The place of each pointer that is down, by its id. */
  private readonly down = new Map<number, Place>();
  /** Pixels that the drag under way has come. */
  private moved = 0;
  /** `tap`: a finger that may be about to scroll the page. */
  private drags: 'walk' | 'pan' | 'tap' = 'walk';

  /** @param pans whether a drag moves the map */
  constructor(
    private readonly element: HTMLElement,
    private readonly state: MapState,
    private readonly exploration: Exploration,
    private readonly pans: { readonly value: boolean },
  ) {}

  /** Follows pointers and wheel until the function that it returns is called. */
  listen(): () => void {
    const { element } = this;
    const ended = new AbortController();
    const { signal } = ended;
    element.addEventListener('pointerdown', (event) => this.onDown(event), { signal });
    element.addEventListener('pointermove', (event) => this.onMove(event), { signal });
    // The browser scrolls the page by a finger unless it is told before.
    element.addEventListener('touchstart', (event) => this.onTouch(event), {
      signal,
      passive: false,
    });
    element.addEventListener('pointerup', (event) => this.onUp(event), { signal });
    element.addEventListener('pointercancel', ({ pointerId }) => this.down.delete(pointerId), {
      signal,
    });
    element.addEventListener('pointerleave', () => this.hover(undefined), { signal });
    element.addEventListener('wheel', (event) => this.onWheel(event), { signal, passive: false });
    element.addEventListener('contextmenu', (event) => event.preventDefault(), { signal });
    return () => ended.abort();
  }

  /** The place of an event on the map, in CSS pixels. */
  private at(event: { readonly clientX: number; readonly clientY: number }): Place {
    const { element } = this;
    const { left, top } = element.getBoundingClientRect();
    return [event.clientX - left - element.clientLeft, event.clientY - top - element.clientTop];
  }

  private onTouch(event: TouchEvent): void {
    const [first, second] = event.touches;
    if (second || this.pans.value || this.holds(this.at(first!))) event.preventDefault();
  }

  /** Tells whether a finger is on the place of the walk. */
  private holds(at: Place): boolean {
    const place = this.state.placeOnScreen();
    return !!place && Math.hypot(at[0] - place[0], at[1] - place[1]) < grip;
  }

  private onDown(event: PointerEvent): void {
    const { down, element } = this;
    const at = this.at(event);
    element.setPointerCapture(event.pointerId);
    down.set(event.pointerId, at);
    this.hover(undefined);
    if (down.size > 1) {
      this.drags = 'pan';
      return;
    }
    this.moved = 0;
    if (this.pans.value || event.button !== 0 || event.shiftKey) this.drags = 'pan';
    else if (event.pointerType !== 'touch') {
      this.drags = 'walk';
      this.press(at);
    } else this.drags = this.holds(at) ? 'walk' : 'tap';
  }

  private onUp(event: PointerEvent): void {
    this.down.delete(event.pointerId);
    if (this.drags === 'tap' && this.moved < touchStill) this.press(this.at(event));
  }

  /** Goes to the point at a place of the map, else to the place. */
  private press(at: Place): void {
    const index = this.state.find(at);
    if (index === undefined) this.state.walk(at);
    else this.exploration.pick(index);
  }

  private onMove(event: PointerEvent): void {
    const now = this.at(event);
    const before = this.down.get(event.pointerId);
    if (!before) {
      const index = event.pointerType === 'touch' ? undefined : this.state.find(now);
      if (index !== this.state.hover.value?.index) {
        this.hover(index === undefined ? undefined : { index, at: now });
      }
    } else if (this.down.size === 2) this.pinch(event.pointerId, before, now);
    else this.drag(event.pointerId, before, now);
  }

  /** Moves and zooms by two fingers: the middle between them stays where it is on the map. */
  private pinch(pointer: number, before: Place, now: Place): void {
    const [, [x, y]] = [...this.down].find(([id]) => id !== pointer)!;
    const length = (place: Place) => Math.hypot(place[0] - x, place[1] - y);
    this.state.pan((now[0] - before[0]) / 2, (now[1] - before[1]) / 2);
    const middle: Place = [(now[0] + x) / 2, (now[1] + y) / 2];
    this.state.zoom(length(now) / Math.max(1, length(before)), middle);
    this.down.set(pointer, now);
  }

  private drag(pointer: number, before: Place, now: Place): void {
    const [dx, dy] = [now[0] - before[0], now[1] - before[1]];
    this.moved += Math.hypot(dx, dy);
    if (this.drags === 'walk' && this.moved < still) return;
    this.down.set(pointer, now);
    if (this.drags === 'pan') this.state.pan(dx, dy);
    else if (this.drags === 'walk') this.state.walk(this.inside(now));
  }

  /** The nearest place that is on the map: a drag may go on over its edge. */
  private inside([x, y]: Place): Place {
    const { clientWidth, clientHeight } = this.element;
    return [Math.min(clientWidth, Math.max(0, x)), Math.min(clientHeight, Math.max(0, y))];
  }

  private onWheel(event: WheelEvent): void {
    event.preventDefault();
    const pixels = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? lineHeight : 1;
    this.state.zoom(Math.exp(-event.deltaY * pixels * 0.0015), this.at(event));
  }

  private hover(point: MapState['hover']['value']): void {
    this.state.hover.value = point;
  }
}
